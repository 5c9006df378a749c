//! The books: any sequence of money events leaves them right, and the checker finds what is not.

#![allow(clippy::type_complexity, reason = "a generated case is a tuple")]

use std::collections::BTreeMap;

use crate::common::reported::on_account;
use domain::billing::checker::{Checker, Finding};
use domain::billing::credit::{Credit, LineCredit, credit, credited_of};
use domain::billing::cycle::Period;
use domain::billing::invoice::{Billed, Invoice, InvoiceKind, InvoiceLine, InvoiceState, NewInvoice, Origin, draft};
use domain::billing::issue::{issue, void, write_off};
use domain::billing::ledger::{Account, Posting, Stamp, Via};
use domain::billing::number::{Series, SeriesKind};
use domain::billing::owed::{issue_owed, turned};
use domain::billing::payments::{Allocate, Allocation, ClientCredit, Method, NewPayment, Payment, pay_out, receive};
use domain::billing::recognition::Recognition;
use domain::billing::refunds::{BackPart, RefundFrom, WentBack, asked, came_back, refund, release, taken_from};
use domain::billing::taxes::{LineTax, TaxRounding, TaxSum};
use domain::billing::terms::PaymentTerms;
use domain::ids::*;
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

const CURRENCIES: [Currency; 2] = [Currency::EUR, Currency::JPY];

pub(super) fn client(n: u8) -> ClientId {
    ClientId::from_uuid(Uuid::from_u128(u128::from(n % 2) + 1))
}

#[derive(Debug, Clone)]
enum Op {
    Issue { client: u8, currency: u8, nets: Vec<(i32, Option<(u8, u16)>)> },
    IssueAgain(u8),
    Send(u8),
    Pay { client: u8, currency: u8, amount: u32, how: u8, invoice: u8 },
    UseCredit { client: u8, currency: u8, amount: u32 },
    PayOut { client: u8, currency: u8, amount: u32 },
    CreditLines { invoice: u8, line: u8, part: Option<u32> },
    CreditAmount { invoice: u8, amount: u32 },
    Refund { payment: u8, amount: u32, invoice: bool },
    WentBack { payment: u8, amount: u32, how: WentBack },
    CameBack { which: u8, known: bool },
    Release { payment: u8, amount: u32 },
    WriteOff(u8),
    Void(u8),
    Recognise { which: u8, days: u8 },
    Wait(u8),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let amount = || prop_oneof![0_u32..200, 0_u32..60_000];
    let service = proptest::option::of((0_u8..60, 1_u16..100));
    let nets = proptest::collection::vec((prop_oneof![4 => 0_i32..20_000, 1 => -3_000_i32..0], service), 1..5);
    let op = prop_oneof![
        5 => (0_u8..2, 0_u8..2, nets).prop_map(|(client, currency, nets)| Op::Issue { client, currency, nets }),
        1 => any::<u8>().prop_map(Op::IssueAgain),
        1 => any::<u8>().prop_map(Op::Send),
        5 => (0_u8..2, 0_u8..2, amount(), 0_u8..3, any::<u8>())
            .prop_map(|(client, currency, amount, how, invoice)| Op::Pay { client, currency, amount, how, invoice }),
        2 => (0_u8..2, 0_u8..2, amount())
            .prop_map(|(client, currency, amount)| Op::UseCredit { client, currency, amount }),
        1 => (0_u8..2, 0_u8..2, amount())
            .prop_map(|(client, currency, amount)| Op::PayOut { client, currency, amount }),
        3 => (any::<u8>(), any::<u8>(), proptest::option::of(0_u32..20_000))
            .prop_map(|(invoice, line, part)| Op::CreditLines { invoice, line, part }),
        2 => (any::<u8>(), amount()).prop_map(|(invoice, amount)| Op::CreditAmount { invoice, amount }),
        3 => (any::<u8>(), amount(), any::<bool>())
            .prop_map(|(payment, amount, invoice)| Op::Refund { payment, amount, invoice }),
        2 => (any::<u8>(), amount(), prop_oneof![Just(WentBack::Refunded), Just(WentBack::ChargedBack)])
            .prop_map(|(payment, amount, how)| Op::WentBack { payment, amount, how }),
        2 => (any::<u8>(), any::<bool>()).prop_map(|(which, known)| Op::CameBack { which, known }),
        2 => (any::<u8>(), amount()).prop_map(|(payment, amount)| Op::Release { payment, amount }),
        1 => any::<u8>().prop_map(Op::WriteOff),
        1 => any::<u8>().prop_map(Op::Void),
        3 => (any::<u8>(), 0_u8..80).prop_map(|(which, days)| Op::Recognise { which, days }),
        1 => (1_u8..20).prop_map(Op::Wait),
    ];
    proptest::collection::vec(op, 1..25)
}

struct World {
    today: Date,
    made: u128,
    invoices: Vec<Invoice>,
    lines: BTreeMap<InvoiceId, Vec<InvoiceLine>>,
    payments: Vec<Payment>,
    credits: Vec<ClientCredit>,
    recognitions: Vec<Recognition>,
    /// What went back of which payment, and from where.
    backs: Vec<(usize, Vec<BackPart>)>,
    series: [Series; 2],
    postings: Vec<Posting>,
}

impl World {
    fn new() -> Self {
        let credits = [0, 1].iter().flat_map(|n| CURRENCIES.map(|currency| ClientCredit::none(client(*n), currency)));
        Self {
            today: date(2026, 1, 31),
            made: 1_000,
            invoices: Vec::new(),
            lines: BTreeMap::new(),
            payments: Vec::new(),
            credits: credits.collect(),
            recognitions: Vec::new(),
            backs: Vec::new(),
            series: [Series::new(SeriesKind::Invoice), Series::new(SeriesKind::CreditNote)],
            postings: Vec::new(),
        }
    }

    fn uuid(&mut self) -> Uuid {
        self.made += 1;
        Uuid::from_u128(self.made)
    }

    fn stamp(&mut self) -> Stamp {
        Stamp { id: PostingId::from_uuid(self.uuid()), at: Timestamp::UNIX_EPOCH, on: self.today }
    }

    fn credit_of(&self, client: ClientId, currency: Currency) -> ClientCredit {
        let of = |credit: &&ClientCredit| credit.client == client && credit.balance.currency() == currency;
        *self.credits.iter().find(of).unwrap()
    }

    fn keep(&mut self, invoices: Vec<Invoice>, credit: Option<ClientCredit>, posting: Option<Posting>) {
        for invoice in invoices {
            match self.invoices.iter_mut().find(|kept| kept.id == invoice.id) {
                Some(kept) => *kept = invoice,
                None => self.invoices.push(invoice),
            }
        }
        if let Some(credit) = credit {
            let same = |kept: &&mut ClientCredit| {
                kept.client == credit.client && kept.balance.currency() == credit.balance.currency()
            };
            *self.credits.iter_mut().find(same).unwrap() = credit;
        }
        self.postings.extend(posting);
    }

    fn pick(&self, n: u8) -> Option<Invoice> {
        self.invoices.get(usize::from(n) % self.invoices.len().max(1)).cloned()
    }

    /// Whether the rule allowed it.
    fn apply(&mut self, op: &Op) -> bool {
        self.try_apply(op).is_some()
    }

    fn try_apply(&mut self, op: &Op) -> Option<()> {
        let stamp = self.stamp();
        match op {
            Op::Issue { client: n, currency, nets } => {
                let (new, lines) =
                    document(self.uuid(), client(*n), CURRENCIES[usize::from(*currency)], self.today, nets);
                let (drafted, lines) = turned(draft(new, &lines, stamp.at).unwrap(), lines);
                if drafted.kind == InvoiceKind::CreditNote {
                    let credit = self.credit_of(drafted.client, drafted.currency);
                    let owed = issue_owed(drafted, &lines, credit, self.series[1].clone(), stamp).unwrap();
                    self.series[1] = owed.series;
                    self.lines.insert(owed.note.id, lines);
                    self.recognitions.extend(owed.recognition);
                    self.keep(vec![owed.note], Some(owed.credit), owed.posting);
                    return Some(());
                }
                let issued = issue(drafted, &lines, self.series[0].clone(), stamp).ok()?;
                self.series[0] = issued.series;
                self.lines.insert(issued.invoice.id, lines);
                self.recognitions.extend(issued.recognition);
                self.keep(vec![issued.invoice], None, issued.posting);
            }
            Op::IssueAgain(n) => {
                let invoice = self.pick(*n)?;
                let lines = self.lines.get(&invoice.id)?.clone();
                if invoice.kind == InvoiceKind::CreditNote {
                    let credit = self.credit_of(invoice.client, invoice.currency);
                    let owed = issue_owed(invoice, &lines, credit, self.series[1].clone(), stamp).ok()?;
                    self.series[1] = owed.series;
                    self.keep(vec![owed.note], Some(owed.credit), owed.posting);
                    return Some(());
                }
                let issued = issue(invoice, &lines, self.series[0].clone(), stamp).ok()?;
                self.series[0] = issued.series;
                self.keep(vec![issued.invoice], None, issued.posting);
            }
            Op::Send(n) => {
                let sent = self.pick(*n)?.sent(stamp.at).ok()?;
                self.keep(vec![sent], None, None);
            }
            Op::Pay { client: n, currency, amount, how, invoice } => {
                let currency = CURRENCIES[usize::from(*currency)];
                let chosen = self.pick(*invoice).map(|invoice| {
                    let most = invoice.payable().minor().min(i64::from(*amount));
                    Allocation { invoice: invoice.id, amount: Money::new(most, invoice.currency) }
                });
                let how = match how {
                    0 => Allocate::OldestFirst {},
                    1 => Allocate::Keep {},
                    _ => Allocate::Chosen { allocations: chosen.into_iter().collect() },
                };
                self.pay(client(*n), Money::new((*amount).into(), currency), Method::BankTransfer {}, &how, stamp)?;
            }
            Op::UseCredit { client: n, currency, amount } => {
                let amount = Money::new((*amount).into(), CURRENCIES[usize::from(*currency)]);
                self.pay(client(*n), amount, Method::ClientCredit {}, &Allocate::OldestFirst {}, stamp)?;
            }
            Op::PayOut { client: n, currency, amount } => {
                let amount = Money::new((*amount).into(), CURRENCIES[usize::from(*currency)]);
                let (id, credit) = (PaymentId::from_uuid(self.uuid()), self.credit_of(client(*n), amount.currency()));
                let method = Method::ClientCredit {};
                let (client, received_on) = (credit.client, self.today);
                let new = NewPayment { id, client, method, amount, received_on, reference: None, provider_key: None };
                let done = pay_out(new, Via::BankTransfer, credit, stamp).ok()?;
                assert_eq!(done.credit.balance.plus(amount), Ok(credit.balance));
                self.payments.push(done.payment);
                self.keep(Vec::new(), Some(done.credit), done.posting);
            }
            Op::CreditLines { invoice, line, part } => {
                let invoice = self.pick(*invoice)?;
                let lines = self.lines.get(&invoice.id)?.clone();
                let line = &lines[usize::from(*line) % lines.len()];
                let net = part.map(|minor| Money::new(minor.into(), invoice.currency));
                let already = self.already(&invoice);
                let what = [LineCredit { n: line.n, net }];
                self.note(invoice, &Credit::Lines { lines: &lines, already: &already, what: &what }, stamp)?;
            }
            Op::CreditAmount { invoice, amount } => {
                let invoice = self.pick(*invoice)?;
                let total = Money::new((*amount).into(), invoice.currency);
                let total = if amount % 3 == 0 { invoice.left_to_credit().ok()? } else { total };
                let (lines, already) = (self.lines.get(&invoice.id)?.clone(), self.already(&invoice));
                let total = Some(total).filter(|_| amount % 6 != 0);
                self.note(invoice, &Credit::Amount { lines: &lines, already: &already, total }, stamp)?;
            }
            Op::Refund { payment, amount, invoice } => {
                let index = usize::from(*payment) % self.payments.len().max(1);
                let payment = self.payments.get(index)?.clone();
                let paid = payment.allocations.first().filter(|_| *invoice);
                let reopened = paid.and_then(|paid| self.invoices.iter().find(|of| of.id == paid.invoice)).cloned();
                let credit = self.credit_of(payment.client, payment.amount.currency());
                // Now and then exactly what was paid there.
                let most = paid.filter(|_| amount % 3 == 0).map_or(i64::from(*amount), |paid| paid.amount.minor());
                let amount = Money::new(most, payment.amount.currency());
                let taken = asked(&payment, amount, reopened.as_ref(), &credit).ok()?;
                assert!(taken.missing.is_zero());
                self.give_back(index, &taken.parts);
                self.backs.push((index, taken.parts));
            }
            Op::WentBack { payment, amount, how } => {
                let index = usize::from(*payment) % self.payments.len().max(1);
                let payment = self.payments.get(index)?.clone();
                let amount = Money::new((*amount).into(), payment.amount.currency());
                let credit = self.credit_of(payment.client, amount.currency());
                payment.method.via()?;
                let taken = taken_from(&payment, amount, &self.invoices, &credit, *how).unwrap();
                let all = taken.parts.iter().map(|part| part.amount).chain([taken.missing]);
                assert_eq!(Money::sum(amount.currency(), all), Ok(amount));
                assert!(!taken.missing.is_negative());
                let left = payment.amount.minor() - payment.refunded.minor();
                assert!(amount.minor() - taken.missing.minor() <= left);
                self.give_back(index, &taken.parts);
                self.backs.push((index, taken.parts));
            }
            Op::CameBack { which, known } => {
                let at = usize::from(*which) % self.backs.len().max(1);
                self.backs.get(at)?;
                let (index, parts) = self.backs.swap_remove(at);
                let mut payment = self.payments[index].clone();
                let mut credit = self.credit_of(payment.client, payment.amount.currency());
                let before = (payment.refunded, payment.amount);
                let mut came = Money::zero(payment.amount.currency());
                for BackPart { invoice, amount } in parts {
                    // What was written before parts were kept comes back to the credit.
                    let to = self.refund_from(invoice.filter(|_| *known));
                    let done = came_back(payment, amount, to, credit, self.stamp()).unwrap();
                    came = came.plus(amount).unwrap();
                    (payment, credit) = (done.payment, done.credit);
                    self.keep(done.invoice.into_iter().collect(), Some(credit), done.posting);
                }
                assert_eq!((payment.refunded.plus(came), payment.amount), (Ok(before.0), before.1));
                self.payments[index] = payment;
            }
            Op::Release { payment, amount } => {
                let index = usize::from(*payment) % self.payments.len().max(1);
                let payment = self.payments.get(index)?.clone();
                let paid = *payment.allocations.last()?;
                let invoice = self.invoices.iter().find(|of| of.id == paid.invoice)?.clone();
                let credit = self.credit_of(payment.client, payment.amount.currency());
                // Now and then exactly what was paid, and else more as often as less.
                let amount = if amount % 3 == 0 { paid.amount.minor() } else { i64::from(*amount) };
                let opened = |of: &Invoice| of.balance().minor() + of.written_off.minor();
                let before = (opened(&invoice), credit.balance.minor());
                let done = release(payment, Money::new(amount, paid.amount.currency()), invoice, credit, stamp).ok()?;
                assert!(amount > 0 && amount <= paid.amount.minor(), "not beyond what is allocated");
                let invoice = done.invoice.unwrap();
                assert_eq!((opened(&invoice), done.credit.balance.minor()), (before.0 + amount, before.1 + amount));
                self.payments[index] = done.payment;
                self.keep(vec![invoice], Some(done.credit), done.posting);
            }
            Op::WriteOff(n) => {
                let done = write_off(self.pick(*n)?, stamp).ok()?;
                self.keep(vec![done.invoice], None, done.posting);
            }
            Op::Void(n) => {
                let invoice = self.pick(*n)?;
                let at = self.recognitions.iter().position(|of| of.invoice == invoice.id);
                let done = void(invoice, at.map(|at| self.recognitions[at].clone()), stamp).ok()?;
                if let (Some(at), Some(after)) = (at, done.recognition) {
                    self.recognitions[at] = after;
                }
                self.keep(vec![done.invoice], None, done.posting);
            }
            Op::Recognise { which, days } => {
                let index = usize::from(*which) % self.recognitions.len().max(1);
                let until = self.today.saturating_add(i64::from(*days).days());
                let (after, posting) = self.recognitions.get(index)?.clone().recognise(until, stamp).unwrap();
                self.recognitions[index] = after;
                self.keep(Vec::new(), None, posting);
            }
            Op::Wait(days) => {
                self.today = self.today.saturating_add(i64::from(*days).days());
                let late = self.invoices.iter().map(|invoice| invoice.clone().overdue(self.today, stamp.at).unwrap());
                self.invoices = late.collect();
            }
        }
        Some(())
    }

    fn pay(&mut self, client: ClientId, amount: Money, method: Method, how: &Allocate, stamp: Stamp) -> Option<()> {
        let id = PaymentId::from_uuid(self.uuid());
        let received_on = self.today;
        let new = NewPayment { id, client, method, amount, received_on, reference: None, provider_key: None };
        let credit = self.credit_of(client, amount.currency());
        let got = receive(new, credit, self.invoices.clone(), how, stamp).ok()?;
        self.payments.push(got.payment);
        self.keep(got.invoices, Some(got.credit), got.posting);
        Some(())
    }

    /// Gives back part by part. What may be taken is taken: a webhook has nobody who could do it otherwise.
    fn give_back(&mut self, index: usize, parts: &[BackPart]) {
        let mut payment = self.payments[index].clone();
        let mut credit = self.credit_of(payment.client, payment.amount.currency());
        for part in parts {
            let from = self.refund_from(part.invoice);
            let done = refund(payment, part.amount, from, credit, self.stamp()).unwrap();
            (payment, credit) = (done.payment, done.credit);
            self.keep(done.invoice.into_iter().collect(), Some(credit), done.posting);
        }
        self.payments[index] = payment;
    }

    fn refund_from(&self, invoice: Option<InvoiceId>) -> RefundFrom {
        let invoice = invoice.and_then(|id| self.invoices.iter().find(|of| of.id == id)).cloned();
        invoice.map_or(RefundFrom::Credit, |invoice| RefundFrom::Invoice(Box::new(invoice)))
    }

    /// What notes took back of an invoice's lines.
    fn already(&self, invoice: &Invoice) -> BTreeMap<u32, Money> {
        let of_it = |note: &&Invoice| note.corrects == Some(invoice.id);
        let notes = self.invoices.iter().filter(of_it).flat_map(|note| self.lines[&note.id].clone());
        credited_of(notes).unwrap()
    }

    fn note(&mut self, invoice: Invoice, what: &Credit<'_>, stamp: Stamp) -> Option<()> {
        let id = InvoiceId::from_uuid(self.uuid());
        let account = self.credit_of(invoice.client, invoice.currency);
        let done = credit(invoice, what, (id, "A complaint"), account, self.series[1].clone(), stamp).ok()?;
        assert_eq!(done.note.totals.net.plus(done.note.totals.tax), Ok(done.note.totals.total));
        self.series[1] = done.series;
        self.lines.insert(id, done.lines);
        self.recognitions.extend(done.recognition);
        self.keep(vec![done.invoice, done.note], Some(done.credit), done.posting);
        Some(())
    }

    /// What all payments of an invoice open of it when each goes back as far as it may, one after another.
    fn would_open(&mut self, invoice: &Invoice, last_first: bool) -> i64 {
        let (stamp, credit) = (self.stamp(), self.credit_of(invoice.client, invoice.currency));
        let (mut invoice, mut opened) = (invoice.clone(), 0);
        let mut payments: Vec<&Payment> = self.payments.iter().collect();
        if last_first {
            payments.reverse();
        }
        for payment in payments {
            let Some(paid) = payment.allocations.iter().find(|paid| paid.invoice == invoice.id) else { continue };
            let most = invoice.opened_by(paid.amount).unwrap();
            let more = Money::new(most.minor() + 1, most.currency());
            assert!(release(payment.clone(), more, invoice.clone(), credit, stamp).is_err());
            if !most.is_zero() {
                let done = release(payment.clone(), most, invoice, credit, stamp).unwrap();
                (invoice, opened) = (done.invoice.unwrap(), opened + most.minor());
            }
        }
        opened
    }

    fn findings(&self) -> Vec<Finding> {
        let mut checker = Checker::new();
        self.invoices.iter().for_each(|invoice| checker.invoice(invoice));
        self.payments.iter().for_each(|payment| checker.payment(payment));
        self.credits.iter().for_each(|credit| checker.credit(credit));
        self.recognitions.iter().for_each(|recognition| checker.recognition(recognition));
        self.series.iter().for_each(|series| checker.series(series));
        self.postings.iter().for_each(|posting| checker.posting(posting));
        checker.done()
    }
}

/// An invoice with a tax of 19 % on every line, rounded on each.
pub(super) fn document(
    id: Uuid,
    client: ClientId,
    currency: Currency,
    today: Date,
    nets: &[(i32, Option<(u8, u16)>)],
) -> (NewInvoice, Vec<InvoiceLine>) {
    let (code, percent) = ("vat".parse::<domain::billing::codes::TaxCode>().unwrap(), Decimal::from(19));
    let line = |(n, (net, service)): (u32, &(i32, Option<(u8, u16)>))| {
        let net = Money::new((*net).into(), currency);
        let tax = LineTax { code: code.clone(), percent, amount: net.times(Decimal::new(19, 2)).unwrap() };
        let service = service.map(|(back, days)| {
            let from = today.saturating_sub(i64::from(back).days());
            Period { from, to: from.saturating_add(i64::from(days).days()) }
        });
        InvoiceLine {
            n,
            origin: Origin::Manual {},
            text: "Work".into(),
            service,
            quantity: Decimal::ONE,
            unit: None,
            unit_price: None,
            gross: net,
            discount: Money::zero(currency),
            discounts: Vec::new(),
            net,
            taxes: vec![tax],
            note: None,
        }
    };
    let lines: Vec<InvoiceLine> = (1..).zip(nets).map(line).collect();
    let tax = Money::sum(currency, lines.iter().map(|line| line.taxes[0].amount)).unwrap();
    let net = Money::sum(currency, lines.iter().map(|line| line.net)).unwrap();
    let row = TaxSum { code, name: "VAT".into(), percent, compound: false, inclusive: false, net, tax };
    let period = Period { from: today, to: today.saturating_add(1.month()) };
    let new = NewInvoice {
        id: InvoiceId::from_uuid(id),
        kind: InvoiceKind::Recurring,
        client,
        billed: vec![Billed { contract: ContractId::from_uuid(id), period }],
        currency,
        terms: PaymentTerms::NetDays { days: 10 },
        taxes: vec![row],
        tax_rounding: TaxRounding::PerLine,
        exempted: Vec::new(),
        note: None,
    };
    (new, lines)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_sequence_of_money_events_leaves_the_books_right(ops in ops()) {
        let mut world = World::new();
        for op in &ops {
            world.apply(op);
            for invoice in &world.invoices {
                // What credit notes took back is owed by nobody, whatever becomes of what was paid.
                let noted = invoice.noted.total().unwrap().minor();
                let left = invoice.totals.total.minor() - noted - invoice.written_off.minor();
                let open = invoice.balance().minor();
                prop_assert!((0..=left.max(0)).contains(&open), "{op:?} opens {open} of {invoice:?}");
                prop_assert!(!(invoice.is_forgiven() && invoice.is_open()), "{op:?} opens {invoice:?}");
            }
        }
        prop_assert_eq!(world.findings(), vec![]);
        for invoice in world.invoices.clone() {
            if invoice.kind == InvoiceKind::CreditNote || invoice.state == InvoiceState::Void {
                continue;
            }
            // Whichever payment goes back first, all of them together open what is owed and not open yet, and no more.
            let left = invoice.left_to_credit().unwrap().minor() - invoice.balance().minor();
            prop_assert_eq!([world.would_open(&invoice, false), world.would_open(&invoice, true)], [left, left]);
        }
        for invoice in &world.invoices {
            // What bears interest from tomorrow on is what is left to pay; of what is not owed, nothing does.
            let last = invoice.owed().unwrap().last().map(|owed| owed.balance);
            let bears = invoice.kind != InvoiceKind::CreditNote && invoice.bears_fees() && invoice.issued_on.is_some();
            if bears || invoice.is_forgiven() {
                prop_assert_eq!(last, bears.then(|| invoice.balance()));
            }
        }
        for credit in &world.credits {
            prop_assert!(!credit.balance.is_negative());
            let account = Account::Receivable { client: credit.client };
            let currency = credit.balance.currency();
            let of = |posting: &&Posting| posting.currency == currency;
            let ledger: i64 = world.postings.iter().filter(of).map(|posting| on_account(posting, &account)).sum();
            let open = world.invoices.iter().filter(|of| of.client == credit.client && of.currency == currency);
            prop_assert_eq!(ledger, open.map(|invoice| invoice.balance().minor()).sum::<i64>());
        }
        let numbers = world.invoices.iter().filter(|of| of.kind != InvoiceKind::CreditNote);
        let mut numbers: Vec<u64> = numbers.filter_map(|of| Some(of.number.as_ref()?.n)).collect();
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (1..=world.series[0].last).collect::<Vec<_>>());
    }
}
