//! Open accounts: what a client owes without a contract is billed all the same.
//!
//! Work is done, things are sold and hours are prepaid for clients who have signed nothing, whose contract is over, or whose
//! contract is in another currency. For each currency a client has an open account: a contract without lines and over from
//! its first day, which wakes when something comes in that no other contract bills, bills it on the first of the next month
//! like any contract that was over, and sleeps again. So it costs nothing while nothing is open.

use iso_currency::Currency;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::model::{Contract, ContractState, Line, LineKind, Renewal};
use crate::billing::cycle::{Alignment, Cycle, Schedule};
use crate::billing::proration::Proration;
use crate::billing::terms::PaymentTerms;
use crate::ids::{ClientId, ContractId};
use crate::sla::SlaChoice;

/// What people read on a list of contracts.
pub const OPEN_ACCOUNT: &str = "Open account";
/// A contract bills what comes in of its client when its next bill is at most so many months away. What would wait longer
/// goes on the open account.
pub const WAITS_MONTHS: i32 = 1;

/// The open account of a client in a currency, asleep. It takes no number of the tenant's series: `OPEN-EUR` is one for each
/// client, and the same however often it is opened.
pub fn open_account(
    id: ContractId,
    (client, currency): (ClientId, Currency),
    terms: PaymentTerms,
    today: Date,
    now: Timestamp,
) -> Contract {
    let starts_on = today.first_of_month();
    let (cycle, alignment) = (Cycle::Monthly, Alignment::Calendar);
    Contract {
        id,
        number: format!("OPEN-{}", currency.code()),
        client,
        name: OPEN_ACCOUNT.to_owned(),
        currency,
        schedule: Schedule { cycle, alignment, anchor: starts_on, starts_on, ends_on: Some(starts_on) },
        terms,
        proration: Proration::default(),
        lines: Vec::new(),
        sla: SlaChoice::Inherit,
        renewal: Renewal::default(),
        discounts: Vec::new(),
        open_account: true,
        state: ContractState::Ended,
        next_on: None,
        parked: None,
        renewals: Vec::new(),
        created_at: now,
        updated_at: now,
    }
}

impl Contract {
    /// Whether it bills what comes in of its client in its currency and may be billed from the day `from` on, within a month
    /// of that or of today. One that is parked does so as soon as somebody looked at it.
    pub fn bills_soon(&self, from: Date, today: Date) -> bool {
        let soon = from.max(today).saturating_add(WAITS_MONTHS.months());
        let comes = |next: Date| next <= soon && (self.bills_often() || from <= next);
        self.next_on.is_some_and(comes) && self.state == ContractState::Active && !self.open_account
    }

    /// Whether it has a bill every month or more often.
    pub fn bills_often(&self) -> bool {
        matches!(self.schedule.cycle, Cycle::Weekly | Cycle::Monthly)
    }

    /// Whether it says how work is billed, with a line for time or with hours that are included. Work waits for its bill
    /// then, however long that takes.
    pub fn speaks_of_work(&self, today: Date) -> bool {
        let of_work = |line: &&Line| line.kind == LineKind::Time || line.bucket.is_some();
        let lives = |line: &Line| self.life(line).is_some_and(|life| life.contains(today));
        self.state == ContractState::Active && self.lines.iter().filter(of_work).any(lives)
    }
}
