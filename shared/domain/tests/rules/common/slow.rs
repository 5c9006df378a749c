//! A calendar that looks at every minute: slow, and simple enough to be believed.
//!
//! It asks the zone for nothing but the offset at an instant, and finds local times by trying every minute.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use domain::calendar::{Calendar, HolidayDate, Hours};
use jiff::Timestamp;
use jiff::civil::Date;

/// Minutes since 1970.
pub type Minute = i64;

const DAY: Minute = 24 * 60;

fn offset(calendar: &Calendar, utc: Minute) -> Minute {
    let at = Timestamp::from_second(utc * 60).expect("in range");
    i64::from(calendar.zone.rules().to_offset(at).seconds()) / 60
}

/// The instants of each of a local day's minutes, its end included.
type Resolved = Rc<Vec<Minute>>;

thread_local! {
    static DAYS: RefCell<HashMap<(String, i64), Resolved>> = RefCell::default();
}

fn resolved(calendar: &Calendar, day: i64) -> Resolved {
    let key = (calendar.zone.name().to_owned(), day);
    if let Some(known) = DAYS.with_borrow(|days| days.get(&key).cloned()) {
        return known;
    }
    let mut first: Vec<Option<Minute>> = vec![None; 1441];
    let mut reached = 0;
    for utc in (day - 2) * DAY..(day + 3) * DAY {
        let local = utc + offset(calendar, utc) - day * DAY;
        // Local time has jumped over these: they move forward by the gap, that is, they are read with the offset
        // in force before it.
        while reached <= 1440 && reached < local {
            let before = offset(calendar, utc - 1);
            first[reached as usize].get_or_insert(day * DAY + reached - before);
            reached += 1;
        }
        if reached <= 1440 && reached == local {
            first[reached as usize].get_or_insert(utc);
            reached += 1;
        }
    }
    let all: Resolved = Rc::new(first.into_iter().map(|utc| utc.expect("the day is over by then")).collect());
    DAYS.with_borrow_mut(|days| days.insert(key, all.clone()));
    all
}

fn date(day: i64) -> Date {
    Timestamp::from_second(day * DAY * 60).expect("in range").to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn is_holiday(calendar: &Calendar, day: i64) -> bool {
    let date = date(day);
    calendar.holidays.iter().any(|holiday| match holiday.on {
        HolidayDate::Once(on) => on == date,
        HolidayDate::Yearly { month, day } => (month, day) == (date.month(), date.day()),
    })
}

/// Which minutes from `first` on are open.
pub struct Minutes {
    pub first: Minute,
    pub open: Vec<bool>,
}

impl Minutes {
    pub fn new(calendar: &Calendar, first: Minute, count: usize) -> Self {
        let mut open = vec![false; count];
        let last = first + i64::try_from(count).expect("small");
        for day in first.div_euclid(DAY) - 2..=last.div_euclid(DAY) + 2 {
            let resolved = resolved(calendar, day);
            if is_holiday(calendar, day) || resolved[0] == resolved[1440] {
                continue;
            }
            let windows = match &calendar.hours {
                Hours::AlwaysOpen => vec![(0, 1440)],
                Hours::Weekly(weekly) => weekly
                    .on(date(day).weekday())
                    .iter()
                    .map(|window| (usize::from(window.from.minutes()), usize::from(window.to.minutes())))
                    .collect(),
            };
            for (from, to) in windows {
                // A holiday stays closed to what a gap moves over midnight.
                let next = if is_holiday(calendar, day + 1) { resolved[1440] } else { Minute::MAX };
                for minute in resolved[from].max(first)..resolved[to].min(last).min(next) {
                    open[usize::try_from(minute - first).expect("in range")] = true;
                }
            }
        }
        Self { first, open }
    }

    pub fn is_open(&self, minute: Minute) -> bool {
        self.open[usize::try_from(minute - self.first).expect("in range")]
    }

    /// Open seconds in `[a, b)`, both in seconds since 1970, one minute at a time.
    pub fn open_between(&self, a: i64, b: i64) -> i64 {
        let mut open = 0;
        for minute in a.div_euclid(60)..=b.div_euclid(60) {
            let (start, end) = ((minute * 60).max(a), ((minute + 1) * 60).min(b));
            if end > start && self.is_open(minute) {
                open += end - start;
            }
        }
        open
    }

    /// When so many open seconds have passed since `from`; `None` beyond the minutes looked at.
    pub fn add_open(&self, from: i64, mut seconds: i64) -> Option<i64> {
        if seconds == 0 {
            return Some(from);
        }
        let last = self.first + i64::try_from(self.open.len()).expect("small");
        for minute in from.div_euclid(60)..last {
            if !self.is_open(minute) {
                continue;
            }
            let start = (minute * 60).max(from);
            let here = (minute + 1) * 60 - start;
            if here >= seconds {
                return Some(start + seconds);
            }
            seconds -= here;
        }
        None
    }
}
