//! Read the audit trail.

use contract::audit::{AuditEntryView, AuditQuery, LIST};
use contract::{NoBody, NoPath, Page};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};
use store::audit::{AuditFilter, Entry};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list)
}

async fn list(cx: Cx, input: In<NoPath, AuditQuery, NoBody>) -> Result<Answer<Page<AuditEntryView>>> {
    let AuditQuery { limit, cursor, subject, actor, from, to } = input.query;
    let filter = AuditFilter { subject, actor, from, to };
    let found = cx.store.audit(&filter, &page(limit, cursor)?, cx.now).await?;
    Ok(Answer::of(Page { items: found.items.into_iter().map(view).collect(), next: found.next }))
}

fn view(entry: Entry) -> AuditEntryView {
    let Entry { at, actor, function, request, subjects, events } = entry;
    AuditEntryView { at, actor, function, request, subjects, events }
}
