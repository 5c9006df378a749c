//! Look over the budgets of every client that has any, each in its own night.
//!
//! What a budget stands at follows from what was spent; what is written is that somebody was told, with the event that tells
//! them. So a review that dies is begun again and tells what is still to be told.

use contract::budgets::REVIEW;
use domain::billing::reports::Month;
use domain::budgets::{Budget, Outlook, told};
use domain::events::Event;
use domain::ids::ClientId;
use jiff::civil::{Time, time};
use runtime::{Here, JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::budgets::BudgetReview;
use store::due::Due;
use store::{Commit, TenantStore, Versioned};

use crate::standing::{Held, asked, standing};

/// Budgets that one transaction writes, each with its event: with the review and the audit entry it stays below DynamoDB's
/// 100 actions.
const A_PART: usize = 45;

/// In the tenant's zone: after costs have come in and licences have been looked over.
pub(crate) const AT: Time = time(4, 30, 0, 0);

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(REVIEW, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

enum Part {
    More,
    Last(Step),
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let (store, client): (_, ClientId) = (cx.tenant(&due), due.id()?);
    let here = Here::of(&store.tenant_record().await?.value, cx.now);
    loop {
        match cx.reconcile(|| part(cx, &store, client, &here)).await? {
            Part::Last(step) => return Ok(step),
            // What is left is due still, and the next run goes on with it.
            Part::More if cx.is_out_of_time() => return Ok(Step::Done),
            Part::More => {}
        }
    }
}

async fn part(cx: &JobCx, store: &TenantStore, client: ClientId, here: &Here) -> Result<(Part, Option<Commit>)> {
    let before = store.budget_review(client).await?;
    if before.value.due_at.is_none_or(|at| at > cx.now) {
        return Ok((Part::Last(Step::Skipped), None));
    }
    let mut watched = store.all_budgets(client).await?;
    watched.retain(|read| read.value.is_watched(Month::of(here.today)));
    let stands = stands(store, client, &watched, here).await?;
    let warned: Vec<(&Versioned<Budget>, &Outlook)> =
        watched.iter().zip(&stands).filter(|(_, outlook)| !outlook.warnings.is_empty()).collect();
    if cx.dry_run {
        let would: Vec<_> = warned.iter().map(|(read, outlook)| json!([read.value.id, outlook.warnings])).collect();
        return Ok((Part::Last(Step::Would(json!({ "client": client, "warnings": would }))), None));
    }
    let mut commit = store.commit();
    for (read, outlook) in warned.iter().take(A_PART) {
        commit = commit.update(&told(read.value.clone(), &outlook.warnings, cx.now), read.rev);
        commit = commit.emit([warning(&read.value, outlook)]);
    }
    if warned.len() > A_PART {
        return Ok((Part::More, Some(commit)));
    }
    let next = BudgetReview {
        due_at: (!watched.is_empty()).then(|| here.zone.next(AT, cx.now)),
        reviewed_on: Some(here.today),
        stands: watched.iter().zip(&stands).map(|(read, outlook)| (read.value.id, outlook.course())).collect(),
        ..before.value.clone()
    };
    Ok((Part::Last(Step::Done), Some(commit.update(&next, before.rev))))
}

/// What each of them stands at, in their order.
async fn stands(
    store: &TenantStore,
    client: ClientId,
    budgets: &[Versioned<Budget>],
    here: &Here,
) -> Result<Vec<Outlook>> {
    let Some(asked) = asked(client, budgets.iter().map(|read| &read.value), here) else { return Ok(Vec::new()) };
    let (owner, held) = (store.client(client).await?.value, Held::read(asked, store).await?);
    budgets.iter().map(|read| standing(&read.value, &owner, &held, here)).collect()
}

fn warning(budget: &Budget, outlook: &Outlook) -> Event {
    Event::BudgetWarned {
        budget: budget.id,
        client: budget.client,
        name: budget.name.clone(),
        warnings: outlook.warnings.clone(),
        whole: outlook.whole,
        spent: outlook.spent,
        expected: Some(outlook.leads_to()),
        until: budget.last(),
    }
}
