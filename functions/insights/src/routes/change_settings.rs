//! Change how anomalies are looked for.

use contract::NoPath;
use contract::insights::{CHANGE_SETTINGS, InsightSettingsChanges, InsightSettingsView, SettingsQuery};
use domain::ids::UnitId;
use domain::insights::rules::InsightSettings;
use domain::insights::tuning::Tuning;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_SETTINGS, change_settings)
}

async fn change_settings(
    cx: Cx,
    input: In<NoPath, SettingsQuery, InsightSettingsChanges>,
) -> Result<Answer<InsightSettingsView>> {
    let (units, review): (Vec<UnitId>, _) = match input.query.client {
        Some(client) => {
            cx.may_see(client)?;
            // Before the client: whoever lets a department of it go writes this too.
            let review = cx.store.budget_review(client).await?;
            let client = cx.store.client(client).await?.value;
            (client.departments.iter().map(|unit| unit.id).collect(), Some(review))
        }
        None => (Vec::new(), None),
    };
    let read = cx.unchanged(cx.store.insight_settings(input.query.client).await?)?;
    let before = read.value.clone();
    let InsightSettingsChanges { sensitivity, method, settle_days, missing_after_days, tell_from, units: rules } =
        input.body;
    let tuning = Tuning {
        sensitivity: sensitivity.unwrap_or(before.tuning.sensitivity),
        method: method.unwrap_or(before.tuning.method),
    };
    let after = InsightSettings {
        client: before.client,
        tuning,
        settle_days: settle_days.unwrap_or(before.settle_days),
        missing_after_days: missing_after_days.unwrap_or(before.missing_after_days),
        tell_from: tell_from.unwrap_or(before.tell_from),
        units: rules.unwrap_or_else(|| before.units.clone()),
        updated_at: before.updated_at,
    };
    if after == before {
        return Ok(cx.replaced(&read, after));
    }
    after.check(&units)?;
    let names = after.units != before.units;
    let after = InsightSettings { updated_at: Some(cx.now), ..after };
    let commit = cx.store.commit().update(&after, read.rev);
    let commit = match review.filter(|_| names) {
        Some(review) => commit.naming_departments(&review),
        None => commit,
    };
    Ok(Answer::after(commit, after.into()).rev(read.rev + 1))
}
