//! Calendars of all sorts, near instants at which something happens in their zones.

use domain::calendar::{Calendar, Hours, MinuteOfDay, WeeklyHours, Window};
use jiff::Timestamp;
use proptest::prelude::*;

use super::{at, calendar};

/// Zones with their own ways, and instants near which something happens in them.
pub fn places() -> impl Strategy<Value = (&'static str, i64)> {
    let near = |zone: &'static str, instants: &[&str]| {
        let starts: Vec<i64> = instants.iter().map(|text| at(text).as_second()).collect();
        (Just(zone), proptest::sample::select(starts))
    };
    prop_oneof![
        near("Europe/Berlin", &["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-07-01T00:00:00Z"]),
        near("America/New_York", &["2026-03-08T07:00:00Z", "2026-11-01T06:00:00Z"]),
        near("Australia/Lord_Howe", &["2026-04-04T15:00:00Z", "2026-10-03T15:30:00Z"]),
        near("Asia/Kolkata", &["2026-05-05T05:05:00Z"]),
        near("Pacific/Apia", &["2011-12-30T10:00:00Z", "2021-04-03T14:00:00Z"]),
        near("America/St_Johns", &["2026-03-08T05:30:00Z", "2006-04-02T03:31:00Z", "2006-10-29T02:31:00Z"]),
        near("Africa/Casablanca", &["2026-02-15T02:00:00Z", "2026-03-22T02:00:00Z"]),
        near("America/Nuuk", &["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"]),
        near("America/Sao_Paulo", &["2018-11-04T03:00:00Z", "2019-02-17T02:00:00Z"]),
        near("Pacific/Chatham", &["2026-04-04T14:00:00Z", "2026-09-26T14:00:00Z"]),
        near("UTC", &["2026-02-28T12:00:00Z"]),
    ]
}

fn windows() -> impl Strategy<Value = Vec<Window>> {
    // Cut points of a day, many of them where clocks are moved; each second stretch is open.
    let cut = prop_oneof![Just(0u16), Just(60), Just(120), Just(150), Just(180), Just(1380), Just(1440), 0u16..=1440];
    proptest::collection::vec(cut, 0..7).prop_map(|mut cuts| {
        cuts.sort_unstable();
        cuts.dedup();
        let minute = |at| MinuteOfDay::new(at).expect("in range");
        cuts.chunks_exact(2).map(|pair| Window { from: minute(pair[0]), to: minute(pair[1]) }).collect()
    })
}

pub fn calendars(zone: &'static str, near: i64) -> impl Strategy<Value = Calendar> {
    let week = proptest::collection::vec(windows(), 7);
    let hours = prop_oneof![
        1 => Just(Hours::AlwaysOpen),
        6 => week.prop_map(|mut days| {
            let mut next = || days.pop().expect("in range");
            Hours::Weekly(WeeklyHours {
                monday: next(), tuesday: next(), wednesday: next(), thursday: next(), friday: next(), saturday: next(), sunday: next(),
            })
        }),
    ];
    let holidays = proptest::collection::vec((-6i64..7, any::<bool>()), 0..4);
    let some_open = |hours: &Hours| match hours {
        Hours::AlwaysOpen => true,
        Hours::Weekly(weekly) => weekly.days().iter().any(|(_, windows)| !windows.is_empty()),
    };
    (hours.prop_filter("a saved calendar is open some time", some_open), holidays).prop_map(move |(hours, holidays)| {
        let holidays: Vec<String> = holidays
            .into_iter()
            .map(|(day, yearly)| {
                let date = Timestamp::from_second(near + day * 86_400)
                    .expect("in range")
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .date();
                if yearly { format!("{:02}-{:02}", date.month(), date.day()) } else { date.to_string() }
            })
            .collect();
        let holidays: Vec<&str> = holidays.iter().map(String::as_str).collect();
        calendar(zone, hours, &holidays)
    })
}
