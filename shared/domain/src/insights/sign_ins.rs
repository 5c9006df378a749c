//! Whose use of products is unusual, looked at night by night.
//!
//! What is found follows from what is known of people's use, and is named by it and not by the night: so a night that is
//! gone through twice, and use that is reported late, find nothing twice.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, time};

use super::access::{Finding, Habits, SignIn, look_at};
use super::feedback::{KnownEvent, muted};
use crate::ids::{ContactId, ProductId};
use crate::licences::ProductUse;
use crate::licences::usage::{KEPT_HOURS_DAYS, days_in};
use crate::zone::Zone;

/// Days that a night looks at, yesterday the last of them: use that is reported within a week is looked at.
pub const LOOKS_BACK_DAYS: i64 = 7;
/// Days before a day whose hours are usual on it: as many as are kept of the oldest day that a night looks at, where today was
/// a day of use already.
const HABIT_DAYS: i64 = KEPT_HOURS_DAYS - LOOKS_BACK_DAYS - 1;
/// Days for which a product's use must have been heard of before somebody's first use of it says anything: whoever begins to
/// report it reports everybody's first use.
const HEARD_DAYS: i64 = 14;
/// Bits of a day's hours.
const HOURS: std::ops::Range<i8> = 0..24;

/// Somebody who uses something.
#[derive(Debug, Clone, PartialEq)]
pub struct Person<'a> {
    /// Who.
    pub contact: ContactId,
    /// Their name.
    pub name: &'a str,
    /// Their last day, if they left.
    pub left: Option<Date>,
    /// Hours that somebody said are usual for them; bit 0 is the hour after midnight.
    pub usual_hours: u32,
    /// What they use, one item a product.
    pub uses: Vec<&'a ProductUse>,
}

/// A product that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it is marked as sensitive.
    pub sensitive: bool,
    /// The first day on which any use of it was heard of at the client.
    pub heard_since: Date,
}

/// Something unusual about what somebody uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusual {
    /// What.
    pub finding: Finding,
    /// Who.
    pub contact: ContactId,
    /// Of which product.
    pub product: ProductId,
    /// The first day.
    pub on: Date,
    /// The last day so far.
    pub last: Date,
    /// On how many days.
    pub days: u32,
    /// The hour that is unusual.
    pub hour: Option<i8>,
    /// A plain sentence.
    pub sentence: String,
}

impl Unusual {
    /// What its id is made of: an hour is unusual on its day, a first use is one, and somebody leaves once a day.
    pub fn identity(&self, left: Option<Date>) -> String {
        let Unusual { finding, contact, product, on, .. } = self;
        match finding {
            Finding::UnusualHour => format!("access#hour#{contact}#{on}"),
            Finding::FirstSensitiveUse => format!("access#first#{contact}#{product}"),
            Finding::LeaverSignedIn => {
                let left = left.map(|left| left.to_string()).unwrap_or_default();
                format!("access#left#{contact}#{product}#{left}")
            }
        }
    }
}

/// What is unusual about a person's use up to the day `last`, by what was announced and by the clock of `zone`, where the client
/// is; it is named where it is not the one at `home`, where this is read.
pub fn unusual(
    person: &Person<'_>,
    products: &BTreeMap<ProductId, Watched<'_>>,
    known: &[KnownEvent],
    last: Date,
    (zone, home): (&Zone, &Zone),
) -> Vec<Unusual> {
    let look = Look { person, products, known, last, zone, home };
    let mut found: Vec<Unusual> = person.uses.iter().filter_map(|used| look.after_leaving(used)).collect();
    found.extend(person.uses.iter().filter_map(|used| look.first_use(used)));
    found.extend(look.days().filter_map(|day| look.unusual_hour(day)));
    found
}

struct Look<'a> {
    person: &'a Person<'a>,
    products: &'a BTreeMap<ProductId, Watched<'a>>,
    known: &'a [KnownEvent],
    last: Date,
    zone: &'a Zone,
    home: &'a Zone,
}

impl Look<'_> {
    /// The days that are looked at: not those after somebody left, which are unusual as a whole.
    fn days(&self) -> impl Iterator<Item = Date> {
        let from = self.last.saturating_sub((LOOKS_BACK_DAYS - 1).days());
        let left = self.person.left;
        let at_work = move |day: &Date| left.is_none_or(|left| *day <= left);
        let last = self.last;
        let days = from.series(1.day()).take_while(move |day| *day <= last);
        days.filter(at_work).filter(|day| self.counts(*day))
    }

    fn counts(&self, day: Date) -> bool {
        day <= self.last && muted(day, self.known).is_none()
    }

    /// The hours in which anything was used on a day.
    fn hours(&self, day: Date) -> u32 {
        self.person.uses.iter().filter_map(|used| used.hours.get(&day)).fold(0, |all, hours| all | hours)
    }

    fn unusual_hour(&self, day: Date) -> Option<Unusual> {
        let hours = self.hours(day);
        let since = day.saturating_sub(HABIT_DAYS.days());
        let before: Vec<u32> = since
            .series(1.day())
            .take_while(|earlier| *earlier < day)
            .map(|earlier| self.hours(earlier))
            .filter(|hours| *hours != 0)
            .collect();
        let usual = before.iter().fold(self.person.usual_hours, |all, hours| all | hours);
        let days = u32::try_from(before.len()).unwrap_or(u32::MAX);
        let habits = Habits { hours: usual, days, last_day: None };
        let is_unusual = |hour: &i8| {
            let at = day.to_datetime(time(*hour, 0, 0, 0));
            let sign_in = SignIn { at, sensitive: false, used_before: true, leaves: self.person.left };
            hours & (1 << hour) != 0 && look_at(&habits, &sign_in).0.contains(&Finding::UnusualHour)
        };
        let hour = HOURS.into_iter().find(is_unusual)?;
        let used = self.person.uses.iter().find(|used| used.hours.get(&day).is_some_and(|h| h & (1 << hour) != 0))?;
        let clock = if self.zone == self.home { String::new() } else { format!(" ({})", self.zone) };
        let sentence = format!(
            "{} used {} between {hour:02}:00 and {:02}:00{clock} on {}, hours in or beside which nothing was used on the {days} \
             days of use before.",
            self.person.name,
            self.name(used.product),
            hour + 1,
            long(day),
        );
        let found = self.found(Finding::UnusualHour, used.product, (day, day, 1), sentence);
        Some(Unusual { hour: Some(hour), ..found })
    }

    fn first_use(&self, used: &ProductUse) -> Option<Unusual> {
        let product = self.products.get(&used.product)?;
        let local = used.first_used.to_zoned(self.zone.rules().clone()).datetime();
        let day = local.date();
        let is_new = self.days().any(|looked_at| looked_at == day);
        let heard = product.heard_since <= day.saturating_sub(HEARD_DAYS.days());
        let sign_in = SignIn { at: local, sensitive: product.sensitive, used_before: false, leaves: self.person.left };
        let (findings, _) = look_at(&Habits::default(), &sign_in);
        (is_new && heard && findings.contains(&Finding::FirstSensitiveUse)).then(|| {
            let sentence = format!(
                "{} used {} for the first time on {}; it is marked as sensitive.",
                self.person.name,
                product.name,
                long(day)
            );
            self.found(Finding::FirstSensitiveUse, used.product, (day, day, 1), sentence)
        })
    }

    fn after_leaving(&self, used: &ProductUse) -> Option<Unusual> {
        let left = self.person.left?;
        let all = used.days.iter().flat_map(|(month, bits)| days_in(*month, *bits));
        let days: Vec<Date> = all.filter(|day| *day > left && self.counts(*day)).collect();
        let (first, last) = (*days.first()?, *days.last()?);
        let count = u32::try_from(days.len()).unwrap_or(u32::MAX);
        let when = match count {
            1 => format!("on {}", long(first)),
            count => format!("on {count} days from {} to {}", long(first), long(last)),
        };
        let (who, product) = (self.person.name, self.name(used.product));
        let sentence = format!("{who} used {product} {when}, after the last day, {}.", long(left));
        Some(self.found(Finding::LeaverSignedIn, used.product, (first, last, count), sentence))
    }

    fn name(&self, product: ProductId) -> &str {
        self.products.get(&product).map_or("a product", |product| product.name)
    }

    fn found(
        &self,
        finding: Finding,
        product: ProductId,
        (on, last, days): (Date, Date, u32),
        sentence: String,
    ) -> Unusual {
        Unusual { finding, contact: self.person.contact, product, on, last, days, hour: None, sentence }
    }
}

fn long(day: Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}
