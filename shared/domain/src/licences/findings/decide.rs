//! What people say to a finding.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::finding::{Baseline, Finding, State, Uncounted};
use crate::error::Refusal;
use crate::ids::UserId;
use crate::invalid::Check;

/// Longest reason, in characters.
pub const LONGEST_REASON: usize = 500;
/// Longest snooze: until the same renewal a year later.
pub const LONGEST_SNOOZE_DAYS: i64 = 366;

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is to be done.
    Accept,
    /// It is as it should be.
    Dismiss {
        /// Why.
        reason: String,
    },
    /// Not before this day.
    Snooze {
        /// The local date on which it is open again.
        until: Date,
    },
    /// It is to be decided again.
    Reopen,
}

/// Writes a decision on a finding. The same decision again changes nothing. `baseline` is what its licence is now; what it
/// counts in the totals stays when it is accepted, and is nothing when it is put away.
///
/// # Errors
/// [`Refusal::Conflict`] `finding_over` when nothing is to be decided any more; [`Refusal::Invalid`] for a reason or a day.
pub fn decide(
    finding: Finding,
    decision: Decision,
    baseline: Baseline,
    (by, at, today): (UserId, Timestamp, Date),
) -> Result<Finding, Refusal> {
    if finding.state.is_over() {
        let detail =
            format!("{} is {}; if it is found again it can be decided again", finding.id, finding.state.name());
        return Err(Refusal::conflict("finding_over", detail));
    }
    let state = match decision {
        Decision::Accept if matches!(finding.state, State::Accepted { .. }) => return Ok(finding),
        Decision::Reopen if finding.state == (State::Open {}) => return Ok(finding),
        Decision::Accept => State::Accepted { by, at, baseline, done_on: None },
        Decision::Reopen => State::Open {},
        Decision::Dismiss { reason } => {
            let mut check = Check::new();
            check.prose("/reason", &reason, LONGEST_REASON);
            check.done()?;
            let reason = reason.trim().to_owned();
            if matches!(&finding.state, State::Dismissed { reason: before, .. } if *before == reason) {
                return Ok(finding);
            }
            State::Dismissed { reason, by, at }
        }
        Decision::Snooze { until } => {
            let latest = today.saturating_add(LONGEST_SNOOZE_DAYS.days());
            if until <= today || until > latest {
                let detail = format!("must be after {today}, and {latest} at the latest");
                return Err(Refusal::invalid("/until", "out_of_range", detail));
            }
            if matches!(finding.state, State::Snoozed { until: before, .. } if before == until) {
                return Ok(finding);
            }
            State::Snoozed { until, by, at }
        }
    };
    let was_live = finding.state.is_live();
    let (counted, uncounted) = match (state.is_live(), was_live, finding.worth.saves()) {
        (true, true, _) => (finding.counted, finding.uncounted),
        // Whether it counts depends on all the others: the night says so.
        (true, false, Some(_)) => (None, Some(Uncounted::NotYet {})),
        _ => (None, None),
    };
    Ok(Finding { state, counted, uncounted, ..finding })
}
