//! Preview what the SLA rules say: the same functions that tickets go by, over a history that need not exist.

use contract::preview::{
    FiredView, PREVIEW, PreviewCalendar, PreviewPolicy, PreviewQuestion, PreviewStep, PreviewView,
};
use contract::tickets::ClockView;
use contract::{NoPath, NoQuery};
use domain::Refusal;
use domain::calendar::{self, Calendar, NewCalendar};
use domain::ids::{CalendarId, PolicyId};
use domain::sla::{NewPolicy, Past, PastStep, Plan, Policy, policy, preview};
use runtime::{Answer, Cx, Handler, In, Result};

/// What calendars and policies are called that have no name.
const UNNAMED: &str = "preview";

/// The route.
pub fn route() -> Handler {
    Handler::new(PREVIEW, answer)
}

async fn answer(cx: Cx, input: In<NoPath, NoQuery, PreviewQuestion>) -> Result<Answer<PreviewView>> {
    let PreviewQuestion { calendar, policy, priority, status, created_at, steps, now } = input.body;
    let calendar = calendar.map(|calendar| unsaved_calendar(&cx, calendar)).transpose()?;
    let plan = Plan::new(unsaved_policy(&cx, policy)?, calendar.as_ref());
    let steps = steps.into_iter().map(|PreviewStep { at, what }| PastStep { at, what }).collect();
    let past = Past { created_at, status, priority, steps };
    let found = preview(&past, Some(&plan), now)?;
    Ok(Answer::of(PreviewView {
        priority: found.priority,
        clocks: found.clocks.iter().map(ClockView::from).collect(),
        next_due: found.next_due,
        fired: found.fired.into_iter().map(FiredView::from).collect(),
        upcoming: found.upcoming.into_iter().map(FiredView::from).collect(),
    }))
}

/// The calendar as it would be saved, and refused as then.
fn unsaved_calendar(cx: &Cx, asked: PreviewCalendar) -> Result<Calendar, Refusal> {
    let PreviewCalendar { zone, hours, holidays } = asked;
    let new = NewCalendar { name: UNNAMED.to_owned(), zone, hours, holidays };
    let added = calendar::add(CalendarId::from_uuid(cx.id()), new, cx.now);
    added.map(|added| added.state).map_err(|refusal| refusal.within("/calendar"))
}

/// The policy as it would be saved, and refused as then.
fn unsaved_policy(cx: &Cx, asked: PreviewPolicy) -> Result<Policy, Refusal> {
    let PreviewPolicy { targets, warnings, ladder } = asked;
    let new = NewPolicy { name: UNNAMED.to_owned(), targets, warnings, ladder, ..NewPolicy::default() };
    let added = policy::add(PolicyId::from_uuid(cx.id()), new, cx.now);
    added.map(|added| added.state).map_err(|refusal| refusal.within("/policy"))
}
