//! Judge the days of each series that are complete.

use std::collections::BTreeMap;

use contract::insights::DETECTION;
use domain::ids::SeriesId;
use domain::insights::costs::Days;
use domain::insights::found::{CostAnomaly, Finding, moved};
use domain::insights::watch::{Change, Looked};
use jiff::civil::Date;
use runtime::{JobCx, JobHandler, JobReport, Result, Step};
use serde_json::{Value, json};
use store::due::Due;
use store::insights::KeptWatch;
use store::{Commit, TenantStore, Versioned};

use crate::house::Houses;

/// The job.
pub fn job() -> JobHandler {
    JobHandler::new(DETECTION, run)
}

async fn run(cx: JobCx) -> Result<JobReport> {
    let houses = Houses::default();
    cx.each_due(|due| look_at(&cx, &houses, due)).await
}

/// What a look came to.
struct Look {
    step: Step,
    more: bool,
}

async fn look_at(cx: &JobCx, houses: &Houses, due: Due) -> Result<Step> {
    let (store, id): (_, SeriesId) = (cx.tenant(&due), due.id()?);
    let mut step = Step::Skipped;
    loop {
        let look = cx.reconcile(|| look(cx, houses, &store, id)).await?;
        if look.step != Step::Skipped {
            step = look.step;
        }
        // Of a long history some days are judged at once, and the next ones from where these stopped.
        if !look.more || cx.dry_run || cx.is_out_of_time() {
            return Ok(step);
        }
    }
}

async fn look(cx: &JobCx, houses: &Houses, store: &TenantStore, id: SeriesId) -> Result<(Look, Option<Commit>)> {
    let due = |read: &Versioned<KeptWatch>| read.value.due_at.is_some_and(|at| at <= cx.now);
    let Some(read) = store.watch(id).await?.filter(due) else {
        return Ok((Look { step: Step::Skipped, more: false }, None));
    };
    let known_series = store.cost_series(id).await?;
    let mut series = known_series.value.clone();
    let house = houses.of(store, series.client, cx.now).await?;
    let rules = house.rules(&series);
    let watch = read.value.watch()?;
    let days = match watch.looks_from() {
        Some(from) => store.cost_days(id, from, house.today).await?.days,
        None => Days::new(),
    };
    let Looked { mut watch, changes, days: judged } = watch.look(&days, &rules, &house.known, house.today);
    let mut known: BTreeMap<Date, Versioned<CostAnomaly>> = BTreeMap::new();
    for onset in changes.keys() {
        let anomaly = store.anomaly_id(id, watch.name_of(*onset));
        known.extend(store.cost_anomaly_if(anomaly).await?.map(|before| (*onset, before)));
    }
    // What a correction has moved stays the anomaly that it was, with its answer.
    for (onset, before) in moved(series.measure, &changes, |onset| known.get(&onset).map(|known| &known.value)) {
        watch = watch.renamed(onset, before);
        let [one, other] = [onset, before].map(|day| known.remove(&day));
        known.extend(one.map(|known| (before, known)));
        known.extend(other.map(|known| (onset, known)));
    }
    let due_on = watch.due_on(&rules);
    let more = due_on.is_some_and(|on| on <= house.today);
    let due_at = if more { read.value.due_at } else { due_on.map(|on| house.night(on)) };
    let mut commit = store.commit().update(&KeptWatch::new(&watch, due_at)?, read.rev);
    let mut found: Vec<Value> = Vec::new();
    for (onset, change) in changes {
        let anomaly = store.anomaly_id(id, watch.name_of(onset));
        let (known, rev) = known.remove(&onset).map_or((None, 0), |before| (Some(before.value), before.rev));
        let department = house.department(&series);
        let (today, now) = (house.today, cx.now);
        // What was corrected away came to nothing in the end: what was answered stays remembered.
        let is_so = !matches!(change, Change::Withdrawn);
        let finding = Finding { id: anomaly, series: &series, department, rules: &rules, today, now };
        if let Some((after, event)) = finding.of(onset, change, known)? {
            found.push(json!({ "anomaly": anomaly, "sentence": after.sentence }));
            commit = commit.update(&after, rev).emit(event);
            if is_so {
                series = after.remembered(series, now);
            }
        }
    }
    if series != known_series.value {
        commit = commit.update(&series, known_series.rev);
    }
    let step = match cx.dry_run {
        true => Step::Would(json!({ "series": id, "days": judged, "found": found })),
        false => Step::Done,
    };
    Ok((Look { step, more }, Some(commit)))
}
