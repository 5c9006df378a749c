//! What Nordlicht IT promises, and who keeps it: calendars, policies, departments.

use domain::access::Role;
use domain::calendar::{self, Calendar, Holiday, Hours, MinuteOfDay, NewCalendar, WeeklyHours, Window};
use domain::departments::{self, Department, NewDepartment, Strategy};
use domain::error::Refusal;
use domain::ids::{CalendarId, DepartmentId, PolicyId, UserId};
use domain::sla::{
    Action, ClockKind, NewPolicy, Policy, PriorityTargets, SlaChoice, Step, Target, Targets, TimeBasis, When, policy,
};
use jiff::civil::Date;
use jiff::{Span, Timestamp};

use super::{DOMAIN, id, known};

/// The calendars by their numbers.
pub(super) const BERLIN: u64 = 1;
pub(super) const NEW_YORK: u64 = 2;
pub(super) const KOLKATA: u64 = 3;
pub(super) const AROUND_THE_CLOCK: u64 = 4;

/// The policies by their numbers.
pub(super) const GOLD: u64 = 1;
pub(super) const SILVER: u64 = 2;
pub(super) const BRONZE: u64 = 3;
pub(super) const ESSENTIAL: u64 = 4;

/// The departments by their numbers.
pub(super) const SERVICE_DESK: u64 = 1;
pub(super) const NETWORK: u64 = 2;
pub(super) const SECURITY: u64 = 3;

/// A policy by its number.
pub(super) fn under(policy: u64) -> SlaChoice {
    SlaChoice::Policy(id(policy, PolicyId::from_uuid))
}

/// Easter Sundays of the Gregorian calendar, from which most of Germany's moving holidays are counted.
const EASTER: &[&str] = &["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2029-04-01"];
/// The holidays of all German states that move, in days after Easter Sunday.
const AFTER_EASTER: &[(i32, &str)] =
    &[(-2, "Good Friday"), (1, "Easter Monday"), (39, "Ascension Day"), (50, "Whit Monday")];

const GERMANY: &[(&str, &str)] = &[
    ("01-01", "New Year's Day"),
    ("05-01", "Labour Day"),
    ("10-03", "Day of German Unity"),
    ("12-25", "Christmas Day"),
    ("12-26", "Second Day of Christmas"),
];
const UNITED_STATES: &[(&str, &str)] = &[
    ("01-01", "New Year's Day"),
    ("06-19", "Juneteenth"),
    ("07-04", "Independence Day"),
    ("12-25", "Christmas Day"),
    ("2025-05-26", "Memorial Day"),
    ("2026-05-25", "Memorial Day"),
    ("2027-05-31", "Memorial Day"),
    ("2025-09-01", "Labor Day"),
    ("2026-09-07", "Labor Day"),
    ("2027-09-06", "Labor Day"),
    ("2025-11-27", "Thanksgiving"),
    ("2026-11-26", "Thanksgiving"),
    ("2027-11-25", "Thanksgiving"),
];
const INDIA: &[(&str, &str)] = &[
    ("01-26", "Republic Day"),
    ("08-15", "Independence Day"),
    ("10-02", "Gandhi Jayanti"),
    ("12-25", "Christmas Day"),
    ("2025-10-20", "Diwali"),
    ("2026-11-08", "Diwali"),
    ("2027-10-29", "Diwali"),
];

/// The calendars.
pub(super) fn calendars(since: Timestamp) -> Result<Vec<Calendar>, Refusal> {
    let add = |number, name: &str, zone: &str, hours, holidays| {
        let new = NewCalendar { name: name.to_owned(), zone: known(zone), hours, holidays };
        Ok::<_, Refusal>(calendar::add(id(number, CalendarId::from_uuid), new, since)?.state)
    };
    let berlin = WeeklyHours {
        friday: windows(&[("08:00", "12:00"), ("12:30", "15:00")]),
        ..WeeklyHours::weekdays(&windows(&[("08:00", "12:00"), ("13:00", "17:00")]))
    };
    let new_york = WeeklyHours {
        saturday: windows(&[("09:00", "13:00")]),
        ..WeeklyHours::weekdays(&windows(&[("07:00", "20:00")]))
    };
    let kolkata = WeeklyHours {
        saturday: windows(&[("09:30", "13:30")]),
        ..WeeklyHours::weekdays(&windows(&[("09:30", "13:30"), ("14:15", "18:30")]))
    };
    let mut german = named(GERMANY);
    german.extend(moving());
    Ok(vec![
        add(BERLIN, "Office hours, Berlin", "Europe/Berlin", Hours::Weekly(berlin), german)?,
        add(NEW_YORK, "Extended hours, New York", "America/New_York", Hours::Weekly(new_york), named(UNITED_STATES))?,
        add(KOLKATA, "Office hours, Kolkata", "Asia/Kolkata", Hours::Weekly(kolkata), named(INDIA))?,
        add(AROUND_THE_CLOCK, "Around the clock", "Europe/Berlin", Hours::AlwaysOpen, Vec::new())?,
    ])
}

fn windows(of: &[(&str, &str)]) -> Vec<Window> {
    of.iter().map(|(from, to)| Window { from: known::<MinuteOfDay>(from), to: known::<MinuteOfDay>(to) }).collect()
}

fn named(days: &[(&str, &str)]) -> Vec<Holiday> {
    days.iter().map(|(on, name)| Holiday { on: known(on), name: (*name).to_owned() }).collect()
}

fn moving() -> impl Iterator<Item = Holiday> {
    EASTER.iter().flat_map(|easter| {
        let sunday: Date = known(easter);
        AFTER_EASTER.iter().map(move |(days, name)| {
            let on = sunday.saturating_add(Span::new().days(*days));
            Holiday { on: known(&on.to_string()), name: (*name).to_owned() }
        })
    })
}

/// Minutes of the first response, the next reply and the resolution; 0 promises nothing.
type Minutes = [u32; 3];

fn targets(priorities: [Minutes; 4], p1: TimeBasis) -> Targets {
    let of = |[first, next, resolution]: Minutes, time| {
        let target = |minutes: u32| (minutes > 0).then_some(Target { minutes, time });
        PriorityTargets { first_response: target(first), next_reply: target(next), resolution: target(resolution) }
    };
    let [first, second, third, fourth] = priorities;
    let business = TimeBasis::Business;
    Targets { p1: of(first, p1), p2: of(second, business), p3: of(third, business), p4: of(fourth, business) }
}

fn tell(roles: &[Role]) -> Action {
    Action::NotifyRoles { roles: roles.to_vec() }
}

fn rung(on: &[ClockKind], when: When, actions: Vec<Action>) -> Step {
    Step { on: on.to_vec(), when, actions }
}

/// The policies.
pub(super) fn policies(since: Timestamp) -> Result<Vec<Policy>, Refusal> {
    use ClockKind::{FirstResponse, NextReply, Resolution};
    let add = |number, name: &str, targets, warnings: &[u8], ladder| {
        let new = NewPolicy {
            name: name.to_owned(),
            targets,
            warnings: warnings.to_vec(),
            ladder,
            calendar: Some(id(BERLIN, CalendarId::from_uuid)),
            client_calendar_first: true,
        };
        Ok::<_, Refusal>(policy::add(id(number, PolicyId::from_uuid), new, since)?.state)
    };
    let gold = targets([[15, 60, 240], [60, 120, 480], [120, 240, 960], [240, 480, 2400]], TimeBasis::Always);
    let silver = targets([[30, 120, 480], [120, 240, 960], [240, 480, 1920], [480, 960, 3840]], TimeBasis::Always);
    let bronze = targets([[60, 240, 720], [240, 480, 1440], [480, 960, 2880], [960, 0, 4800]], TimeBasis::Business);
    let essential = targets([[240, 0, 0], [480, 0, 0], [960, 0, 0], [1440, 0, 0]], TimeBasis::Business);
    Ok(vec![
        add(
            GOLD,
            "Gold",
            gold,
            &[50, 75, 90],
            vec![
                rung(&[FirstResponse, Resolution], When::AtPercent(90), vec![tell(&[Role::Dispatcher])]),
                rung(&[FirstResponse], When::AtPercent(100), vec![tell(&[Role::Dispatcher, Role::Manager])]),
                rung(&[Resolution], When::AfterBreach(0), vec![tell(&[Role::Manager]), Action::RaisePriority {}]),
                rung(&[Resolution], When::AfterBreach(240), vec![tell(&[Role::Owner, Role::Manager])]),
            ],
        )?,
        add(
            SILVER,
            "Silver",
            silver,
            &[75, 90],
            vec![
                rung(&[FirstResponse, NextReply], When::AtPercent(100), vec![tell(&[Role::Dispatcher])]),
                rung(&[Resolution], When::AfterBreach(60), vec![tell(&[Role::Manager]), Action::RaisePriority {}]),
            ],
        )?,
        add(
            BRONZE,
            "Bronze",
            bronze,
            &[80],
            vec![rung(&[FirstResponse, Resolution], When::AfterBreach(120), vec![tell(&[Role::Dispatcher])])],
        )?,
        add(ESSENTIAL, "Essential", essential, &[], Vec::new())?,
    ])
}

/// The departments.
pub(super) fn departments(since: Timestamp) -> Result<Vec<Department>, Refusal> {
    let add = |number, name: &str, strategy, members: &[u64], sla, mailbox: &str| {
        let new = NewDepartment {
            name: name.to_owned(),
            strategy,
            members: members.iter().map(|member| id(*member, UserId::from_uuid)).collect(),
            sla,
            calendar: None,
            email: Some(known(&format!("{mailbox}@{DOMAIN}"))),
        };
        Ok::<_, Refusal>(departments::add(id(number, DepartmentId::from_uuid), new, since)?.state)
    };
    Ok(vec![
        add(SERVICE_DESK, "Service Desk", Strategy::RoundRobin, &[2, 5, 7, 4, 6, 8], SlaChoice::Inherit, "support")?,
        add(NETWORK, "Network & Infrastructure", Strategy::Manual, &[3, 6, 8], SlaChoice::Inherit, "network")?,
        add(SECURITY, "Security", Strategy::Manual, &[4, 9, 5], under(SILVER), "security")?,
    ])
}
