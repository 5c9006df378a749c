//! What went back to clients in the year: a day without service, a line that was billed by mistake, goodwill after the
//! invoice was paid, and money that came in twice.

use domain::billing::credit::{Credit, Credited, LineCredit, credit, credited_of};
use domain::billing::number::SeriesKind;
use domain::billing::payments::{Allocate, Method, NewPayment, receive};
use domain::billing::refunds::{RefundFrom, refund};
use domain::billing::settings::BillingSettings;
use domain::events::Event;
use domain::ids::{ClientId, InvoiceId, PaymentId};
use domain::money::Money;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::Result;
use store::Commit;
use store::invoices::{CreditedLines, KeptLines, KeptRecognition};

use super::past::Past;
use crate::demo::{id, wrong};

/// Days after which money that came in twice goes back.
const BACK_AFTER: i64 = 6;

/// Why money goes back.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Why {
    /// A day of the month had no service: a thirtieth of it, before it is paid.
    NoService,
    /// Its last line should not be there: all of it, before it is paid.
    WrongLine,
    /// Something went wrong at the client: a tenth of it, after it was paid, which is the client's credit.
    Goodwill,
    /// The client paid it twice; the second payment goes back.
    PaidTwice,
}

/// Of which client, and which of its invoices, counted from 0.
const STORIES: [(u64, usize, Why); 3] = [(2, 4, Why::WrongLine), (8, 2, Why::Goodwill), (1, 6, Why::PaidTwice)];

impl Why {
    /// The story of a client's invoice, if it has one.
    pub(super) fn of(client: ClientId, nth: usize) -> Option<Self> {
        let is_it = |(of, at, _): &&(u64, usize, Why)| client == id(*of, ClientId::from_uuid) && nth == *at;
        STORIES.iter().find(is_it).map(|(.., why)| *why)
    }

    fn words(self) -> &'static str {
        match self {
            Why::NoService => "A day without service.",
            Why::WrongLine => "This was measured twice and should not have been billed.",
            Why::Goodwill => "For the trouble with the new printers.",
            Why::PaidTwice => "Paid twice.",
        }
    }
}

impl Past<'_> {
    /// Credits what there is reason to.
    pub(super) async fn credited(&self, invoice: InvoiceId, why: Why, on: Date) -> Result<()> {
        if on > self.today {
            return Ok(());
        }
        let kept = self.store.invoice(invoice).await?;
        let open = kept.value.invoice.clone();
        let (client, currency, total) = (open.client, open.currency, open.totals.total);
        let series = self.store.series(SeriesKind::CreditNote).await?;
        let styled = BillingSettings::default().credit_numbers.style(series.value)?;
        let account = self.store.client_credit(client, currency).await?;
        let already = self.store.credited_lines(invoice).await?;
        let lines = self.store.invoice_lines(&kept.value).await?;
        let last = [LineCredit { n: open.lines, net: None }];
        let (lines, before) = (lines.as_slice(), &already.value.lines);
        let part = |of: i64| {
            let total = Some(Money::new(total.minor() / of, currency));
            Credit::Amount { lines, already: before, total }
        };
        let what = match why {
            Why::NoService => part(30),
            Why::Goodwill => part(10),
            Why::WrongLine => Credit::Lines { lines, already: before, what: &last },
            Why::PaidTwice => return Err(wrong("what was paid twice is paid back, and not credited")),
        };
        let id = InvoiceId::from_uuid(self.store.id_of(&format!("{invoice}#note")));
        let stamp = self.stamp(invoice, "credit", on);
        let Credited { invoice: after, note, lines, credit, recognition, series: next, posting } =
            credit(open, &what, (id, why.words()), account.value, styled, stamp)?;
        let (note, kept_lines) = (note.sent(stamp.at)?, KeptLines::new(id, &lines)?);
        let mut commit = self.store.commit().update_invoice(&kept, &after).update(&next, series.rev);
        commit = commit.create_invoice(&note, &kept_lines).keep_lines(&kept_lines.chunks);
        let taken = credited_of(lines)?;
        if !taken.is_empty() {
            commit = commit.update(&CreditedLines { invoice, lines: taken }, already.rev);
        }
        if credit != account.value {
            commit = commit.update(&credit, account.rev);
        }
        commit = posting.iter().fold(commit, Commit::create);
        let deferred = recognition.map(|recognition| KeptRecognition::new(recognition, &self.house.tenant.zone));
        commit = deferred.iter().fold(commit, Commit::create);
        let number = note.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let event = Event::InvoiceCredited { invoice, note: note.id, client, number, total: note.totals.total };
        self.write(commit.emit([event])).await
    }

    /// The same money came in once more, and went back.
    pub(super) async fn paid_twice(&self, invoice: InvoiceId, on: Date) -> Result<()> {
        let back_on = on.saturating_add(BACK_AFTER.days());
        if back_on > self.today {
            return Ok(());
        }
        let paid = self.store.invoice(invoice).await?.value.invoice;
        let (client, amount) = (paid.client, paid.totals.total);
        let before = self.store.client_credit(client, amount.currency()).await?;
        let new = NewPayment {
            id: PaymentId::from_uuid(self.store.id_of(&format!("payment#{invoice}#twice"))),
            client,
            method: Method::BankTransfer {},
            amount,
            received_on: on,
            reference: paid.number.as_ref().map(ToString::to_string),
            provider_key: None,
        };
        let came = receive(new, before.value, Vec::new(), &Allocate::Keep {}, self.stamp(invoice, "twice", on))?;
        let event = Event::PaymentReceived { payment: came.payment.id, client, amount };
        let commit = self.store.commit().create(&came.payment).update(&came.credit, before.rev);
        self.write(came.posting.iter().fold(commit, Commit::create).emit([event])).await?;
        let (payment, held) =
            (self.store.payment(came.payment.id).await?, self.store.client_credit(client, amount.currency()).await?);
        let back = refund(payment.value, amount, RefundFrom::Credit, held.value, self.stamp(invoice, "back", back_on))?;
        let event = Event::PaymentRefunded { payment: back.payment.id, client, amount };
        let commit = self.store.commit().update(&back.payment, payment.rev).update(&back.credit, held.rev);
        self.write(back.posting.iter().fold(commit, Commit::create).emit([event])).await
    }
}
