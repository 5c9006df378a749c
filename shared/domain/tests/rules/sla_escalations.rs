//! What falls due: warnings, misses, rungs of the ladder, and plans that change meanwhile.

use crate::common::pasts::*;
use crate::common::*;
use domain::sla::{self, Action, ClockKind, Fired, Plan, PriorityTargets, When};
use domain::tickets::{Priority, Status};
use jiff::SignedDuration;

use ClockKind::{FirstResponse, Resolution};

#[test]
fn warnings_misses_and_rungs_fire_once_in_order_however_late_the_scan() {
    let ladder = vec![
        rung(&[Resolution], When::AtPercent(90), tell_managers()),
        rung(&[Resolution], When::AfterBreach(30), tell_managers()),
        rung(&[Resolution], When::AtPercent(200), tell_managers()),
    ];
    let plan = plan(resolution(business(100)), &[75, 50], ladder, &nine_to_five());
    let at_once = seen(&[], &plan, 1_000);
    let what: Vec<(i64, String)> = at_once
        .fired
        .iter()
        .map(|fired| {
            let name = match fired {
                Fired::Warned { percent, .. } => format!("{percent} %"),
                Fired::Breached { .. } => "breach".to_owned(),
                Fired::Escalated { when, .. } => format!("{when:?}"),
            };
            (fired.at().duration_since(after(0)).as_mins(), name)
        })
        .collect();
    let expected = [
        (50, "50 %"),
        (75, "75 %"),
        (90, "AtPercent(90)"),
        (100, "breach"),
        (130, "AfterBreach(30)"),
        (200, "AtPercent(200)"),
    ];
    assert_eq!(what, expected.map(|(minute, name)| (minute, name.to_owned())));

    let mut often =
        sla::advance(sla::TicketSla::start(Status::New, Some(&plan), after(0)), aim(), Some(&plan), after(0));
    let mut fired = Vec::new();
    for minute in (0..=1_000).step_by(7) {
        often = sla::advance(often.sla, often.aim, Some(&plan), after(minute));
        fired.append(&mut often.fired);
    }
    assert_eq!(fired, at_once.fired);
}

#[test]
fn the_next_mark_is_exactly_when_something_fires() {
    let ladder = vec![rung(&[FirstResponse, Resolution], When::AfterBreach(5), tell_managers())];
    let targets = PriorityTargets { first_response: business(60), next_reply: None, resolution: always(90) };
    let plan = plan(targets, &[50], ladder, &nine_to_five());
    let start = sla::TicketSla::start(Status::New, Some(&plan), after(0));
    let mut advanced = sla::advance(start, aim(), Some(&plan), after(0));
    let mut seen = Vec::new();
    while let Some(next) = advanced.sla.next_mark {
        assert_eq!(sla::next_mark(&advanced.sla, Priority::P3, Some(&plan)), Some(next));
        let before =
            sla::advance(advanced.sla.clone(), advanced.aim, Some(&plan), next - SignedDuration::from_nanos(1));
        assert_eq!(before.fired, []);
        advanced = sla::advance(advanced.sla, advanced.aim, Some(&plan), next);
        assert!(!advanced.fired.is_empty());
        assert!(advanced.fired.iter().all(|fired| fired.at() == next));
        seen.push(next.duration_since(after(0)).as_mins());
    }
    assert_eq!(seen, [30, 45, 60, 65, 90, 95]);
}

#[test]
fn rungs_after_the_miss_count_in_the_clocks_own_time() {
    let ladder = vec![rung(&[Resolution], When::AfterBreach(60), tell_managers())];
    let plan = plan(resolution(business(450)), &[], ladder, &nine_to_five());
    let fired = seen(&[], &plan, 3_000).fired;
    assert_eq!(fired.iter().map(Fired::at).collect::<Vec<_>>(), [after(450), after(24 * 60 + 30)]);
}

#[test]
fn a_rung_that_raises_the_priority_makes_the_rest_be_recomputed() {
    let mut gold = policy(
        resolution(business(200)),
        &[],
        vec![rung(&[Resolution], When::AtPercent(50), vec![Action::RaisePriority {}])],
    );
    gold.targets.p2 = resolution(business(90));
    let plan = Plan::new(gold, Some(&nine_to_five()));
    let previewed = seen(&[], &plan, 150);
    assert_eq!(previewed.priority, Priority::P2);
    // At 100 minutes P3 becomes P2, whose 90 minutes are over by then.
    assert_eq!(breaches(&previewed), [(Resolution, after(100))]);
    assert_eq!(previewed.fired.len(), 2, "the rung does not fire again under the new priority");
}

#[test]
fn a_miss_under_the_old_plan_counts_even_if_nobody_looked_before_the_plan_changed() {
    let strict = plan_of(resolution(business(60)));
    let start = sla::TicketSla::start(Status::New, Some(&strict), after(0));
    let advanced = sla::advance(start, aim(), Some(&strict), after(0));

    let mut kinder = policy(resolution(business(600)), &[], vec![]);
    kinder.updated_at = after(70);
    let kinder = Plan::new(kinder, Some(&nine_to_five()));
    let after_edit = sla::advance(advanced.sla.clone(), aim(), Some(&kinder), after(75));
    assert_eq!(after_edit.fired, [Fired::Breached { clock: Resolution, at: after(60) }]);
    let no_sla = sla::advance(advanced.sla.clone(), aim(), None, after(75));
    assert_eq!(no_sla.fired, [Fired::Breached { clock: Resolution, at: after(60) }]);

    let mut in_time = policy(resolution(business(600)), &[], vec![]);
    in_time.updated_at = after(50);
    let in_time = Plan::new(in_time, Some(&nine_to_five()));
    assert_eq!(sla::advance(advanced.sla, aim(), Some(&in_time), after(75)).fired, []);
}

#[test]
fn a_stricter_plan_makes_nothing_late_before_it_held() {
    let kind = plan_of(resolution(business(600)));
    let start = sla::TicketSla::start(Status::New, Some(&kind), after(0));
    let advanced = sla::advance(start, aim(), Some(&kind), after(0));
    let mut strict = policy(resolution(business(60)), &[], vec![]);
    strict.updated_at = after(100);
    let strict = Plan::new(strict, Some(&nine_to_five()));
    let after_edit = sla::advance(advanced.sla, aim(), Some(&strict), after(120));
    assert_eq!(after_edit.fired, [Fired::Breached { clock: Resolution, at: after(100) }]);
    assert_eq!(after_edit.sla.policy, Some(strict.policy().id));
}

#[test]
fn a_holiday_recomputes_open_tickets_from_creation() {
    let mut office = nine_to_five();
    let targets = resolution(business(12 * 60));
    let start = sla::TicketSla::start(Status::New, None, after(0));
    office.holidays.push(holiday("2026-07-07"));
    let plan = plan(targets, &[], vec![], &office);
    let advanced = sla::advance(start, aim(), Some(&plan), after(60));
    let clocks = sla::clocks(&advanced.sla, Priority::P3, Some(&plan), after(60));
    assert_eq!(clocks[0].due, Some(at("2026-07-08T11:00:00Z")));
    assert_eq!(clocks[0].consumed, Some(minutes(60)));
}
