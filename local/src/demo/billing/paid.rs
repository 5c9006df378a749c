//! What became of the invoices: most are paid, some late, one in part; one is credited in part, one was a mistake, one is
//! given up, and one client has not paid for a while.

use domain::billing::credit::{Credit, Credited, credit};
use domain::billing::invoice::Invoice;
use domain::billing::issue::write_off;
use domain::billing::ledger::Stamp;
use domain::billing::number::SeriesKind;
use domain::billing::payments::{Allocate, Allocation, Method, NewPayment, Received, receive};
use domain::billing::settings::BillingSettings;
use domain::events::Event;
use domain::ids::{InvoiceId, PaymentId, PostingId};
use domain::money::Money;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{Result, World};
use store::commit::Stamp as Written;
use store::invoices::{KeptLines, KeptRecognition};
use store::{Commit, TenantStore};
use uuid::Uuid;

use super::PAID;
use super::agreed::{Agreed, midday};
use crate::demo::house::House;
use crate::demo::random::Random;

/// Which invoices, by their numbers, have another story than being paid.
const CREDITED: u64 = 9;
const PAID_IN_PART: u64 = 31;

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
    for invoice in invoices {
        let n = number(&invoice);
        let contract = invoice.billed.first().map(|billed| billed.contract);
        let pays = agreed.iter().find(|agreed| Some(agreed.contract.id) == contract).and_then(|agreed| agreed.pays);
        let late = pays.map(|(from, to)| random.between(from, to));
        let Some(due_on) = invoice.due_on else { continue };
        if n == CREDITED {
            past.credited(invoice.id, due_on.saturating_sub(9.days())).await?;
        }
        match late {
            Some(late) => past.paid(invoice.id, n, due_on.saturating_add(late.days())).await?,
            None if !given_up => {
                past.given_up(invoice.id, due_on.saturating_add(20.days())).await?;
                given_up = true;
            }
            None => {}
        }
    }
    Ok(())
}

struct Past<'a> {
    world: &'a World,
    store: TenantStore,
    house: &'a House,
    today: Date,
}

impl Past<'_> {
    fn stamp(&self, invoice: InvoiceId, what: &str, on: Date) -> Stamp {
        let id = PostingId::from_uuid(self.store.id_of(&format!("{invoice}#{what}")));
        Stamp { id, at: midday(on, &self.house.tenant.zone), on }
    }

    async fn write(&self, commit: Commit) -> Result<()> {
        let stamp = Written {
            now: self.world.now(),
            ids: self.world.ids.clone(),
            actor: "demo".to_owned(),
            function: "demo",
            request: "demo".to_owned(),
        };
        Ok(self.world.store.write(commit, &stamp).await?)
    }

    /// Pays what is left, by bank; one of them only half.
    async fn paid(&self, invoice: InvoiceId, n: u64, on: Date) -> Result<()> {
        let kept = self.store.invoice(invoice).await?;
        let open = kept.value.invoice.clone();
        let due = open.balance();
        if on > self.today || due.is_zero() {
            return Ok(());
        }
        let amount = if n == PAID_IN_PART { Money::new(due.minor() / 2, due.currency()) } else { due };
        let id: Uuid = self.store.id_of(&format!("{invoice}#payment"));
        let new = NewPayment {
            id: PaymentId::from_uuid(id),
            client: open.client,
            method: Method::BankTransfer {},
            amount,
            received_on: on,
            reference: open.number.as_ref().map(ToString::to_string),
            provider_key: None,
        };
        let credit = self.store.client_credit(open.client, open.currency).await?.value;
        let how = Allocate::Chosen { allocations: vec![Allocation { invoice, amount }] };
        let Received { payment, invoices, posting, .. } =
            receive(new, credit, vec![open], &how, self.stamp(invoice, "payment", on))?;
        let commit = invoices
            .iter()
            .fold(self.store.commit().create(&payment), |commit, after| commit.update_invoice(&kept, after));
        let event = Event::PaymentReceived { payment: payment.id, client: payment.client, amount: payment.amount };
        self.write(posting.iter().fold(commit, Commit::create).emit([event])).await
    }

    /// Credits a part of it, for a day without service.
    async fn credited(&self, invoice: InvoiceId, on: Date) -> Result<()> {
        let kept = self.store.invoice(invoice).await?;
        let open = kept.value.invoice.clone();
        let (client, currency) = (open.client, open.currency);
        let total = Money::new(open.totals.total.minor() / 30, currency);
        let series = self.store.series(SeriesKind::CreditNote).await?;
        let styled = BillingSettings::default().credit_numbers.style(series.value)?;
        let account = self.store.client_credit(client, currency).await?.value;
        let id = InvoiceId::from_uuid(self.store.id_of(&format!("{invoice}#note")));
        let reason = "A day without service.";
        let what = Credit::Amount { total };
        let Credited { invoice: after, note, lines, recognition, series: next, posting, .. } =
            credit(open, &what, (id, reason), account, styled, self.stamp(invoice, "credit", on))?;
        let lines = KeptLines::new(note.id, &lines)?;
        let mut commit = self.store.commit().update_invoice(&kept, &after).update(&next, series.rev);
        commit = commit.create_invoice(&note, &lines).keep_lines(&lines.chunks);
        commit = posting.iter().fold(commit, Commit::create);
        let deferred = recognition.map(|recognition| KeptRecognition::new(recognition, &self.house.tenant.zone));
        commit = deferred.iter().fold(commit, Commit::create);
        let number = note.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let event = Event::InvoiceCredited { invoice, note: note.id, client, number, total };
        self.write(commit.emit([event])).await
    }

    /// Writes off what is left of it.
    async fn given_up(&self, invoice: InvoiceId, on: Date) -> Result<()> {
        if on > self.today {
            return Ok(());
        }
        let kept = self.store.invoice(invoice).await?;
        let closed = write_off(kept.value.invoice.clone(), self.stamp(invoice, "write-off", on))?;
        let client = closed.invoice.client;
        let commit = self.store.commit().update_invoice(&kept, &closed.invoice);
        let commit = closed.posting.iter().fold(commit, Commit::create);
        self.write(commit.emit([Event::InvoiceWrittenOff { invoice, client }])).await
    }
}
