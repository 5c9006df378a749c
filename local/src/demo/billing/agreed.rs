//! What Nordlicht IT agreed with its clients: twelve contracts of every kind, told in `contracts.json`. Dates in there are
//! told from the present month: `{-12}` is the first of the month a year ago, `{-3.10}` the tenth of that three ago.

use domain::billing::contract::{Contract, NewContract, Quantity, activate, propose};
use domain::billing::cycle::{Alignment, Cycle, Schedule};
use domain::billing::discounts::Discount;
use domain::billing::proration::Proration;
use domain::billing::retry::RetryPolicy;
use domain::billing::terms::PaymentTerms;
use domain::error::Refusal;
use domain::ids::{ClientId, ContractId, LineId};
use domain::sla::SlaChoice;
use domain::zone::Zone;
use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use serde::Deserialize;
use serde_json::Value;

use crate::demo::{id, known, wrong};

/// A contract as it is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    client: u64,
    name: String,
    #[serde(default = "euro")]
    currency: String,
    #[serde(default = "monthly")]
    cycle: Cycle,
    #[serde(default = "anniversary")]
    alignment: Alignment,
    starts: Date,
    #[serde(default)]
    ends: Option<Date>,
    #[serde(default)]
    renewal: Option<domain::billing::contract::Renewal>,
    #[serde(default)]
    discounts: Vec<Discount>,
    /// Days after the due date on which it is paid by bank, from and to; none when it is not.
    #[serde(default)]
    pays: Option<(i64, i64)>,
    /// What it is charged to instead.
    #[serde(default)]
    card: Option<Card>,
    /// Which of its lines is used, and how much a month, from and to.
    #[serde(default)]
    usage: Option<(usize, i64, i64)>,
    /// How many contacts were there when it began.
    #[serde(default)]
    counts: Option<u32>,
    lines: Vec<Value>,
}

/// The card that a client's invoices are charged to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Card {
    /// What the provider calls it.
    pub(super) token: String,
    pub(super) last4: String,
    /// How many tries of each invoice were declined before one was not: one invoice after another, over and over.
    declined: Vec<u8>,
    /// The invoice, counted from 0, at which the card before this one turned out to have expired.
    #[serde(default)]
    pub(super) renewed_at: Option<usize>,
}

impl Card {
    /// How many tries of this invoice were declined.
    pub(super) fn declined(&self, nth: usize) -> u8 {
        self.declined.iter().cycle().nth(nth).copied().unwrap_or_default()
    }

    /// Whether there is never enough on it.
    pub(super) fn is_never_charged(&self) -> bool {
        self.declined.iter().all(|declined| *declined >= RetryPolicy::default().tries)
    }
}

/// A signed contract, with what happens under it.
pub(super) struct Agreed {
    pub(super) contract: Contract,
    pub(super) pays: Option<(i64, i64)>,
    pub(super) card: Option<Card>,
    pub(super) usage: Option<(usize, i64, i64)>,
    pub(super) counts: Option<u32>,
}

fn euro() -> String {
    "EUR".to_owned()
}

const fn monthly() -> Cycle {
    Cycle::Monthly
}

const fn anniversary() -> Alignment {
    Alignment::Anniversary
}

/// The contracts, as they were signed.
pub(super) fn contracts(today: Date, zone: &Zone) -> Result<Vec<Agreed>> {
    let told = dated(include_str!("contracts.json"), today);
    let told: Vec<Told> = serde_json::from_str(&told).map_err(wrong)?;
    let mut lines = 0;
    (1..).zip(told).map(|(number, told)| signed(number, told, &mut lines, zone)).collect()
}

fn signed(number: u64, told: Told, lines: &mut u64, zone: &Zone) -> Result<Agreed> {
    let Told { client, name, currency, cycle, alignment, starts, ends, pays, card, usage, counts, .. } = told;
    let mut agreed = Vec::with_capacity(told.lines.len());
    for mut line in told.lines {
        *lines += 1;
        line["id"] = id(*lines, LineId::from_uuid).to_string().into();
        line["from"] = starts.to_string().into();
        agreed.push(serde_json::from_value(line).map_err(wrong)?);
    }
    let new = NewContract {
        client: id(client, ClientId::from_uuid),
        name,
        currency: known(&currency),
        schedule: Schedule { cycle, alignment, anchor: starts, starts_on: starts, ends_on: ends },
        terms: PaymentTerms::NetDays { days: 14 },
        proration: Proration::ActualDays,
        lines: agreed,
        sla: SlaChoice::Inherit,
        renewal: told.renewal.unwrap_or_default(),
        discounts: told.discounts,
    };
    let at = midday(starts.saturating_sub(20.days()), zone);
    let proposed = propose(id(number, ContractId::from_uuid), format!("C-{}-{number:04}", starts.year()), new, at)?;
    let contract = activate(proposed, at)?;
    Ok(Agreed { contract, pays, card, usage, counts })
}

impl Agreed {
    /// What it counts, if anything.
    pub(super) fn is_counted(&self) -> bool {
        let quantities = self.contract.lines.iter().flat_map(|line| &line.quantity);
        quantities.into_iter().any(|dated| matches!(dated.value, Quantity::Counted { .. }))
    }

    /// The dates until today on which it is billed.
    pub(super) fn bill_dates(&self, today: Date) -> Result<Vec<Date>, Refusal> {
        let Schedule { starts_on, ends_on, .. } = self.contract.schedule;
        let open = Schedule { ends_on: None, ..self.contract.schedule };
        let starts = open.periods_from(starts_on).map(|period| period.from.max(starts_on));
        let last = ends_on.unwrap_or(today).min(today);
        Ok(starts.take_while(|on| *on <= last).collect())
    }
}

/// Noon on a day.
pub(in crate::demo) fn midday(on: Date, zone: &Zone) -> Timestamp {
    hour(on, 12, zone)
}

/// A full hour of a day.
pub(in crate::demo) fn hour(on: Date, hour: i8, zone: &Zone) -> Timestamp {
    let at = on.to_datetime(time(hour, 0, 0, 0)).to_zoned(zone.rules().clone());
    at.map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

/// The text with its dates.
pub(in crate::demo) fn dated(text: &str, today: Date) -> String {
    let mut parts = text.split("\"{");
    let mut dated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (told, rest) = part.split_once("}\"").unwrap_or((part, ""));
        let (months, day) = told.split_once('.').unwrap_or((told, "1"));
        let months: i64 = known(months);
        let month = today.first_of_month().saturating_add(months.months());
        let date = month.saturating_add((known::<i64>(day) - 1).days());
        dated.push_str(&format!("\"{date}\"{rest}"));
    }
    dated
}
