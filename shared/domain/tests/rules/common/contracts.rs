//! Contracts and facts for the tests of billing.

use domain::billing::bill::{Billing, Book, Charge, Count, Draft, Facts, Limits, Runs, Usage, Worked, bill};
use domain::billing::codes::WorkTypeCode;
use domain::billing::contract::*;
use domain::billing::cycle::{Alignment, Cycle, Schedule};
use domain::billing::dated::Dated;
use domain::billing::lines::Origin;
use domain::billing::pricing::{Price, Pricing};
use domain::billing::proration::Proration;
use domain::billing::taxes::{TaxRounding, Taxing};
use domain::billing::terms::PaymentTerms;
use domain::billing::work::{TimeKind, TimeLine};
use domain::sla::SlaChoice;
use domain::{ChargeId, ClientId, ContractId, LineId, Money, TimeEntryId, UsageId, UserId};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Nothing is taxed.
pub const UNTAXED: Taxing<'static> = Taxing { taxes: &[], exemptions: &[], rounding: TaxRounding::PerLine };

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub fn dec(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

pub fn line_id(n: u128) -> LineId {
    LineId::from_uuid(Uuid::from_u128(n))
}

/// Monthly on the anchor's day, from `starts` until `ends`.
pub fn monthly(starts: &str, ends: Option<&str>) -> Schedule {
    Schedule {
        cycle: Cycle::Monthly,
        alignment: Alignment::Anniversary,
        anchor: day(starts),
        starts_on: day(starts),
        ends_on: ends.map(day),
    }
}

pub fn contract(schedule: Schedule, lines: Vec<Line>) -> Contract {
    Contract {
        id: ContractId::from_uuid(Uuid::from_u128(7)),
        number: "C-7".into(),
        client: ClientId::from_uuid(Uuid::from_u128(8)),
        name: "Managed services".into(),
        currency: Currency::EUR,
        schedule,
        terms: PaymentTerms::NetDays { days: 14 },
        proration: Proration::ActualDays,
        lines,
        sla: SlaChoice::Inherit,
        renewal: Renewal::default(),
        discounts: Vec::new(),
        state: ContractState::Active,
        next_on: Some(schedule.starts_on),
        parked: None,
        open_account: false,
        renewals: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

pub fn line(n: u128, kind: LineKind, timing: Timing, price: Price, from: Date) -> Line {
    Line {
        id: line_id(n),
        text: format!("Line {n}"),
        kind,
        timing,
        price: vec![Dated::new(from, price)],
        quantity: Vec::new(),
        unit: None,
        from,
        until: None,
        proration: None,
        taxes: Vec::new(),
        discounts: Vec::new(),
        block: None,
        bucket: None,
        bucket_minutes: Vec::new(),
    }
}

pub fn each(price: &str) -> Price {
    limited(price, None, None)
}

pub fn limited(price: &str, minimum: Option<&str>, maximum: Option<&str>) -> Price {
    let pricing = Pricing::PerUnit { price: dec(price), free_units: Decimal::ZERO };
    Price { pricing, minimum: minimum.map(dec), maximum: maximum.map(dec) }
}

/// Seats in advance.
pub fn seats(n: u128, price: &str, from: &str, quantity: &str) -> Line {
    let quantity = vec![Dated::new(day(from), Quantity::Fixed { quantity: dec(quantity) })];
    Line { quantity, ..line(n, LineKind::PerSeat, Timing::Advance, each(price), day(from)) }
}

/// What the client has of something, in advance.
pub fn counted(n: u128, price: &str, from: &str, of: impl Into<Followed>) -> Line {
    let Followed { what, product } = of.into();
    let quantity = vec![Dated::new(day(from), Quantity::Counted { what, product })];
    Line { quantity, ..seats(n, price, from, "0") }
}

/// A fixed amount.
pub fn fixed(n: u128, timing: Timing, price: &str, from: &str) -> Line {
    line(n, LineKind::Fixed, timing, each(price), day(from))
}

pub fn metered(n: u128, price: Price, from: &str) -> Line {
    line(n, LineKind::Usage, Timing::Arrears, price, day(from))
}

pub fn used(n: u128, line: u128, on: &str, quantity: &str) -> Usage {
    Usage { id: UsageId::from_uuid(Uuid::from_u128(n)), line: line_id(line), on: day(on), quantity: dec(quantity) }
}

pub fn count(of: impl Into<Followed>, from: &str, quantity: u32) -> Count {
    Count::new(of.into(), day(from), quantity.into())
}

pub fn facts(contract: Contract) -> Facts {
    Facts {
        contract,
        book: Book::default(),
        counts: Vec::new(),
        usage: Vec::new(),
        time: Vec::new(),
        charges: Vec::new(),
        blocks: Vec::new(),
        sold: Vec::new(),
        approvals: Vec::new(),
        limits: Limits::default(),
        runs: Runs::default(),
    }
}

pub fn billed(facts: &Facts, today: &str) -> Billing {
    bill(facts, day(today)).unwrap()
}

/// A word for where a line comes from.
pub fn kind(origin: Origin) -> &'static str {
    match origin {
        Origin::ContractLine { .. } => "line",
        Origin::Usage { .. } => "usage",
        Origin::LateUsage { .. } => "late",
        Origin::Minimum { .. } => "minimum",
        Origin::Adjustment { .. } => "adjustment",
        Origin::Time { .. } => "time",
        Origin::Charge { .. } => "charge",
        _ => "other",
    }
}

/// A draft in a few words: its date, and each line's kind, first day, end and net in cents.
pub fn story(draft: &Draft) -> Vec<String> {
    let line = |line: &domain::billing::bill::DraftLine| {
        let service = line.service.map_or_else(String::new, |service| format!(" {}..{}", service.from, service.to));
        format!("{}{service} {}", kind(line.origin), line.net.minor())
    };
    std::iter::once(draft.on().to_string()).chain(draft.lines.iter().map(line)).collect()
}

pub fn stories(billing: &Billing) -> Vec<Vec<String>> {
    billing.drafts.iter().map(story).collect()
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub fn amendment(effective_on: &str, changes: Vec<Change>) -> Amendment {
    Amendment {
        effective_on: day(effective_on),
        changes,
        note: String::new(),
        by: UserId::from_uuid(Uuid::from_u128(1)),
        at: Timestamp::UNIX_EPOCH,
    }
}

pub fn charge(n: u128, on: &str, quantity: &str, unit_price: &str) -> Charge {
    Charge {
        id: ChargeId::from_uuid(Uuid::from_u128(n)),
        on: day(on),
        text: "Charge".into(),
        quantity: dec(quantity),
        unit: None,
        unit_price: dec(unit_price),
        taxes: Vec::new(),
        service: None,
        late_for: None,
    }
}

pub fn worked(n: u128, on: &str, minutes: u32, cents: i64) -> Worked {
    let work_type: WorkTypeCode = "remote".parse().unwrap();
    let time = TimeLine {
        entry: TimeEntryId::from_uuid(Uuid::from_u128(n)),
        person: UserId::from_uuid(Uuid::from_u128(1)),
        role: None,
        work_type,
        on: day(on),
        kind: TimeKind::Business,
        worked: minutes,
        minutes,
        rate: dec("60"),
        factor: Decimal::ONE,
        amount: eur(cents),
    };
    Worked { time, text: "Work".into(), taxes: Vec::new() }
}
