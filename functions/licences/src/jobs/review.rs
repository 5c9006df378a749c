//! Look over every client's licences, each in its own night.
//!
//! What is found follows from what is there, and what is written from what was known; so a review that dies is begun again
//! and writes only what is still to be written. The last part moves the client to its next night.

use std::collections::BTreeMap;

use contract::findings::REVIEW;
use domain::ids::{ClientId, FindingId, LicenceFileId, LicenceId};
use domain::licences::files::deleted;
use domain::licences::findings::{Finding, Found, find, review};
use domain::licences::true_up::true_up;
use domain::licences::utilisation::{DayOfUse, TREND_DAYS, before, first_untold, utilisation};
use domain::zone::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, Time, time};
use runtime::{Error, JobCx, JobHandler, JobReport, Result, Step};
use serde_json::json;
use store::due::Due;
use store::findings::{MOST_TRUE_UPS, Review};
use store::utilisation::LatestUse;
use store::{Commit, TenantStore, Versioned};

use domain::billing::reports::Month;
use domain::ids::ProductId;

use crate::facts::Known;
use crate::sign_ins;
use crate::told::{tell_licences, tell_use};

/// Findings that one transaction writes: with the review, the sums and the audit entry it stays below DynamoDB's 100.
const A_PART: usize = 90;
/// Most findings of one client that are kept.
const MOST_FINDINGS: usize = 20_000;
/// Products whose use one transaction writes, of two items each, and of six where 90 days are made up for.
const PRODUCTS_A_PART: usize = 15;

/// In the tenant's zone: after the invoice run and the check of the books.
const AT: Time = time(3, 30, 0, 0);

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(REVIEW, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    cx.each_due(|due| look_at(&cx, due)).await
}

async fn look_at(cx: &JobCx, due: Due) -> Result<Step> {
    let store = cx.tenant(&due);
    let client: ClientId = due.id()?;
    let zone = store.tenant_record().await?.value.zone;
    let today = zone.date(cx.now);
    if store.review(client).await?.value.due_at > cx.now {
        return Ok(Step::Skipped);
    }
    let mut files_deleted = Ok(());
    if !cx.dry_run {
        let known = Known::of(&store, client, today).await?;
        if !note_use(cx, &store, client, &known, today, &zone).await? {
            return Ok(Step::Done);
        }
        // A file that cannot be deleted keeps nothing else from being done: it is told when all else is.
        match delete_files(cx, &store, &known, &zone).await {
            Ok(true) => {}
            Ok(false) => return Ok(Step::Done),
            Err(error) => files_deleted = Err(error),
        }
    }
    loop {
        let part = cx.reconcile(|| part(cx, &store, client, today, &zone)).await?;
        match part {
            Part::Last(step) => return files_deleted.map(|()| step),
            // What is left is due still, and the next run goes on with it.
            Part::More if cx.is_out_of_time() => return Ok(Step::Done),
            Part::More => {}
        }
    }
}

enum Part {
    More,
    Last(Step),
}

async fn part(
    cx: &JobCx,
    store: &TenantStore,
    client: ClientId,
    today: Date,
    zone: &Zone,
) -> Result<(Part, Option<Commit>)> {
    let before = store.review(client).await?;
    if before.value.due_at > cx.now {
        return Ok((Part::Last(Step::Skipped), None));
    }
    let Known { facts, not_computed, .. } = Known::of(store, client, today).await?;
    let known = store.all_findings(client, MOST_FINDINGS).await?;
    let found: Vec<(FindingId, Found)> =
        find(client, &facts)?.into_iter().map(|found| (store.finding_id(&found.key), found)).collect();
    if known.len() + found.len() > MOST_FINDINGS {
        let why = format!("the client has more than {MOST_FINDINGS} findings; end licences that nobody looks after");
        return Err(Error::Internal(why));
    }
    // What was found of a licence that cannot be computed stays as it is until it can.
    let is_left_out = |of: &Finding| of.key.licence.is_some_and(|licence| not_computed.contains(&licence));
    let kept = known.iter().map(|known| known.value.clone()).filter(|finding| !is_left_out(finding)).collect();
    let after = review(kept, found, &facts, &before.value.claimed)?;
    let known: BTreeMap<FindingId, &Versioned<Finding>> = known.iter().map(|known| (known.value.id, known)).collect();
    let changed: Vec<(Option<&Versioned<Finding>>, &Finding)> = after
        .iter()
        .map(|after| (known.get(&after.id).copied(), after))
        .filter(|(before, after)| before.is_none_or(|before| before.value != **after))
        .collect();
    if cx.dry_run {
        let would: Vec<_> =
            changed.iter().map(|(_, after)| json!([after.id, after.key.kind, after.state.name()])).collect();
        return Ok((Part::Last(Step::Would(json!({ "client": client, "findings": would }))), None));
    }
    let some = changed.iter().copied().take(A_PART);
    if changed.len() > A_PART {
        return Ok((Part::More, Some(store.commit().keep_findings(&before, before.value.clone(), some))));
    }
    let mut rows = true_up(client, &facts)?;
    let left_out = u32::try_from(rows.len().saturating_sub(MOST_TRUE_UPS)).unwrap_or(u32::MAX);
    rows.truncate(MOST_TRUE_UPS);
    let next = Review {
        due_at: zone.next(AT, cx.now),
        reviewed_on: Some(today),
        true_up: rows,
        left_out,
        not_computed,
        ..before.value.clone()
    };
    Ok((Part::Last(Step::Done), Some(store.commit().keep_findings(&before, next, some))))
}

/// Notes how much was used yesterday, which is over where the client is, tells it to the series, and finds what is unusual about
/// the use. False when time is over before: the next run begins again, and what is there stays as it is.
async fn note_use(
    cx: &JobCx,
    store: &TenantStore,
    client: ClientId,
    known: &Known,
    today: Date,
    zone: &Zone,
) -> Result<bool> {
    // Where the client is it may still be yesterday, or tomorrow already.
    let on = known.zone.date(cx.now).saturating_sub(1.day());
    let licences_to = today.saturating_sub(1.day());
    if !tell_use(cx, store, client, known, on).await? || !tell_licences(cx, store, client, known, licences_to).await? {
        return Ok(false);
    }
    sign_ins::find(cx, store, client, known, (on, zone)).await?;
    let days: Vec<(ProductId, DayOfUse)> = utilisation(&known.facts, &known.active(on)).into_iter().collect();
    for some in days.chunks(PRODUCTS_A_PART) {
        cx.reconcile(|| async {
            let mut commit = store.commit();
            for (product, day) in some {
                commit = noted(store, commit, (client, *product), (on, day), known).await?;
            }
            Ok(((), Some(commit)))
        })
        .await?;
    }
    Ok(true)
}

/// Deletes the bytes of the files that were taken off the client's licences. A file is noted as deleted after it is: who dies in
/// between deletes it again, which changes nothing. False when time is over before. What cannot be deleted keeps no other
/// licence's files from it: the first such error is told at the end.
async fn delete_files(cx: &JobCx, store: &TenantStore, known: &Known, zone: &Zone) -> Result<bool> {
    let mut all = Ok(true);
    for licence in &known.licences {
        let files = licence.files_to_delete(cx.now);
        if files.is_empty() {
            continue;
        }
        if cx.is_out_of_time() {
            return Ok(false);
        }
        if let Err(error) = delete_of(cx, store, licence.id, &files, zone).await {
            all = all.and(Err(error));
        }
    }
    all
}

async fn delete_of(
    cx: &JobCx,
    store: &TenantStore,
    licence: LicenceId,
    files: &[LicenceFileId],
    zone: &Zone,
) -> Result<()> {
    for file in files {
        store.delete_licence_file(licence, *file).await?;
    }
    cx.reconcile(|| async {
        let read = store.licence(licence).await?;
        let after = deleted(read.value.licence.clone(), files);
        let changed = after != read.value.licence;
        Ok(((), changed.then(|| store.commit().update_licence(&read, &after, zone))))
    })
    .await
}

/// With a product's day, and with the days before it of which more is known by now than was noted: use may have been reported
/// long before the first review, and of such days after it.
async fn noted(
    store: &TenantStore,
    commit: Commit,
    (client, product): (ClientId, ProductId),
    (on, day): (Date, &DayOfUse),
    known: &Known,
) -> Result<Commit> {
    let latest = store.latest_use(client, product).await?;
    let mut recent = latest.as_ref().map(|latest| latest.value.recent.clone()).unwrap_or_default();
    let mut days = match first_untold(&known.uses, product, &recent, on) {
        Some(_) => before(&known.facts, &known.licences, &known.uses, product, on),
        None => BTreeMap::new(),
    };
    for (on, day) in &days {
        let people = recent.entry(*on).or_default();
        *people = day.whole.active_month.max(*people);
    }
    days.insert(on, day.clone());
    recent.insert(on, day.whole.active_month);
    let since = on.saturating_sub(i64::from(TREND_DAYS).days());
    recent.retain(|day, _| *day > since);
    let after = LatestUse { client, product, on, day: day.clone(), recent };
    let mut commit = commit;
    let mut months: BTreeMap<Month, BTreeMap<Date, DayOfUse>> = BTreeMap::new();
    for (on, day) in days {
        months.entry(Month::of(on)).or_default().insert(on, day);
    }
    for (month, days) in months {
        let read = store.month_of_use(client, product, month).await?;
        let mut after = read.value.clone();
        for (day, now) in days {
            // What was noted of a day before is kept, with the people of whom was heard since.
            let now = match after.days.remove(&day).filter(|_| day != on) {
                Some(noted) => noted.with_late_use(&now),
                None => now,
            };
            after.days.insert(day, now);
        }
        if after != read.value {
            commit = commit.update(&after, read.rev);
        }
    }
    if latest.as_ref().is_none_or(|latest| latest.value != after) {
        commit = commit.update(&after, latest.map_or(0, |latest| latest.rev));
    }
    Ok(commit)
}
