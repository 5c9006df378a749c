//! Decide a finding.

use contract::NoQuery;
use contract::findings::{AtFinding, DECIDE, DecisionKind, FindingView, NewDecision};
use domain::error::Refusal;
use domain::invalid::Check;
use domain::licences::findings::{Baseline, Decision, Finding, decide, yearly};
use jiff::civil::Date;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;
use store::findings::{About, Review};

/// The route.
pub fn route() -> Handler {
    Handler::new(DECIDE, decide_finding)
}

async fn decide_finding(cx: Cx, input: In<AtFinding, NoQuery, NewDecision>) -> Result<Answer<FindingView>> {
    let AtFinding { client, finding } = input.path;
    cx.may_see(client)?;
    let before = cx.store.finding(client, finding).await?;
    let decision = decision(input.body)?;
    let today = cx.here().await?.today;
    let review = cx.store.review(client).await?;
    let baseline = baseline(&cx, &before.value, &review, today).await?;
    let after = decide(before.value.clone(), decision, baseline, (cx.actor.user, cx.now, today))?;
    let product = cx.store.product(after.key.product).await?.value;
    let About { person, unit } = cx.store.about(&[&after]).await?.pop().unwrap_or_default();
    if after == before.value {
        return Ok(Answer::of(FindingView::of(after, product.name, (person, unit), today)));
    }
    let commit = cx.store.commit().keep_findings(&review, review.value.clone(), [(Some(&before), &after)]);
    Ok(Answer::after(commit, FindingView::of(after, product.name, (person, unit), today)))
}

/// What was said, with nothing that does not belong to it.
fn decision(new: NewDecision) -> Result<Decision, Refusal> {
    let NewDecision { decision, reason, until } = new;
    let mut check = Check::new();
    let dismiss = decision == DecisionKind::Dismiss;
    check.that(dismiss || reason.is_none(), "/reason", "not_allowed", "is for dismissing; leave it out");
    check.that(!dismiss || reason.is_some(), "/reason", "required", "must say why it is dismissed");
    let snooze = decision == DecisionKind::Snooze;
    check.that(snooze || until.is_none(), "/until", "not_allowed", "is for a snooze; leave it out");
    check.that(!snooze || until.is_some(), "/until", "required", "must say on which day it is open again");
    check.done()?;
    Ok(match (decision, reason, until) {
        (DecisionKind::Dismiss, Some(reason), _) => Decision::Dismiss { reason },
        (DecisionKind::Snooze, _, Some(until)) => Decision::Snooze { until },
        (DecisionKind::Reopen, ..) => Decision::Reopen,
        _ => Decision::Accept,
    })
}

/// What the licence is now: what comes true is measured against it.
async fn baseline(cx: &Cx, finding: &Finding, review: &Versioned<Review>, today: Date) -> Result<Baseline> {
    let Some(id) = finding.key.licence else {
        return Ok(Baseline { seats: 0, yearly: None, claimed: 0, ends_on: None });
    };
    let licence = cx.store.licence(id).await?.value.licence;
    let claimed = review.value.claimed.get(&id).copied().unwrap_or(0);
    let ends_on = licence.term.terminates_on;
    Ok(Baseline { seats: licence.seats_on(today), yearly: yearly(&licence, today)?, claimed, ends_on })
}
