//! The calendar of renewals, as RFC 5545 wants it.

use domain::ids::LicenceId;
use domain::licences::feed::{Entry, calendar};
use domain::licences::{Coming, ComingKind};
use proptest::prelude::*;

use super::day;
use crate::common::{at, uuid};

fn entry(name: &str, coming: Coming) -> Entry {
    let licence = LicenceId::from_uuid(uuid(3));
    Entry { licence, name: name.into(), client: "Acme".into(), coming, updated_at: at("2026-02-01T09:00:00Z") }
}

fn renews() -> Coming {
    Coming { on: day("2027-01-01"), what: ComingKind::Renews, notice_by: Some(day("2026-12-02")) }
}

/// The lines as a reader has them: unfolded.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[test]
fn a_renewal_and_its_last_day_of_notice_are_days_of_their_own() {
    let text = calendar("Licences of Nordlicht IT", &[entry("Office", renews())], "https://app.example");
    let lines = lines(&text);
    assert_eq!((lines.first().unwrap().as_str(), lines.last().unwrap().as_str()), ("BEGIN:VCALENDAR", "END:VCALENDAR"));
    for expected in [
        "VERSION:2.0",
        "UID:lic_00000000000000000000000000000003@steward",
        "UID:lic_00000000000000000000000000000003-notice@steward",
        "DTSTAMP:20260201T090000Z",
        "DTSTART;VALUE=DATE:20270101",
        "DTEND;VALUE=DATE:20270102",
        "DTSTART;VALUE=DATE:20261202",
        "SUMMARY:Office (Acme) renews by itself",
        "URL:https://app.example/licences/lic_00000000000000000000000000000003",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected} in {text}");
    }
    let expires = Coming { on: day("2027-01-01"), what: ComingKind::Expires, notice_by: None };
    let text = calendar("x", &[entry("Office", expires)], "https://app.example");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
}

#[test]
fn texts_are_escaped() {
    let text = calendar("x", &[entry("a;b,c\\d\ne", renews())], "https://app.example");
    assert!(lines(&text).contains(&r"SUMMARY:a\;b\,c\\d\ne (Acme) renews by itself".to_owned()), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// No name makes a line that is too long, is cut inside a character, or begins a property of its own.
    #[test]
    fn whatever_a_name_holds_the_calendar_stays_one(name in "[a-z:;,\\\\é漢\u{1f600}\r\n ]{0,200}") {
        let text = calendar(&name, &[entry(&name, renews())], "https://app.example");
        prop_assert!(text.ends_with("\r\n"));
        prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        for line in text.split_terminator("\r\n") {
            prop_assert!(line.len() <= 75, "{:?}", line);
        }
        let lines = lines(&text);
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("BEGIN:")).count(), 3);
        prop_assert_eq!(lines.iter().filter(|line| line.starts_with("SUMMARY:")).count(), 2);
    }
}
