//! What a file's days come to.

use std::collections::{BTreeMap, HashMap};

use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::fault::FileFault;
use super::{MOST_DAYS, MOST_GROUPS, MOST_NAMES};
use crate::ids::{ClientId, UnitId};
use crate::insights::costs::{DayCost, Days, LONGEST_SERVICE, MOST_PARTS, OTHERS, SeriesName};
use crate::insights::days_between;
use crate::money::Money;

/// Why a row was not added.
#[derive(Debug)]
pub(super) enum Refused {
    /// Nothing can be read after it.
    File(FileFault),
    /// It is left out: by which column, and why.
    Row(&'static str, String),
}

/// Rows of a day or a period that are left out after all: a later one came, and the file's days are too far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LeftOut {
    /// The first of them.
    pub(super) row: u64,
    /// How many.
    pub(super) rows: u64,
    /// Their day.
    pub(super) day: Date,
}

/// Why a row of this day is left out.
pub(super) fn too_old(day: Date) -> (&'static str, String) {
    (
        "ChargePeriodStart",
        format!("{day} is {MOST_DAYS} days or more before the file's last day; split the file by years"),
    )
}

/// Names, each once, by their places.
#[derive(Debug, Clone, Default)]
struct Names {
    places: HashMap<String, u32>,
    all: Vec<String>,
}

impl Names {
    fn place(&mut self, name: &str) -> Option<u32> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        let place = u32::try_from(self.all.len()).ok().filter(|place| (*place as usize) < MOST_NAMES)?;
        self.places.insert(name.to_owned(), place);
        self.all.push(name.to_owned());
        Some(place)
    }

    fn of(all: Vec<String>) -> Self {
        let places = all.iter().enumerate().filter_map(|(at, name)| Some((name.clone(), u32::try_from(at).ok()?)));
        Names { places: places.collect(), all }
    }
}

/// The first day and how many there are, service, department and currency.
type Group = (Date, u16, u32, Option<UnitId>, &'static str);

/// A name that is not too long. What was cut off leaves a digest, so that two names that differ only there stay two.
fn short(name: &str) -> std::borrow::Cow<'_, str> {
    if name.chars().count() <= LONGEST_SERVICE {
        return name.into();
    }
    // FNV-1a: told apart are names of one client's file, which nobody gains from bringing together.
    let digest = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let digest = format!("~{digest:016x}");
    let kept: String = name.chars().take(LONGEST_SERVICE - digest.len()).collect();
    (kept + &digest).into()
}

/// What is added up.
#[derive(Debug, Clone)]
struct Sum {
    currency: Currency,
    cost: Decimal,
    /// By sub account; the place beyond all names is the others.
    parts: Vec<(u32, Decimal)>,
    /// The first row of it, and how many there are.
    row: u64,
    rows: u64,
}

/// What a file's days come to, while it is read.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    services: Names,
    accounts: Names,
    groups: HashMap<Group, Sum>,
    /// Days of all groups.
    size: usize,
    /// The first day of them, and the last one that is no later than the announcement.
    first: Option<Date>,
    last: Option<Date>,
}

/// The place of sub accounts that are not told apart.
const OTHER: u32 = u32::MAX;

const fn one() -> u16 {
    1
}

const fn one_row() -> u64 {
    1
}

/// What a day, or a period, of a service in a department came to, exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptSum {
    day: Date,
    /// How many days it is for, of which `day` is the first.
    #[serde(default = "one")]
    days: u16,
    service: u32,
    unit: Option<UnitId>,
    currency: Currency,
    cost: Decimal,
    parts: Vec<(u32, Decimal)>,
    #[serde(default)]
    row: u64,
    #[serde(default = "one_row")]
    rows: u64,
}

/// The same, to be kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KeptSums {
    services: Vec<String>,
    accounts: Vec<String>,
    sums: Vec<KeptSum>,
}

impl Sums {
    pub(super) fn going_on(kept: KeptSums, announced: Date) -> Self {
        let mut sums = Sums {
            services: Names::of(kept.services),
            accounts: Names::of(kept.accounts),
            groups: HashMap::with_capacity(kept.sums.len()),
            size: 0,
            first: kept.sums.iter().map(|sum| sum.day).min(),
            last: kept.sums.iter().map(|sum| sum.day).filter(|day| *day <= announced).max(),
        };
        for KeptSum { day, days, service, unit, currency, cost, parts, row, rows } in kept.sums {
            sums.size += usize::from(days);
            let sum = Sum { currency, cost, parts, row, rows };
            sums.groups.insert((day, days, service, unit, currency.code()), sum);
        }
        sums
    }

    pub(super) fn kept(&self) -> KeptSums {
        let kept = self.groups.iter().map(|((day, days, service, unit, _), sum)| KeptSum {
            day: *day,
            days: *days,
            service: *service,
            unit: *unit,
            currency: sum.currency,
            cost: sum.cost,
            parts: sum.parts.clone(),
            row: sum.row,
            rows: sum.rows,
        });
        let mut sums: Vec<KeptSum> = kept.collect();
        // What is kept of the same rows is the same text.
        sums.sort_unstable_by_key(|sum| (sum.day, sum.days, sum.service, sum.unit, sum.currency.code()));
        KeptSums { services: self.services.all.clone(), accounts: self.accounts.all.clone(), sums }
    }

    /// Adds a row of a file that was announced on a day: its number, its first day, and for how many days it is. Gives the rows
    /// that are left out because of it.
    ///
    /// What is too far before the file's last day is left out, in whichever order the rows come. A row of a day to come, which
    /// may be a slip, keeps none of the others out.
    pub(super) fn add(
        &mut self,
        (row, announced): (u64, Date),
        (day, count): (Date, u16),
        (service, unit): (&str, Option<UnitId>),
        currency: Currency,
        account: &str,
        cost: Decimal,
    ) -> Result<Vec<LeftOut>, Refused> {
        let last = self.last.max((day <= announced).then_some(day));
        if last.is_some_and(|last| is_too_old(day, last)) {
            let (column, why) = too_old(day);
            return Err(Refused::Row(column, why));
        }
        let place = match self.services.places.get(service) {
            Some(place) => *place,
            None => {
                let place = self.services.place(&short(service));
                place.ok_or(Refused::File(FileFault::Services))?
            }
        };
        let group = (day, count, place, unit, currency.code());
        // A cost that no sum can hold is a slip, and with it what it would be added to. Nothing is added before all of it fits.
        let fits = |sum: Decimal| Money::rounded(sum, currency).is_ok().then_some(sum);
        let added = |to: Decimal| to.checked_add(cost).and_then(fits);
        let too_large = || Refused::Row("BilledCost", format!("{cost} is more than {day} can come to; check it"));
        let before = self.groups.get(&group);
        let whole = added(before.map_or(Decimal::ZERO, |sum| sum.cost)).ok_or_else(too_large)?;
        let part = (!account.is_empty()).then(|| {
            let part = self.accounts.place(&short(account)).unwrap_or(OTHER);
            // So many are told apart as it takes to find the largest ones; the rest of a long list is one.
            let known = |part: u32| before.and_then(|sum| sum.parts.iter().position(|(known, _)| *known == part));
            let full = before.is_some_and(|sum| sum.parts.len() >= 4 * MOST_PARTS);
            let part = if full && known(part).is_none() { OTHER } else { part };
            (part, known(part))
        });
        let of_part = match (&part, before) {
            (Some((_, Some(at))), Some(sum)) => added(sum.parts[*at].1).ok_or_else(too_large)?,
            _ => cost,
        };
        let is_new = before.is_none();
        let left_out = self.leave_out(last);
        (self.first, self.last) = (Some(self.first.map_or(day, |first| first.min(day))), last);
        if is_new {
            self.size += usize::from(count);
            if self.size > MOST_GROUPS {
                return Err(Refused::File(FileFault::Groups));
            }
        }
        let none = || Sum { currency, cost: Decimal::ZERO, parts: Vec::new(), row, rows: 0 };
        let sum = self.groups.entry(group).or_insert_with(none);
        sum.cost = whole;
        sum.rows += 1;
        match part {
            Some((_, Some(at))) => sum.parts[at].1 = of_part,
            Some((part, None)) => sum.parts.push((part, of_part)),
            None => {}
        }
        Ok(left_out)
    }

    /// Takes out what is too old beside this last day.
    fn leave_out(&mut self, last: Option<Date>) -> Vec<LeftOut> {
        let Some(last) = last.filter(|last| self.first.is_some_and(|first| is_too_old(first, *last))) else {
            return Vec::new();
        };
        let mut left_out = Vec::new();
        self.groups.retain(|(day, count, ..), sum| {
            let stays = !is_too_old(*day, last);
            if !stays {
                self.size -= usize::from(*count);
                left_out.push(LeftOut { row: sum.row, rows: sum.rows, day: *day });
            }
            stays
        });
        self.first = self.groups.keys().map(|(day, ..)| *day).min();
        // In the order of the file, in every run.
        left_out.sort_unstable();
        left_out
    }
}

fn is_too_old(day: Date, last: Date) -> bool {
    days_between(day, last) >= MOST_DAYS
}

impl KeptSums {
    /// Whether no row was added up.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// The first and the last day of which they tell, of a file that was announced on this day. The last one is the last day of
    /// the longest of them that is as long as most are: a month's fee among days is known before its month is over, and a year's
    /// reservation among months says nothing of the months to come. It is before the day of the announcement, and never before
    /// the last day until then on which a row begins. What begins later is known and not told, for of the days before it nobody
    /// tells yet; a file of nothing else tells of its own days.
    pub fn days(&self, announced: Date) -> Option<(Date, Date)> {
        let first = self.sums.iter().map(|sum| sum.day).min()?;
        let is_there = |sum: &&KeptSum| sum.day <= announced || first > announced;
        let there = || self.sums.iter().filter(is_there);
        let begins = there().map(|sum| sum.day).max()?;
        let mut lengths: Vec<u16> = there().map(|sum| sum.days).collect();
        lengths.sort_unstable();
        let usual = *lengths.get(lengths.len().saturating_sub(1) / 2)?;
        // A month is as long as another one: 28 days, or 31.
        let longest = usual + usual / 8;
        let ends = there().filter(|sum| sum.days <= longest).filter_map(|sum| sum.span().last()).max()?;
        let over = announced.yesterday().unwrap_or(announced);
        Some((first, ends.min(over).max(begins)))
    }

    /// What each series of a client's source came to, day by day. What its rows of a day come to is rounded once; what its rows of
    /// a longer period come to is rounded once and spread over its days, to the minor unit.
    ///
    /// # Errors
    /// [`FileFault::TooLarge`].
    pub fn by_series(&self, client: ClientId, source: &str) -> Result<BTreeMap<SeriesName, Days>, FileFault> {
        let mut all: BTreeMap<SeriesName, BTreeMap<Date, ManyParts>> = BTreeMap::new();
        for sum in &self.sums {
            let service = self.services.get(sum.service as usize).cloned().unwrap_or_default();
            let name =
                SeriesName { client, source: source.to_owned(), service, unit: sum.unit, measure: sum.currency.code() };
            let days = all.entry(name).or_default();
            for (on, minor) in sum.span().zip(sum.spread(sum.cost)?) {
                days.entry(on).or_default().add(sum.day, on, minor);
            }
            for (place, cost) in &sum.parts {
                for (on, minor) in sum.span().zip(sum.spread(*cost)?) {
                    let part = days.entry(on).or_default().parts.entry(*place).or_default();
                    *part = part.saturating_add(minor);
                }
            }
        }
        let named = |days: BTreeMap<Date, ManyParts>| days.into_iter().map(|(on, day)| (on, self.named(day))).collect();
        Ok(all.into_iter().map(|(name, days)| (name, named(days))).collect())
    }

    /// With the largest parts by name.
    fn named(&self, day: ManyParts) -> DayCost {
        let mut parts: Vec<(u32, i64)> = day.parts.into_iter().collect();
        parts.sort_by_key(|(place, minor)| (std::cmp::Reverse(minor.unsigned_abs()), *place));
        let mut named: BTreeMap<String, i64> = BTreeMap::new();
        for (at, (place, minor)) in parts.into_iter().enumerate() {
            let name = self.accounts.get(place as usize).filter(|_| at < MOST_PARTS);
            let sum = named.entry(name.map_or(OTHERS, String::as_str).to_owned()).or_default();
            *sum = sum.saturating_add(minor);
        }
        DayCost { minor: day.minor, parts: named, carried: day.carried }
    }
}

/// What a day came to, with all its parts.
#[derive(Debug, Default)]
struct ManyParts {
    minor: i64,
    parts: BTreeMap<u32, i64>,
    carried: BTreeMap<Date, i64>,
}

impl ManyParts {
    fn add(&mut self, since: Date, on: Date, minor: i64) {
        self.minor = self.minor.saturating_add(minor);
        if since != on {
            let carried = self.carried.entry(since).or_default();
            *carried = carried.saturating_add(minor);
        }
    }
}

impl KeptSum {
    fn span(&self) -> impl Iterator<Item = Date> + use<> {
        self.day.series(1.day()).take(usize::from(self.days))
    }

    /// A cost over its days, in minor units that add up to it.
    fn spread(&self, cost: Decimal) -> Result<impl Iterator<Item = i64> + use<>, FileFault> {
        let whole = Money::rounded(cost, self.currency).map_err(|_| FileFault::TooLarge(self.day))?;
        Ok(whole.split(&vec![1; usize::from(self.days)]).into_iter().map(Money::minor))
    }
}
