//! The licence audit of a client: what it is licensed for, what is held and used, and where the two differ, as of a day.
//!
//! It is what a vendor's auditor asks for (an effective licence position: entitlements against use, ISO/IEC 19770-3 and
//! 19770-1) and what the client's own IT reads before a renewal. Everything in it is written out: it stays readable when what
//! it was made of has changed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::findings::{Facts, Finding, Kind, State, Totals, Whose, yearly};
use super::renewal::{coming, rolled};
use super::true_up::{Missing, TrueUp};
use super::{Licence, LicenceKind, LicenceState};
use crate::error::Refusal;
use crate::ids::{ClientId, LicenceAuditId, LicenceId, ProductId, UnitId, UserId};
use crate::money::Money;

mod printed;
mod sheets;

pub use printed::{Fact, PrintedAudit, Section};

/// An audit that somebody asked for, and the files that were made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenceAudit {
    /// Which audit.
    pub id: LicenceAuditId,
    /// Of which client.
    pub client: ClientId,
    /// Who asked.
    pub by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// The local day as of which it speaks; none while it is being made.
    pub on: Option<Date>,
    /// All that it says, as JSON.
    pub facts: Option<AuditFile>,
    /// The workbook.
    pub workbook: Option<AuditFile>,
    /// The PDF.
    pub pdf: Option<AuditFile>,
    /// Pages of the PDF.
    pub pages: Option<u32>,
    /// Characters that the PDF was to print and has no letters for, each once.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub missing: String,
}

/// A file of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditFile {
    /// The name that it is kept by.
    pub kept: String,
    /// How long it is.
    pub bytes: u64,
}

impl LicenceAudit {
    /// Asked for, and not made yet.
    pub const fn wanted(id: LicenceAuditId, client: ClientId, by: UserId, now: Timestamp) -> Self {
        let missing = String::new();
        Self { id, client, by, asked_at: now, on: None, facts: None, workbook: None, pdf: None, pages: None, missing }
    }
}

/// What an audit says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Who looks after the client.
    pub msp: String,
    /// The client's name.
    pub client: String,
    /// The local day as of which it speaks.
    pub on: Date,
    /// The day of the review whose findings it names; none before the first.
    pub reviewed_on: Option<Date>,
    /// What is licensed against what is held and used, by product.
    pub position: Vec<Position>,
    /// Every licence, those that have ended or are still to come too.
    pub licences: Vec<Entitled>,
    /// Who holds seats today.
    pub holders: Vec<Held>,
    /// Seats that are missing.
    pub missing: Vec<Short>,
    /// What is found, and what became of it; not what is gone.
    pub findings: Vec<Noted>,
    /// What findings could save in a year, by currency.
    pub savings: Vec<Saving>,
}

/// A product's licences in force against what is held and used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Which product.
    pub product: String,
    /// Seats that are paid for.
    pub seats: u32,
    /// Seats that are held.
    pub held: u32,
    /// Seats of its licences that nobody holds, where seats are assigned at all.
    pub free: u32,
    /// Holders beyond the seats of their licence.
    pub over: u32,
    /// People who used it in the last 30 days and hold no seat of it.
    pub unlicensed: u32,
    /// What the client pays for it in a year, by currency; without what nobody wrote down.
    pub yearly: Vec<Money>,
}

/// A licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitled {
    /// What people call it by.
    pub name: String,
    /// Of which product.
    pub product: String,
    /// Of which edition.
    pub edition: Option<String>,
    /// What is licensed.
    pub kind: LicenceKind,
    /// Where it stands.
    pub state: LicenceState,
    /// Seats.
    pub seats: u32,
    /// Seats that are held.
    pub held: u32,
    /// The first day on which it holds.
    pub starts_on: Date,
    /// The first day of its next term.
    pub renews_on: Option<Date>,
    /// The last day of notice for that.
    pub notice_by: Option<Date>,
    /// The first day on which it does not hold any more.
    pub ends_on: Option<Date>,
    /// What the client pays for it in a year.
    pub yearly: Option<Money>,
    /// Its papers: name and link.
    pub documents: Vec<(String, String)>,
}

/// A seat that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Of which licence.
    pub licence: String,
    /// Of which product.
    pub product: String,
    /// Who or what holds it.
    pub holder: String,
    /// Their department.
    pub department: Option<String>,
    /// Whether they still work there; none for a device.
    pub active: Option<bool>,
    /// Since when.
    pub since: Date,
    /// The latest day on which they used the product; none when no use was heard of.
    pub last_used: Option<Date>,
}

/// Seats that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Short {
    /// Of which product.
    pub product: String,
    /// Of which licence.
    pub licence: Option<String>,
    /// Why.
    pub why: Missing,
    /// Seats that are paid for.
    pub seats: u32,
    /// Seats that are needed.
    pub needed: u32,
    /// Seats that are missing.
    pub missing: u32,
    /// Until when they are owed for.
    pub until: Option<Date>,
    /// What they cost until then.
    pub amount: Option<Money>,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// What is wrong.
    pub kind: Kind,
    /// With which product.
    pub product: String,
    /// With which licence.
    pub licence: Option<String>,
    /// Whose seat or use.
    pub whose: Option<String>,
    /// What of its worth the sums take, a year.
    pub counted: Option<Money>,
    /// The last day of notice of its licence.
    pub notice_by: Option<Date>,
    /// Where it stands.
    pub state: String,
    /// Why it is so, in plain sentences.
    pub why: String,
}

/// What could be saved, a year, in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saving {
    /// If everything that is open were done.
    pub open: Money,
    /// If everything that is accepted comes true.
    pub accepted: Money,
    /// What came true.
    pub realised: Money,
}

/// What an audit is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// Who looks after the client.
    pub msp: &'a str,
    /// The client.
    pub client: &'a crate::clients::Client,
    /// What is known of it on the day.
    pub facts: &'a Facts,
    /// All its licences.
    pub licences: &'a [Licence],
    /// The names of their products, and of those in use.
    pub products: &'a BTreeMap<ProductId, String>,
    /// What was found.
    pub findings: &'a [Finding],
    /// The sums of that.
    pub totals: &'a Totals,
    /// The day of that.
    pub reviewed_on: Option<Date>,
}

/// A client's audit as of the day of its facts.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn audit(of: Sources<'_>) -> Result<Audit, Refusal> {
    let names = Names { of, departments: of.client.departments.iter().map(|unit| (unit.id, &*unit.name)).collect() };
    let today = of.facts.today;
    let missing = super::true_up::true_up(of.client.id, of.facts)?;
    let mut licences: Vec<Entitled> = of.licences.iter().map(|licence| names.entitled(licence, today)).collect();
    licences.sort_by(|a, b| (&a.product, &a.name, a.starts_on).cmp(&(&b.product, &b.name, b.starts_on)));
    let mut findings: Vec<Noted> = of
        .findings
        .iter()
        .filter(|finding| !matches!(finding.state, State::Gone { .. }))
        .map(|f| names.noted(f))
        .collect();
    findings.sort_by(|a, b| {
        let worth = |noted: &Noted| std::cmp::Reverse(noted.counted.map_or(0, |money| money.minor()));
        (worth(a), a.kind, &a.product, &a.whose).cmp(&(worth(b), b.kind, &b.product, &b.whose))
    });
    Ok(Audit {
        msp: of.msp.to_owned(),
        client: of.client.name.clone(),
        on: today,
        reviewed_on: of.reviewed_on,
        position: names.position()?,
        licences,
        holders: names.holders(),
        missing: missing.iter().map(|short| names.short(short)).collect(),
        findings,
        savings: savings(of.totals),
    })
}

fn savings(totals: &Totals) -> Vec<Saving> {
    let of = |(code, amounts): (&String, &super::findings::Amounts)| {
        let currency = iso_currency::Currency::from_code(code)?;
        let [open, accepted, realised] =
            [amounts.open, amounts.accepted, amounts.realised].map(|minor| Money::new(minor, currency));
        Some(Saving { open, accepted, realised })
    };
    totals.amounts.iter().filter_map(of).collect()
}

/// Whoever is named in an audit.
struct Names<'a> {
    of: Sources<'a>,
    departments: BTreeMap<UnitId, &'a str>,
}

impl Names<'_> {
    fn product(&self, id: ProductId) -> String {
        self.of.products.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn licence(&self, id: LicenceId) -> String {
        let known = self.of.licences.iter().find(|licence| licence.id == id);
        known.map_or_else(|| id.to_string(), |licence| licence.name.clone())
    }

    fn entitled(&self, licence: &Licence, today: Date) -> Entitled {
        let licence = rolled(licence.clone(), today);
        let held =
            self.of.facts.licences.iter().find(|known| known.id == licence.id).map_or(0, |known| known.holders());
        let seats = licence.seats_on(today);
        let yearly = match licence.state(today) {
            LicenceState::Active => {
                // What cannot be computed is left out, and keeps nothing else from being told.
                let seat = yearly(&licence, today).unwrap_or_default();
                seat.and_then(|seat| seat.times(Decimal::from(seats)).ok())
            }
            LicenceState::Planned | LicenceState::Ended => None,
        };
        Entitled {
            product: self.product(licence.product),
            state: licence.state(today),
            notice_by: coming(&licence, today).and_then(|coming| coming.notice_by),
            ends_on: licence.term.ends_on(),
            name: licence.name,
            edition: licence.edition,
            kind: licence.kind,
            seats,
            held,
            starts_on: licence.term.starts_on,
            renews_on: licence.term.renews_on,
            yearly,
            documents: licence.documents.into_iter().map(|paper| (paper.name, paper.link)).collect(),
        }
    }

    fn position(&self) -> Result<Vec<Position>, Refusal> {
        let facts = self.of.facts;
        let mut by: BTreeMap<ProductId, Position> = BTreeMap::new();
        let none = |product: ProductId| Position {
            product: self.product(product),
            seats: 0,
            held: 0,
            free: 0,
            over: 0,
            unlicensed: 0,
            yearly: Vec::new(),
        };
        for licence in &facts.licences {
            let row = by.entry(licence.product).or_insert_with(|| none(licence.product));
            if licence.by_seat {
                let held = licence.holders();
                row.seats = row.seats.saturating_add(licence.seats);
                row.held = row.held.saturating_add(held);
                row.over = row.over.saturating_add(held.saturating_sub(licence.seats));
                // Of seats that nobody ever assigned, nobody can say which are free.
                let free = if licence.tracked { licence.seats.saturating_sub(held) } else { 0 };
                row.free = row.free.saturating_add(free);
            }
            if let Some(seat) = licence.cost.yearly() {
                let cost = seat.times(Decimal::from(licence.seats))?;
                match row.yearly.iter_mut().find(|sum| sum.currency() == cost.currency()) {
                    Some(sum) => *sum = sum.plus(cost)?,
                    None => row.yearly.push(cost),
                }
            }
        }
        let mut unlicensed: BTreeMap<ProductId, BTreeSet<Whose>> = BTreeMap::new();
        for found in super::findings::shadow_uses(self.of.client.id, facts)? {
            if let Some(whose) = found.key.whose {
                unlicensed.entry(found.key.product).or_default().insert(whose);
            }
        }
        for (product, people) in unlicensed {
            let row = by.entry(product).or_insert_with(|| none(product));
            row.unlicensed = u32::try_from(people.len()).unwrap_or(u32::MAX);
        }
        let mut rows: Vec<Position> = by.into_values().collect();
        rows.sort_by(|a, b| a.product.cmp(&b.product));
        Ok(rows)
    }

    fn holders(&self) -> Vec<Held> {
        let facts = self.of.facts;
        let mut rows = Vec::new();
        for licence in &facts.licences {
            let (name, product) = (self.licence(licence.id), self.product(licence.product));
            for seat in &licence.held {
                let contact = seat.whose.contact();
                let person = contact.and_then(|contact| facts.people.get(&contact));
                let used = contact.and_then(|contact| facts.uses.get(&(contact, licence.product)));
                let department = person.and_then(|person| person.unit).and_then(|unit| self.departments.get(&unit));
                rows.push(Held {
                    licence: name.clone(),
                    product: product.clone(),
                    holder: facts.name_of(&seat.whose),
                    department: department.map(|name| (*name).to_owned()),
                    active: person.map(|person| person.active),
                    since: seat.since,
                    last_used: used.map(|used| used.last),
                });
            }
        }
        rows.sort_by(|a, b| {
            (&a.product, &a.licence, &a.holder, a.since).cmp(&(&b.product, &b.licence, &b.holder, b.since))
        });
        rows
    }

    fn short(&self, of: &TrueUp) -> Short {
        Short {
            product: self.product(of.product),
            licence: of.licence.map(|id| self.licence(id)),
            why: of.why,
            seats: of.seats,
            needed: of.needed,
            missing: of.missing,
            until: of.until,
            amount: of.amount,
        }
    }

    fn noted(&self, of: &Finding) -> Noted {
        let sentences: Vec<String> = of.evidence.iter().map(super::findings::Evidence::sentence).collect();
        Noted {
            kind: of.key.kind,
            product: self.product(of.key.product),
            licence: of.key.licence.map(|id| self.licence(id)),
            whose: of.key.whose.as_ref().map(|whose| self.of.facts.name_of(whose)),
            counted: of.counted,
            notice_by: of.notice_by,
            state: of.state.name().to_owned(),
            why: sentences.join(" "),
        }
    }
}
