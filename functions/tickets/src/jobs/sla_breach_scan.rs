//! Fire every warning, breach and escalation that has come due.
//!
//! Costs what is due and not what is open: the index names the tickets whose next mark has come, and nothing else is
//! read but each of those, and once per run and tenant what its plan is made of.

use std::collections::HashMap;
use std::sync::Arc;

use contract::tickets::SLA_BREACH_SCAN;
use domain::ids::{TenantId, TicketId};
use domain::tickets::{self, Handled};
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;
use tokio::sync::Mutex;

use crate::effects::Change;
use crate::plans::Plans;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(SLA_BREACH_SCAN, scan)
}

type PlansOfTenants = Mutex<HashMap<TenantId, Arc<Plans>>>;

async fn scan(cx: JobCx) -> Result<JobReport> {
    let known = PlansOfTenants::default();
    cx.each_due(|due| look_at(&cx, &known, due)).await
}

async fn look_at(cx: &JobCx, known: &PlansOfTenants, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let plans = known.lock().await.entry(due.tenant).or_insert_with(|| Arc::new(Plans::new(store.clone()))).clone();
    let id: TicketId = due.id()?;
    cx.reconcile(|| async {
        let before = store.ticket(id).await?;
        let plan = plans.of(&before.value).await?;
        let handled = tickets::advance(before.value.clone(), cx.now, plan.as_ref());
        if handled.ticket == before.value {
            return Ok((Step::Skipped, None));
        }
        if cx.dry_run {
            return Ok((Step::Would(listed(&handled)), None));
        }
        let ids = &cx.world.ids;
        let change = Change { carried_by: before.value.counts_as_load(), handled, capacity: None, store: &store, ids };
        let (change, commit) = change.hand_out(&plans, plan.as_ref(), cx.now, store.commit()).await?;
        let (ticket, commit) = change.follow(commit).await?;
        Ok((Step::Done, Some(commit.update(&ticket, before.rev))))
    })
    .await
}

fn listed(handled: &Handled) -> serde_json::Value {
    json!({ "ticket": handled.ticket.id, "number": handled.ticket.number, "events": handled.events })
}
