//! What is unusual about people's use, by nights; and what is kept of series that count people.

use std::collections::BTreeMap;

use domain::ids::{AnomalyId, ClientId, ContactId, ProductId, SeriesId};
use domain::insights::access_anomalies::AccessAnomaly;
use domain::insights::costs::{CostSeries, SeriesName, USE};
use domain::insights::found::{Finding as Found, Judged};
use domain::insights::rules::{InsightSettings, Rules, Untold};
use domain::insights::sign_ins::{Person, Unusual, Watched, unusual};
use domain::insights::watch::Change;
use domain::insights::{Amount, Anomaly, Answer, Finding, Kind, KnownEvent, Measure, Outlook};
use domain::licences::{ProductUse, Used};
use domain::zone::Zone;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::common::{at, zone};

/// Yesterday of every night here: a Monday.
const LAST: Date = date(2026, 3, 30);

fn client() -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(1))
}
fn maya() -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(2))
}
fn product(n: u128) -> ProductId {
    ProductId::from_uuid(Uuid::from_u128(10 + n))
}
fn berlin() -> Zone {
    zone("Europe/Berlin")
}

fn hour(on: Date, hour: i8) -> Timestamp {
    on.at(hour, 30, 0, 0).to_zoned(berlin().rules().clone()).unwrap().timestamp()
}

/// Use of a product in these hours of days so many days ago.
fn uses(of: u128, hours: impl IntoIterator<Item = (i64, i8)>) -> ProductUse {
    let used = |(ago, at): (i64, i8)| Used { at: hour(LAST.saturating_sub(ago.days()), at), feature: None };
    let used: Vec<Used> = hours.into_iter().map(used).collect();
    ProductUse::of(client(), product(of), maya(), &used, &berlin()).unwrap()
}

/// At nine on each of so many days before the last ones.
fn at_nine(days: i64) -> impl Iterator<Item = (i64, i8)> {
    (1..=days).map(|ago| (ago, 9))
}

fn found(uses: &[ProductUse], left: Option<Date>, usual_hours: u32, known: &[KnownEvent], last: Date) -> Vec<Unusual> {
    let person = Person { contact: maya(), name: "Maya", left, usual_hours, uses: uses.iter().collect() };
    let watched = |name, sensitive, heard_since| Watched { name, sensitive, heard_since };
    let products = BTreeMap::from([
        (product(1), watched("Office", false, date(2025, 1, 1))),
        (product(2), watched("Payroll", true, date(2025, 1, 1))),
        (product(3), watched("Ledger", true, LAST.saturating_sub(13.days()))),
    ]);
    unusual(&person, &products, known, last, (&berlin(), &berlin()))
}

fn kinds(found: &[Unusual]) -> Vec<(Finding, Date, Option<i8>)> {
    found.iter().map(|one| (one.finding, one.on, one.hour)).collect()
}

#[test]
fn an_hour_is_unusual_after_fourteen_days_without_it_and_once_a_day() {
    let night = [(0, 3), (0, 4), (0, 5)];
    assert_eq!(kinds(&found(&[uses(1, at_nine(13).chain(night))], None, 0, &[], LAST)), []);
    let here = found(&[uses(1, at_nine(14).chain(night))], None, 0, &[], LAST);
    assert_eq!(kinds(&here), [(Finding::UnusualHour, LAST, Some(3))]);
    assert_eq!(
        here[0].sentence,
        "Maya used Office between 03:00 and 04:00 on 30 March 2026, hours in or beside which nothing was used on the 14 \
         days of use before."
    );
    // Days on which another product was used count, and so do hours of it.
    let other = uses(2, [(20, 9)].into_iter().chain((1..=14).map(|ago| (ago, 4))));
    assert_eq!(kinds(&found(&[uses(1, at_nine(14).chain(night)), other], None, 0, &[], LAST)), []);
    assert_eq!(kinds(&found(&[uses(1, at_nine(14).chain(night))], None, 1 << 4, &[], LAST)), [], "said to be usual");
}

#[test]
fn days_and_hours_are_those_of_the_clients_clock_which_is_named_where_it_is_read_by_another() {
    // Monday to Friday at four in the afternoon there, which is past midnight here.
    let there = zone("America/Los_Angeles");
    let at_four = |on: Date| on.at(16, 0, 0, 0).to_zoned(there.rules().clone()).unwrap().timestamp();
    let days: Vec<Date> =
        date(2026, 3, 2).series(1.day()).take(26).filter(|on| on.weekday().to_monday_zero_offset() < 5).collect();
    let night = date(2026, 3, 27).at(23, 30, 0, 0).to_zoned(there.rules().clone()).unwrap().timestamp();
    let used: Vec<Used> =
        days.iter().map(|on| at_four(*on)).chain([night]).map(|at| Used { at, feature: None }).collect();
    let used = ProductUse::of(client(), product(1), maya(), &used, &there).unwrap();
    assert!(days.iter().all(|on| used.is_used_on(*on)));
    assert!(!used.is_used_on(date(2026, 3, 28)), "no Saturday");
    let person = Person { contact: maya(), name: "Maya", left: None, usual_hours: 0, uses: vec![&used] };
    let products =
        BTreeMap::from([(product(1), Watched { name: "Office", sensitive: false, heard_since: date(2025, 1, 1) })]);
    let found = unusual(&person, &products, &[], LAST, (&there, &berlin()));
    assert_eq!(kinds(&found), [(Finding::UnusualHour, date(2026, 3, 27), Some(23))]);
    let said =
        "Maya used Office between 23:00 and 24:00 (America/Los_Angeles) on 27 March 2026, hours in or beside which";
    assert!(found[0].sentence.starts_with(said), "{}", found[0].sentence);
    let found = unusual(&person, &products, &[], LAST, (&there, &there));
    assert!(found[0].sentence.starts_with("Maya used Office between 23:00 and 24:00 on 27 March 2026, "));
}

#[test]
fn every_night_of_a_week_finds_the_same_thing_by_the_same_name() {
    let of = |last| {
        found(&[uses(1, at_nine(40).filter(|(ago, _)| *ago > 8).chain([(8, 9), (7, 3), (6, 9)]))], None, 0, &[], last)
    };
    let day = LAST.saturating_sub(7.days());
    let names: Vec<Vec<String>> = (0..9)
        .map(|night: i64| of(day.saturating_add(night.days())).iter().map(|one| one.identity(None)).collect())
        .collect();
    assert_eq!(names[..7].iter().flatten().collect::<std::collections::BTreeSet<_>>().len(), 1);
    assert_eq!(names.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 1, 1, 1, 1, 0, 0]);
}

#[test]
fn a_first_use_counts_where_the_product_is_sensitive_and_its_use_was_heard_of_before() {
    let first = |of| kinds(&found(&[uses(of, [(3, 10), (2, 10)])], None, 0, &[], LAST));
    let on = LAST.saturating_sub(3.days());
    assert_eq!(first(1), []);
    assert_eq!(first(2), [(Finding::FirstSensitiveUse, on, None)]);
    assert_eq!(first(3), [], "whoever begins to report it reports everybody's first use");
    assert_eq!(kinds(&found(&[uses(2, [(8, 10), (3, 10)])], None, 0, &[], LAST)), [], "and not the second");
    let migration = [KnownEvent { from: on, to: on, why: "Migration".to_owned() }];
    assert_eq!(kinds(&found(&[uses(2, [(3, 10)])], None, 0, &migration, LAST)), []);
}

#[test]
fn a_leaver_is_one_anomaly_that_grows_and_has_no_unusual_hours() {
    let left = Some(LAST.saturating_sub(10.days()));
    let of = |hours: &[(i64, i8)]| {
        found(&[uses(1, at_nine(40).filter(|(ago, _)| *ago >= 10).chain(hours.iter().copied()))], left, 0, &[], LAST)
    };
    assert_eq!(of(&[]), []);
    let (one, two) = (of(&[(4, 3)]), of(&[(4, 3), (1, 3)]));
    assert_eq!(kinds(&one), [(Finding::LeaverSignedIn, LAST.saturating_sub(4.days()), None)]);
    assert_eq!(one[0].sentence, "Maya used Office on 26 March 2026, after the last day, 20 March 2026.");
    assert_eq!(
        two[0].sentence,
        "Maya used Office on 2 days from 26 March 2026 to 29 March 2026, after the last day, 20 March 2026."
    );
    assert_eq!(one[0].identity(left), two[0].identity(left));

    let id = domain::ids::AccessAnomalyId::from_uuid(Uuid::from_u128(5));
    let now = at("2026-03-31T01:30:00Z");
    let (first, event) = AccessAnomaly::of(id, client(), one[0].clone(), None, now).unwrap();
    assert!(event.is_some());
    assert_eq!(AccessAnomaly::of(id, client(), one[0].clone(), Some(&first), now), None, "the same again is no news");
    let (grown, event) = AccessAnomaly::of(id, client(), two[0].clone(), Some(&first), now).unwrap();
    assert_eq!((grown.days, event), (2, None));
    let by = domain::ids::UserId::from_uuid(Uuid::from_u128(6));
    let said = |answer| Judged { answer, note: None, by, at: now };
    let judged = grown.clone().judge(said(Answer::Expected)).unwrap();
    assert_eq!((judged.hour_expected(), judged.is_muted()), (None, true));
    assert_eq!(AccessAnomaly::of(id, client(), one[0].clone(), Some(&judged), now), None, "what was answered stays");

    // What is real goes on: it grows each night, and is told again at most weekly, while it does.
    let later = |days: i64| now.saturating_add((days * 24).hours()).unwrap();
    let on = |days: u32, ago: i64| Unusual { days, last: LAST.saturating_sub(ago.days()), ..two[0].clone() };
    // As it was stored before the last letter was noted, the answer counts as one.
    for told in [grown.told, None] {
        let real = AccessAnomaly { told, ..grown.clone() }.judge(said(Answer::Real)).unwrap();
        assert!(!real.is_muted());
        assert_eq!(AccessAnomaly::of(id, client(), two[0].clone(), Some(&real), later(30)), None, "nothing since");
        let mut kept = real;
        let mut letters = Vec::new();
        // Two more days of use, on the first and on the third night; later ones from the twelfth on.
        for (night, found) in [
            (1, on(3, 0)),
            (3, on(4, -2)),
            (6, on(4, -2)),
            (7, on(4, -2)),
            (8, on(4, -2)),
            (12, on(5, -11)),
            (14, on(6, -13)),
            (15, on(7, -14)),
            (30, on(7, -14)),
        ] {
            if let Some((after, event)) = AccessAnomaly::of(id, client(), found.clone(), Some(&kept), later(night)) {
                assert_eq!((after.days, after.last, &after.judged), (found.days, found.last, &kept.judged));
                letters.extend(event.map(|_| night));
                kept = after;
            }
        }
        assert_eq!(letters, [7, 14, 30]);
    }
    let hour = AccessAnomaly { kind: Finding::UnusualHour, ..grown }.judge(said(Answer::Real)).unwrap();
    let again = Unusual { finding: Finding::UnusualHour, ..on(9, 0) };
    assert_eq!(AccessAnomaly::of(id, client(), again, Some(&hour), later(30)), None, "what is over is no news");
}

#[test]
fn a_series_of_use_is_told_in_people_and_people_days_and_a_holiday_is_no_anomaly() {
    let name = SeriesName {
        client: client(),
        source: USE.to_owned(),
        service: "Office".to_owned(),
        unit: None,
        measure: Measure::People.code(),
    };
    let now = at("2026-03-31T01:30:00Z");
    let series = CostSeries::new(SeriesId::from_uuid(Uuid::from_u128(3)), &name, Measure::People, now);
    let start = InsightSettings::new(None);
    let rules = Rules::of(&start, &start, &series);
    assert_eq!(rules.untold, Untold::Nothing);
    let finding = Found {
        id: AnomalyId::from_uuid(Uuid::from_u128(4)),
        series: &series,
        department: Some("Sales"),
        rules: &rules,
        today: LAST,
        now,
    };
    let outlook = Outlook { expected: 12.04, low: 10.96, high: 13.0 };
    let drop = |excess: f64| Change::Is {
        anomaly: Anomaly {
            onset: 20,
            last: 20,
            points: 1,
            kind: Kind::Drop,
            actual: 1.0,
            outlook,
            excess,
            off: None,
            score: 2.0,
            far: Some(2.0),
            by_means: 0,
            lasting: None,
        },
        last: LAST,
        over: false,
        driver: None,
    };
    assert_eq!(finding.of(LAST, drop(-2.9), None).unwrap(), None, "two people were ill");
    let (kept, event) = finding.of(LAST, drop(-9.0), None).unwrap().unwrap();
    assert_eq!(event, None, "less than two weeks of somebody's work is not mailed");
    assert_eq!(
        kept.sentence,
        "Office, Sales (use): only 1 person on 30 March 2026 (12 people expected, 11 people to 13 people usual), 9 \
         people-days too little."
    );
    let (grown, event) = finding.of(LAST, drop(-11.04), Some(kept)).unwrap().unwrap();
    assert!(event.is_some());
    assert_eq!(serde_json::to_value(grown.excess).unwrap(), serde_json::json!({ "people": "-11" }));
    let kept: Amount = serde_json::from_str(r#"{ "minor": 1204, "currency": "EUR" }"#).unwrap();
    assert_eq!(kept.to_string(), "12.04 EUR");
}
