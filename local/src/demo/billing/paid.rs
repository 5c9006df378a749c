//! What became of the invoices: most are paid by bank, some late, one in part; some are charged to a card, at once or not;
//! some are credited (see `credited`), one is given up, and one client has not paid for a while.

use std::collections::HashMap;

use domain::billing::invoice::Invoice;
use domain::billing::issue::write_off;
use domain::billing::ledger::Stamp;
use domain::billing::payments::{Allocate, Allocation, Method, NewPayment, Received, receive};
use domain::events::Event;
use domain::ids::{ContractId, InvoiceId, PaymentId, PostingId};
use domain::money::Money;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{Result, World};
use store::invoices::KeptInvoice;
use store::{Commit, Versioned};

use super::PAID;
use super::agreed::{Agreed, midday};
use super::credited::Why;
use super::past::{Came, Past};
use crate::demo::house::House;
use crate::demo::random::Random;

/// Which invoices, by their numbers, have another story than being paid.
const CREDITED: u64 = 9;
const PAID_IN_PART: u64 = 31;
/// Days after the due date on which an invoice is given up: when the client has had its last reminder.
const GIVEN_UP_AFTER: i64 = 28;

/// Works through the invoices in the order of their numbers.
pub(super) async fn year(world: &World, house: &House, agreed: &[Agreed], today: Date) -> Result<()> {
    let store = world.store.for_tenant(house.tenant.id);
    let mut invoices: Vec<Invoice> = Vec::new();
    store.each_invoice(|kept| invoices.push(kept.invoice)).await?;
    let number = |invoice: &Invoice| invoice.number.as_ref().map_or(0, |number| number.n);
    invoices.sort_by_key(number);
    let past = Past { world, store, house, today };
    let mut random = Random::stream(PAID);
    let mut given_up = false;
    let (mut made, mut charged) = (HashMap::<ContractId, usize>::new(), HashMap::<ContractId, usize>::new());
    for invoice in invoices {
        let (id, n) = (invoice.id, number(&invoice));
        let contract = invoice.billed.first().map(|billed| billed.contract);
        let Some(agreed) = agreed.iter().find(|agreed| Some(agreed.contract.id) == contract) else { continue };
        let late = agreed.pays.map(|(from, to)| random.between(from, to));
        let Some(due_on) = invoice.due_on else { continue };
        let nth = made.entry(agreed.contract.id).or_default();
        *nth += 1;
        let nth = *nth - 1;
        let why = if n == CREDITED { Some(Why::NoService) } else { Why::of(invoice.client, nth) };
        if let Some(why @ (Why::NoService | Why::WrongLine)) = why {
            past.credited(id, why, due_on.saturating_sub(9.days())).await?;
        }
        let is_open = match &agreed.card {
            Some(card) if card.is_never_charged() && !given_up => {
                given_up = true;
                past.given_up(id, due_on.saturating_add(GIVEN_UP_AFTER.days())).await?
            }
            Some(card) => {
                let nth = charged.entry(agreed.contract.id).or_default();
                *nth += 1;
                past.charged(id, card, *nth - 1).await?
            }
            None => past.paid(id, n, due_on.saturating_add(late.unwrap_or_default().days())).await?,
        };
        if is_open {
            past.left_open(id, due_on).await?;
        }
        match why {
            Some(why @ Why::Goodwill) if !is_open => past.credited(id, why, due_on.saturating_add(20.days())).await?,
            Some(Why::PaidTwice) if !is_open => past.paid_twice(id, due_on.saturating_add(20.days())).await?,
            _ => {}
        }
    }
    Ok(())
}

impl Past<'_> {
    /// Pays what is left, by bank; one of them only half.
    async fn paid(&self, id: InvoiceId, n: u64, on: Date) -> Result<bool> {
        let kept = self.store.invoice(id).await?;
        let due = kept.value.invoice.balance();
        if on > self.today || due.is_zero() {
            return Ok(!due.is_zero());
        }
        let amount = if n == PAID_IN_PART { Money::new(due.minor() / 2, due.currency()) } else { due };
        let came = Came {
            what: format!("{id}#payment"),
            method: Method::BankTransfer {},
            amount,
            at: midday(on, &self.house.tenant.zone),
            named: kept.value.invoice.number.as_ref().map(ToString::to_string),
        };
        let (commit, after) = self.received(&kept, came).await?;
        self.write(commit).await?;
        Ok(after.is_open())
    }

    /// What is written when money comes in for an invoice, and the invoice after.
    pub(super) async fn received(&self, kept: &Versioned<KeptInvoice>, came: Came) -> Result<(Commit, Invoice)> {
        let open = self.sent(&kept.value)?;
        let Came { what, method, amount, at, named } = came;
        let on = self.house.tenant.zone.date(at);
        let (reference, provider_key) = match method {
            Method::Saved { .. } => (None, named),
            _ => (named, None),
        };
        let id = PaymentId::from_uuid(self.store.id_of(&format!("payment#{what}")));
        let new = NewPayment { id, client: open.client, method, amount, received_on: on, reference, provider_key };
        let credit = self.store.client_credit(open.client, open.currency).await?.value;
        let how = Allocate::Chosen { allocations: vec![Allocation { invoice: open.id, amount }] };
        let posting = PostingId::from_uuid(self.store.id_of(&format!("posting#{what}")));
        let Received { payment, invoices, posting, .. } =
            receive(new, credit, vec![open.clone()], &how, Stamp { id: posting, at, on })?;
        let after = invoices.into_iter().next().unwrap_or(open);
        let commit = self.store.commit().create(&payment).update_invoice(kept, &after);
        let event = Event::PaymentReceived { payment: payment.id, client: payment.client, amount: payment.amount };
        Ok((posting.iter().fold(commit, Commit::create).emit([event]), after))
    }

    /// Writes off what is left of it.
    async fn given_up(&self, invoice: InvoiceId, on: Date) -> Result<bool> {
        if on > self.today {
            return Ok(true);
        }
        let kept = self.store.invoice(invoice).await?;
        let closed = write_off(self.sent(&kept.value)?, self.stamp(invoice, "write-off", on))?;
        let client = closed.invoice.client;
        let commit = self.store.commit().update_invoice(&kept, &closed.invoice);
        let commit = closed.posting.iter().fold(commit, Commit::create);
        self.write(commit.emit([Event::InvoiceWrittenOff { invoice, client }])).await?;
        Ok(false)
    }
}
