//! What routes that act on many things at once have in common: which they were asked for, and why one was left out.

use contract::PageQuery;
use contract::approvals::{MOST_AT_ONCE, WhyNot};
use domain::error::Refusal;
use domain::invalid::Check;
use runtime::context::page;
use runtime::{Error, Result};
use store::PageRequest;

/// Most things of one call.
const MOST: usize = MOST_AT_ONCE as usize;

/// Which things a call is about.
pub(crate) enum Asked<T> {
    /// These.
    These(Vec<T>),
    /// A page of all.
    Page(PageRequest),
}

/// What was asked for in a list at this pointer, or as all of them.
///
/// # Errors
/// 400 for both, for neither, and for more than a call may take.
pub(crate) fn asked<T>(field: &str, these: Option<Vec<T>>, all: bool, query: PageQuery) -> Result<Asked<T>> {
    match (these, all) {
        (Some(these), false) => {
            let mut check = Check::new();
            check.that(!these.is_empty(), field, "empty", "names none; name some, or send `all` instead");
            check.count(field, these.len(), MOST);
            check.done()?;
            Ok(Asked::These(these))
        }
        (None, true) => {
            let page = page(query.limit, query.cursor)?;
            if page.limit > MOST_AT_ONCE {
                return Err(Error::field("?limit", format!("give a limit from 1 to {MOST_AT_ONCE}")));
            }
            Ok(Asked::Page(page))
        }
        _ => Err(Refusal::invalid(field, "one_of", "either list them here or send `all`, and not both").into()),
    }
}

/// Notes that a list names something that is not there. What cannot be read for another reason is told when its turn comes.
///
/// # Errors
/// What may pass a moment later.
pub(crate) fn must_be_there<T>(check: &mut Check, field: &str, read: Result<T>) -> Result<()> {
    match read {
        Err(Error::Refused(Refusal::NotFound) | Error::Store(store::Error::NotFound)) => {
            check.fault(field, "unknown", "names nothing that you have; check the id");
            Ok(())
        }
        Err(error) if error.retry_after_s().is_some() => Err(error),
        _ => Ok(()),
    }
}

/// Why one of many was left out, so that the others go on.
///
/// # Errors
/// What may pass a moment later: then the call is made again, and what it did before stays as it is.
pub(crate) fn why_not(error: Error) -> Result<WhyNot> {
    if error.retry_after_s().is_some() {
        return Err(error);
    }
    let problem = error.problem("");
    if problem.status >= 500 {
        tracing::error!(%error, "one of many could not be done");
    }
    let detail = match &error {
        Error::Refused(refusal @ Refusal::Invalid(_)) => refusal.to_string(),
        _ => problem.detail,
    };
    Ok(WhyNot { kind: problem.kind, detail })
}
