//! Policies: which one holds, what they may say, how they are kept.

use crate::common::pasts::*;
use crate::common::*;
use domain::Refusal;
use domain::access::Role;
use domain::calendar::Calendar;
use domain::ids::*;
use domain::sla::{
    self, Action, ClockKind, NewPolicy, PolicyChanges, PriorityTargets, SlaChoice, Targets, WhatHappened, When,
    policy as policies, preview,
};
use domain::tickets::Status;

use ClockKind::{FirstResponse, NextReply};
use WhatHappened::{CustomerReplied, StaffReplied};

#[test]
fn the_first_level_that_says_something_decides() {
    let id = |n| PolicyId::from_uuid(uuid(n));
    let (gold, silver) = (SlaChoice::Policy(id(1)), SlaChoice::Policy(id(2)));
    let inherit = SlaChoice::Inherit;
    for (contract, client, department, tenant, expected) in [
        (None, inherit, None, inherit, None),
        (None, inherit, None, gold, Some(id(1))),
        (None, inherit, Some(silver), gold, Some(id(2))),
        (None, silver, Some(gold), gold, Some(id(2))),
        (Some(silver), gold, Some(gold), gold, Some(id(2))),
        (Some(inherit), gold, Some(silver), silver, Some(id(1))),
        (Some(SlaChoice::None), gold, Some(gold), gold, None),
        (None, SlaChoice::None, Some(gold), gold, None),
        (None, inherit, Some(SlaChoice::None), gold, None),
        (None, inherit, Some(inherit), SlaChoice::None, None),
    ] {
        assert_eq!(sla::resolve(contract, client, department, tenant), expected);
    }
}

#[test]
fn the_clients_calendar_can_go_before_the_policys() {
    let id = |n| Some(CalendarId::from_uuid(uuid(n)));
    let mut gold = policy(first_response(business(1)), &[], vec![]);
    assert_eq!(sla::which_calendar(&gold, None, None, None), None);
    assert_eq!(sla::which_calendar(&gold, None, None, id(4)), id(4));
    assert_eq!(sla::which_calendar(&gold, None, id(3), id(4)), id(3));
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(2));
    gold.calendar = id(1);
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(1));
    gold.client_calendar_first = true;
    assert_eq!(sla::which_calendar(&gold, id(2), id(3), id(4)), id(2));
    assert_eq!(sla::which_calendar(&gold, None, id(3), id(4)), id(1));
}

fn faults<T>(result: Result<T, Refusal>) -> Vec<(String, &'static str)> {
    match result {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| (fault.field, fault.code)).collect(),
        Ok(_) => vec![],
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_policy_is_checked_field_by_field() {
    let id = PolicyId::from_uuid(uuid(1));
    let fine = || NewPolicy {
        name: "Gold".into(),
        targets: Targets { p1: first_response(business(15)), ..Targets::default() },
        warnings: vec![50, 80],
        ladder: vec![rung(&[FirstResponse], When::AfterBreach(0), tell_managers())],
        ..NewPolicy::default()
    };
    let check = |change: &dyn Fn(&mut NewPolicy)| {
        let mut policy = fine();
        change(&mut policy);
        faults(policies::add(id, policy, after(0)))
    };
    let fault = |field: &str, code| vec![(field.to_owned(), code)];
    assert_eq!(check(&|_| ()), []);
    assert_eq!(check(&|policy| policy.name = " ".into()), fault("/name", "required"));
    assert_eq!(check(&|policy| policy.targets = Targets::default()), fault("/targets", "required"));
    assert_eq!(
        check(&|policy| policy.targets.p4.resolution = always(0)),
        fault("/targets/p4/resolution/minutes", "out_of_range")
    );
    assert_eq!(check(&|policy| policy.warnings.push(100)), fault("/warnings/2", "out_of_range"));
    assert_eq!(check(&|policy| policy.warnings.push(50)), fault("/warnings/2", "duplicate"));
    assert_eq!(check(&|policy| policy.ladder[0].on.clear()), fault("/ladder/0/on", "required"));
    assert_eq!(check(&|policy| policy.ladder[0].actions.clear()), fault("/ladder/0/actions", "required"));
    assert_eq!(check(&|policy| policy.ladder.push(policy.ladder[0].clone())), fault("/ladder/1/on/0", "duplicate"));
    assert_eq!(
        check(&|policy| policy.ladder[0].when = When::AtPercent(1_001)),
        fault("/ladder/0/when/at_percent", "out_of_range")
    );
    assert_eq!(
        check(&|policy| policy.ladder[0].actions = vec![Action::NotifyRoles { roles: vec![Role::ClientUser] }]),
        fault("/ladder/0/actions/0/roles/0", "not_allowed")
    );
}

#[test]
fn a_policy_changes_with_an_event_only_when_something_changes() {
    let gold = policy(first_response(business(1)), &[50], vec![]);
    let same = policies::change(
        gold.clone(),
        PolicyChanges { warnings: Some(vec![50]), ..PolicyChanges::default() },
        after(0),
    );
    assert_eq!(same.unwrap().events.len(), 0);
    let changed =
        policies::change(gold, PolicyChanges { warnings: Some(vec![60]), ..PolicyChanges::default() }, after(0))
            .unwrap();
    assert_eq!((changed.events[0].name(), changed.state.updated_at), ("policy.changed", after(0)));
}

#[test]
fn a_past_that_cannot_be_is_refused_where_it_is_wrong() {
    let plan = plan_of(first_response(business(60)));
    let wrong = |steps: &[(i64, WhatHappened)], minute| faults(preview(&past(steps), Some(&plan), after(minute)));
    assert_eq!(wrong(&[(10, StaffReplied), (5, StaffReplied)], 20), [("/steps/1/at".to_owned(), "out_of_order")]);
    assert_eq!(wrong(&[(10, StaffReplied)], 5), [("/steps/0/at".to_owned(), "out_of_order")]);
    assert_eq!(wrong(&[], -5), [("/created_at".to_owned(), "out_of_order")]);
    assert_eq!(
        wrong(&[(1, status(Status::Cancelled)), (2, status(Status::Open))], 20),
        [("/steps/1/what".to_owned(), "status_step")]
    );
}

#[test]
fn policies_and_sla_states_survive_storage() {
    let ladder = vec![
        rung(&[FirstResponse, NextReply], When::AtPercent(90), vec![Action::RaisePriority {}]),
        rung(&[FirstResponse], When::AfterBreach(30), tell_managers()),
    ];
    let targets = PriorityTargets { first_response: business(60), next_reply: business(30), resolution: always(90) };
    let gold = policy(targets, &[50], ladder.clone());
    let json = serde_json::to_value(&gold).unwrap();
    assert_eq!(json["targets"]["p1"]["first_response"], serde_json::json!({"minutes": 60, "time": "business"}));
    assert_eq!(json["ladder"][0]["when"], serde_json::json!({"at_percent": 90}));
    assert_eq!(json["ladder"][1]["when"], serde_json::json!({"after_breach_minutes": 30}));
    assert_eq!(json["ladder"][1]["actions"][0], serde_json::json!({"do": "notify_roles", "roles": ["manager"]}));
    assert_eq!(serde_json::from_value::<sla::Policy>(json).unwrap(), gold);

    let office: Calendar = nine_to_five();
    let plan = plan(targets, &[50], ladder, &office);
    let steps = [(1, StaffReplied), (10, CustomerReplied), (100, status(Status::PendingVendor))];
    let stored = seen(&steps, &plan, 500).sla;
    let json = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<sla::TicketSla>(&json).unwrap(), stored);
    for (choice, text) in [(SlaChoice::Inherit, "\"inherit\""), (SlaChoice::None, "\"none\"")] {
        assert_eq!(serde_json::to_string(&choice).unwrap(), text);
        assert_eq!(serde_json::from_str::<SlaChoice>(text).unwrap(), choice);
    }
    assert!(serde_json::from_str::<SlaChoice>("\"pol_x\"").is_err());
}
