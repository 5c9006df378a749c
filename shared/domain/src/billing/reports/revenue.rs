//! Revenue by month, contract and service: each line's net over the days that it pays for.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::billing::cycle::Period;
use crate::billing::lines::{InvoiceLine, Origin};
use crate::billing::recognition::earned;
use crate::ids::ContractId;
use crate::money::Money;

/// Most months over which a line is spread; what it pays for beyond is in the last of them.
pub const MOST_MONTHS: usize = 60;

/// What was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Service {
    /// Fixed amounts and seats of contracts, with what settles them and tops them up.
    Agreed,
    /// What was used.
    Usage,
    /// Work by the hour, what is over a bucket included.
    Work,
    /// Prepaid hours.
    Hours,
    /// One-off charges.
    Charge,
    /// What was written by hand.
    Manual,
    /// Late fees and interest.
    LateFee,
    /// Credits that name no line.
    Credit,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Agreed, Self::Usage, Self::Work, Self::Hours, Self::Charge, Self::Manual, Self::LateFee, Self::Credit];

    /// Of a line.
    pub const fn of(origin: Origin) -> Self {
        match origin {
            Origin::ContractLine { .. } | Origin::Minimum { .. } | Origin::Adjustment { .. } => Self::Agreed,
            Origin::Usage { .. } | Origin::LateUsage { .. } => Self::Usage,
            Origin::Time { .. } | Origin::Overage { .. } => Self::Work,
            Origin::Block { .. } => Self::Hours,
            Origin::Charge { .. } => Self::Charge,
            Origin::Manual {} => Self::Manual,
            Origin::LateFee { .. } => Self::LateFee,
            Origin::Credit { .. } => Self::Credit,
        }
    }

    /// Whether it is what contracts promise, rather than what comes beside them.
    pub const fn is_agreed(self) -> bool {
        matches!(self, Self::Agreed | Self::Hours)
    }

    /// As it is written on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Usage => "usage",
            Self::Work => "work",
            Self::Hours => "hours",
            Self::Charge => "charge",
            Self::Manual => "manual",
            Self::LateFee => "late_fee",
            Self::Credit => "credit",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text is not the name of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a service; use one of agreed, usage, work, hours, charge, manual, late_fee, credit")]
pub struct NotAService;

impl FromStr for Service {
    type Err = NotAService;

    fn from_str(name: &str) -> Result<Self, NotAService> {
        Self::ALL.into_iter().find(|service| service.name() == name).ok_or(NotAService)
    }
}

/// What a part of a document counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// When it was, or will be, served.
    pub month: Month,
    /// Under which contract, if any.
    pub contract: Option<ContractId>,
    /// What it was.
    pub service: Service,
}

/// The revenue of an invoice's lines, in minor units, by what it counts for: a line that pays for days over their
/// months, one that does not in the month of the invoice. The cells add up to the lines' net.
pub fn revenue(lines: &[InvoiceLine], issued_on: Date) -> BTreeMap<Cell, i64> {
    let mut cells = BTreeMap::new();
    for line in lines {
        let (contract, service) = (line.origin.contract(), Service::of(line.origin));
        let parts = match line.service {
            Some(service) => by_month(line.net, service),
            None => vec![(Month::of(issued_on), line.net)],
        };
        for (month, part) in parts {
            *cells.entry(Cell { month, contract, service }).or_insert(0) += part.minor();
        }
    }
    cells.retain(|_, minor| *minor != 0);
    cells
}

/// Most periods of a document's month that are noted as served: the newest count, and an item stays small.
const MOST_SERVED: usize = 20;
/// Longest period that is noted as served, in months: contracts bill no longer ones.
const LONGEST_SERVED: i32 = 12;
/// Days of a week.
const DAYS_A_WEEK: i64 = 7;

/// A week, or so many whole months, that was billed when it was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Served {
    /// Its last day.
    pub last: Date,
    /// How many months it has; a week has none.
    pub months: u8,
}

impl Served {
    fn of(period: Period, issued_on: Date) -> Option<Self> {
        let Period { from, to } = period;
        if to > issued_on {
            return None;
        }
        let spans =
            |months: &i32| from.saturating_add(months.months()) == to || to.saturating_sub(months.months()) == from;
        let months = (1..=LONGEST_SERVED).find(spans).or((period.days() == DAYS_A_WEEK).then_some(0))?;
        Some(Self { last: to.yesterday().ok()?, months: u8::try_from(months).ok()? })
    }

    /// The day after one, so many of its lengths later; or its first day, for one length back.
    fn after(self, lengths: i32) -> Date {
        let to = self.last.saturating_add(1.day());
        match i32::from(self.months) {
            0 => to.saturating_add((DAYS_A_WEEK * i64::from(lengths)).days()),
            months => to.saturating_add((months * lengths).months()),
        }
    }

    /// Its days.
    pub fn period(self) -> Period {
        Period { from: self.after(-1), to: self.after(0) }
    }

    /// The day from which on nobody expects the next one's bill any more: that is as late as the period is long.
    pub fn ended_on(self) -> Date {
        self.after(2)
    }
}

/// What a document says of a month's revenue beside what it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// What of it comes once, in minor units: prices of no days, such as goods.
    pub once: i64,
    /// What was billed when its days were over, in minor units, in the month of the last of them.
    pub served: BTreeMap<Served, i64>,
}

/// What the lines of a document say of when more of the same comes, by month and contract. What settles a period that was billed
/// before says nothing; work, use and prepaid hours come as they come.
pub fn rhythm(lines: &[InvoiceLine], issued_on: Date) -> BTreeMap<(Month, Option<ContractId>), Rhythm> {
    let mut months: BTreeMap<(Month, Option<ContractId>), Rhythm> = BTreeMap::new();
    for line in lines {
        let contract = line.origin.contract();
        let Some(service) = line.service else {
            if !matches!(Service::of(line.origin), Service::Work | Service::Usage | Service::Hours) {
                months.entry((Month::of(issued_on), contract)).or_default().once += line.net.minor();
            }
            continue;
        };
        if matches!(line.origin, Origin::Adjustment { .. } | Origin::LateUsage { .. }) {
            continue;
        }
        if let Some(served) = Served::of(service, issued_on) {
            let month = months.entry((Month::of(served.last), contract)).or_default();
            *month.served.entry(served).or_insert(0) += line.net.minor();
        }
    }
    for month in months.values_mut() {
        while month.served.len() > MOST_SERVED {
            month.served.pop_first();
        }
    }
    months
}

/// The lines of a credit note as what they correct: under the origins of the lines of that invoice.
pub fn as_corrected(mut lines: Vec<InvoiceLine>, corrects: &[InvoiceLine]) -> Vec<InvoiceLine> {
    for line in &mut lines {
        if let Origin::Credit { line: Some(n), .. } = line.origin
            && let Some(of) = corrects.iter().find(|of| of.n == n)
        {
            line.origin = of.origin;
        }
    }
    lines
}

/// What is billed under a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Billed {
    /// Under which.
    pub contract: ContractId,
    /// What it is.
    pub service: Service,
}

/// What contracts' lines come to on each day that they pay for, in minor units: a day's part is what is earned by its end
/// less what was by its start ([`earned`]). What is handed over at once is on no day's account, and days beyond
/// [`MOST_MONTHS`] are left out.
pub fn by_day(lines: &[InvoiceLine]) -> BTreeMap<Billed, BTreeMap<Date, i64>> {
    let mut billed: BTreeMap<Billed, BTreeMap<Date, i64>> = BTreeMap::new();
    for line in lines {
        let Some((contract, paid_for)) = line.origin.contract().zip(line.service) else { continue };
        let days = billed.entry(Billed { contract, service: Service::of(line.origin) }).or_default();
        let mut before = 0;
        let months = i32::try_from(MOST_MONTHS).unwrap_or(i32::MAX);
        let end = paid_for.to.min(paid_for.from.saturating_add(months.months()));
        for day in paid_for.from.series(1.day()).take_while(|day| *day < end) {
            let until = earned(line.net, paid_for, day.saturating_add(1.day())).minor();
            *days.entry(day).or_insert(0) += until - before;
            before = until;
        }
    }
    billed
}

/// An amount over the months of the days that it pays for: each month's part is what is earned by its end less what was
/// by its start ([`earned`]), so that the parts add up to the amount.
pub fn by_month(net: Money, service: Period) -> Vec<(Month, Money)> {
    let first = Month::of(service.from);
    let last = Month::of(service.to.yesterday().unwrap_or(service.to)).max(first);
    let last = last.min(first.plus(i32::try_from(MOST_MONTHS - 1).unwrap_or(i32::MAX)));
    let mut before = 0;
    let part = |month: Month| {
        let until = if month == last { net } else { earned(net, service, month.next().period().from) };
        let part = until.minor() - before;
        before = until.minor();
        (month, Money::new(part, net.currency()))
    };
    first.up_to(last).map(part).collect()
}
