//! The checker: proves the books from the records, or says what is wrong, record by record.
//!
//! It is fed one record at a time, so that a tenant's whole past need not be in memory at once: it keeps sums, and of
//! each invoice what is to be held against other records.

use std::collections::{BTreeMap, BTreeSet};

use iso_currency::Currency;
use serde::{Deserialize, Serialize};

use super::invoice::{Invoice, InvoiceKind, InvoiceState};
use super::ledger::{Account, Posting, Source};
use super::number::{Series, SeriesKind};
use super::payments::{ClientCredit, Method, Payment};
use super::recognition::Recognition;
use crate::ids::{InvoiceId, PaymentId, PostingId};

/// Minor units, wide enough for any sum.
type Sum = i128;

/// Something that is wrong with the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Finding {
    /// Debits are not credits, an entry is not more than nothing, or is in another currency.
    Unbalanced {
        /// Which posting.
        posting: PostingId,
    },
    /// One money event was posted twice.
    PostedTwice {
        /// Which posting was seen second.
        posting: PostingId,
    },
    /// An invoice or credit note is in the books without a posting, or has one and is not.
    NotPosted {
        /// Which one.
        invoice: InvoiceId,
    },
    /// A payment has no posting.
    PaymentNotPosted {
        /// Which payment.
        payment: PaymentId,
    },
    /// Net and tax are not the total, or less than nothing is left to pay, or more than credit notes leave of it.
    Balance {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// What is left to pay is not what the state says.
    State {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// What was paid on it is not what payments paid on it.
    Paid {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// What was credited is not what its credit notes say.
    Credited {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// A payment's parts are not its amount, or more went back than came in.
    Payment {
        /// Which payment.
        payment: PaymentId,
    },
    /// An account is not what the records say.
    Account {
        /// Which account.
        account: Account,
        /// In which currency.
        #[cfg_attr(feature = "schema", schema(value_type = String, example = "EUR"))]
        currency: Currency,
        /// What the ledger says, in minor units; debits are positive.
        ledger: i64,
        /// What the records say.
        records: i64,
    },
    /// A client's credit is less than nothing.
    NegativeCredit {
        /// The client's account.
        account: Account,
    },
    /// A number is missing.
    NumberMissing {
        /// Of which series.
        series: SeriesKind,
        /// Which number.
        n: u64,
    },
    /// A number was given twice.
    NumberTwice {
        /// Of which series.
        series: SeriesKind,
        /// Which number.
        n: u64,
    },
    /// One is numbered that is not issued, or issued and not numbered, or past the end of its series.
    Number {
        /// Which invoice.
        invoice: InvoiceId,
    },
    /// A contract's period was billed twice.
    IdentityTwice {
        /// Which one was seen second.
        invoice: InvoiceId,
    },
}

impl Finding {
    /// Whether both are wrong with the same thing: sums may move from night to night while it lasts.
    fn is_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Account { account, currency, .. }, Self::Account { account: of, currency: its, .. }) => {
                (account, currency) == (of, its)
            }
            _ => self == other,
        }
    }
}

/// Whether something of `found` was not known before: how much was found then, and the first of it, which was kept. Where
/// not all was kept, only more of it is news.
pub fn is_news((count, known): (u64, &[Finding]), found: &[Finding]) -> bool {
    if count > known.len() as u64 {
        return found.len() as u64 > count;
    }
    found.iter().any(|finding| !known.iter().any(|before| before.is_of(finding)))
}

/// What of an invoice is held against other records.
#[derive(Debug)]
struct Seen {
    paid: Sum,
    noted: Sum,
    posted: Option<Source>,
}

/// Looks at records, in any order, each once.
#[derive(Debug, Default)]
pub struct Checker {
    findings: Vec<Finding>,
    invoices: BTreeMap<InvoiceId, Seen>,
    payments: BTreeMap<PaymentId, Source>,
    paid: BTreeMap<InvoiceId, Sum>,
    noted: BTreeMap<InvoiceId, Sum>,
    sources: BTreeSet<Source>,
    numbers: BTreeMap<SeriesKind, BTreeMap<u64, InvoiceId>>,
    last: BTreeMap<SeriesKind, u64>,
    identities: BTreeSet<String>,
    ledger: BTreeMap<(Account, &'static str), (Sum, Option<Currency>)>,
    records: BTreeMap<(Account, &'static str), (Sum, Option<Currency>)>,
}

fn add(
    books: &mut BTreeMap<(Account, &'static str), (Sum, Option<Currency>)>,
    account: Account,
    of: Currency,
    sum: Sum,
) {
    let entry = books.entry((account, of.code())).or_default();
    entry.0 += sum;
    entry.1 = Some(of);
}

impl Checker {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at an invoice or credit note.
    pub fn invoice(&mut self, invoice: &Invoice) {
        let (id, owed) = (invoice.id, invoice.state.is_owed());
        let totals = invoice.totals;
        let adds_up = totals.net.minor() + totals.tax.minor() == totals.total.minor()
            && invoice.taxes.iter().map(|row| row.tax.minor()).sum::<i64>() == totals.tax.minor();
        let parts = [invoice.paid, invoice.credited, invoice.written_off];
        let note = invoice.kind == InvoiceKind::CreditNote;
        let noted = invoice.noted.net.minor() + invoice.noted.taxes.iter().map(|tax| tax.minor()).sum::<i64>();
        // What credit notes took back is not owed: neither opened again by a payment that went back, nor lost.
        let left = totals.total.minor() - noted - invoice.written_off.minor();
        let too_open = invoice.balance().minor() > left.max(0);
        let too_lost = !note && owed && noted + invoice.written_off.minor() > totals.total.minor();
        let below = invoice.balance().is_negative() || parts.iter().any(|part| part.is_negative());
        if !adds_up || below || too_open || too_lost {
            self.findings.push(Finding::Balance { invoice: id });
        }
        let fits = match invoice.state {
            InvoiceState::Draft | InvoiceState::Void => invoice.paid.is_zero() && invoice.credited.is_zero(),
            InvoiceState::Paid => !invoice.is_open() && invoice.written_off.is_zero(),
            InvoiceState::WrittenOff => !invoice.is_open() && !invoice.written_off.is_zero(),
            InvoiceState::Issued | InvoiceState::Sent | InvoiceState::PartlyPaid | InvoiceState::Overdue => {
                note || invoice.is_open()
            }
        };
        if !fits {
            self.findings.push(Finding::State { invoice: id });
        }
        let kind = if note { SeriesKind::CreditNote } else { SeriesKind::Invoice };
        match &invoice.number {
            Some(number) => {
                if invoice.state == InvoiceState::Draft {
                    self.findings.push(Finding::Number { invoice: id });
                }
                if self.numbers.entry(kind).or_default().insert(number.n, id).is_some() {
                    self.findings.push(Finding::NumberTwice { series: kind, n: number.n });
                }
            }
            None if owed => self.findings.push(Finding::Number { invoice: id }),
            None => {}
        }
        for identity in invoice.identities() {
            if !self.identities.insert(identity) {
                self.findings.push(Finding::IdentityTwice { invoice: id });
            }
        }
        let receivable = Account::Receivable { client: invoice.client };
        add(&mut self.records, receivable, invoice.currency, invoice.balance().minor().into());
        let mut posted = None;
        if owed {
            let sign: Sum = if note { 1 } else { -1 };
            for row in &invoice.taxes {
                let account = Account::Tax { code: row.code.clone() };
                add(&mut self.records, account, invoice.currency, sign * Sum::from(row.tax.minor()));
            }
            // What is earned and what is still deferred are one sum here; `recognition` moves its part.
            add(&mut self.records, Account::Revenue {}, invoice.currency, sign * Sum::from(totals.net.minor()));
            add(&mut self.records, Account::BadDebt {}, invoice.currency, invoice.written_off.minor().into());
            posted = match invoice.corrects {
                Some(corrected) => {
                    *self.noted.entry(corrected).or_default() += Sum::from(totals.total.minor());
                    Some(Source::CreditNote { note: id, invoice: corrected })
                }
                None => Some(Source::Issue { invoice: id }),
            };
        }
        let moves = !totals.total.is_zero() || !totals.net.is_zero();
        let posted = posted.filter(|_| moves);
        self.invoices.insert(id, Seen { paid: invoice.paid.minor().into(), noted: noted.into(), posted });
        if invoice.credited.minor() > noted {
            self.findings.push(Finding::Credited { invoice: id });
        }
    }

    /// Looks at a payment.
    pub fn payment(&mut self, payment: &Payment) {
        let mut parts = Sum::from(payment.kept.minor()) + Sum::from(payment.taken_back.minor());
        for allocation in &payment.allocations {
            parts += Sum::from(allocation.amount.minor());
            *self.paid.entry(allocation.invoice).or_default() += Sum::from(allocation.amount.minor());
        }
        let (amount, refunded) = (payment.amount.minor(), payment.refunded.minor());
        if parts != Sum::from(amount) || !(0..=amount).contains(&refunded) || payment.taken_back.minor() > refunded {
            self.findings.push(Finding::Payment { payment: payment.id });
        }
        let source = match payment.method {
            Method::PaidOut { .. } => Source::Refund { payment: payment.id, n: 1 },
            Method::ClientCredit {} => Source::CreditUsed { payment: payment.id },
            _ => Source::Payment { payment: payment.id },
        };
        self.payments.insert(payment.id, source);
    }

    /// Looks at a client's credit.
    pub fn credit(&mut self, credit: &ClientCredit) {
        let account = Account::ClientCredit { client: credit.client };
        if credit.balance.is_negative() {
            self.findings.push(Finding::NegativeCredit { account: account.clone() });
        }
        add(&mut self.records, account, credit.balance.currency(), -Sum::from(credit.balance.minor()));
    }

    /// Looks at what an invoice or credit note deferred.
    pub fn recognition(&mut self, recognition: &Recognition) {
        let left = recognition.left().map_or(Sum::MAX / 4, |left| left.minor().into());
        add(&mut self.records, Account::DeferredRevenue {}, recognition.currency, -left);
        add(&mut self.records, Account::Revenue {}, recognition.currency, left);
    }

    /// Looks at a series.
    pub fn series(&mut self, series: &Series) {
        self.last.insert(series.kind, series.last);
    }

    /// Looks at a posting.
    pub fn posting(&mut self, posting: &Posting) {
        let off: Sum = posting.entries.iter().map(|entry| Sum::from(entry.signed())).sum();
        let sound =
            |entry: &super::ledger::Entry| entry.amount.minor() > 0 && entry.amount.currency() == posting.currency;
        if off != 0 || posting.entries.is_empty() || !posting.entries.iter().all(sound) {
            self.findings.push(Finding::Unbalanced { posting: posting.id });
        }
        // A payment may be charged several fees, and an invoice is written off again whose loss came in and went back; every
        // other event happens once.
        let repeats = matches!(posting.source, Source::Fee { .. } | Source::WriteOff { .. });
        if !self.sources.insert(posting.source) && !repeats {
            self.findings.push(Finding::PostedTwice { posting: posting.id });
        }
        for entry in &posting.entries {
            add(&mut self.ledger, entry.account.clone(), entry.amount.currency(), entry.signed().into());
        }
    }

    /// What is wrong; nothing, when the books are right.
    pub fn done(mut self) -> Vec<Finding> {
        let mut findings = std::mem::take(&mut self.findings);
        for (id, seen) in &self.invoices {
            if seen.posted.is_some_and(|source| !self.sources.contains(&source)) {
                findings.push(Finding::NotPosted { invoice: *id });
            }
            if self.paid.get(id).copied().unwrap_or_default() != seen.paid {
                findings.push(Finding::Paid { invoice: *id });
            }
            if self.noted.get(id).copied().unwrap_or_default() != seen.noted {
                findings.push(Finding::Credited { invoice: *id });
            }
        }
        let unknown = |invoice: &&InvoiceId| !self.invoices.contains_key(*invoice);
        findings.extend(self.paid.keys().filter(unknown).map(|invoice| Finding::Paid { invoice: *invoice }));
        findings.extend(self.noted.keys().filter(unknown).map(|invoice| Finding::Credited { invoice: *invoice }));
        for (payment, source) in &self.payments {
            if !self.sources.contains(source) {
                findings.push(Finding::PaymentNotPosted { payment: *payment });
            }
        }
        self.gaps(&mut findings);
        let accounts: BTreeSet<_> = self.ledger.keys().chain(self.records.keys()).cloned().collect();
        for key in accounts {
            // Cash and fees are known from postings alone.
            if matches!(key.0, Account::Cash { .. } | Account::Fees {}) {
                continue;
            }
            let (ledger, in_ledger) = self.ledger.get(&key).copied().unwrap_or_default();
            let (records, in_records) = self.records.get(&key).copied().unwrap_or_default();
            if let Some(currency) = in_ledger.or(in_records).filter(|_| ledger != records) {
                let minor = |sum: Sum| i64::try_from(sum).unwrap_or(i64::MAX);
                let (ledger, records) = (minor(ledger), minor(records));
                findings.push(Finding::Account { account: key.0, currency, ledger, records });
            }
        }
        findings
    }

    fn gaps(&self, findings: &mut Vec<Finding>) {
        for series in [SeriesKind::Invoice, SeriesKind::CreditNote] {
            let none = BTreeMap::new();
            let given = self.numbers.get(&series).unwrap_or(&none);
            let last = self.last.get(&series).copied().unwrap_or_default();
            findings.extend(given.range(last + 1..).map(|(_, invoice)| Finding::Number { invoice: *invoice }));
            let mut expected = 1;
            for n in given.keys().copied().chain([last + 1]).filter(|n| *n <= last + 1) {
                // The first of a gap tells of it.
                if n > expected {
                    findings.push(Finding::NumberMissing { series, n: expected });
                }
                expected = n + 1;
            }
        }
    }
}
