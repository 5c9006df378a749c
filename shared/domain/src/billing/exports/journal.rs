//! The general ledger: a row for each entry, in the order of the postings. Debits and credits of a posting are the same,
//! so they are the same for the whole table.

use crate::billing::ledger::{Account, Posting, Side, Source};
use crate::csv::{Cell, ISO_DATE, Table};
use crate::ids::{ClientId, InvoiceId};

/// The head of the table.
pub const COLUMNS: [&str; 11] =
    ["Date", "Posting", "Event", "Document", "Number", "Account", "Client", "Detail", "Currency", "Debit", "Credit"];

/// Names of what postings refer to.
pub trait Names {
    /// A client's name.
    fn client(&self, client: ClientId) -> Option<String>;
    /// A document's number.
    fn number(&self, invoice: InvoiceId) -> Option<String>;
}

/// Adds a posting's rows.
pub fn write(posting: &Posting, names: &dyn Names, table: &mut Table) {
    let document = document_of(posting.source);
    let reference = reference_of(posting.source);
    for entry in &posting.entries {
        let (account, client, detail) = account(&entry.account);
        let amount = Cell::from(entry.amount);
        let (debit, credit) = match entry.side {
            Side::Debit => (amount, Cell::Empty),
            Side::Credit => (Cell::Empty, amount),
        };
        table.row(&[
            Cell::Date(posting.on, ISO_DATE),
            posting.id.to_string().into(),
            event(posting.source).into(),
            reference.clone().into(),
            document.and_then(|invoice| names.number(invoice)).into(),
            account.into(),
            client.map(|client| names.client(client).unwrap_or_else(|| client.to_string())).into(),
            detail.into(),
            posting.currency.code().into(),
            debit,
            credit,
        ]);
    }
}

/// The document that a posting is of, where it is one.
pub const fn document_of(source: Source) -> Option<InvoiceId> {
    match source {
        Source::Issue { invoice }
        | Source::Void { invoice }
        | Source::WriteOff { invoice }
        | Source::Recognition { invoice, .. } => Some(invoice),
        Source::CreditNote { note, .. } => Some(note),
        Source::Payment { .. }
        | Source::CreditUsed { .. }
        | Source::Refund { .. }
        | Source::RefundFailed { .. }
        | Source::Released { .. }
        | Source::Fee { .. } => None,
    }
}

/// The clients that a posting names.
pub fn clients_of(posting: &Posting) -> impl Iterator<Item = ClientId> {
    posting.entries.iter().filter_map(|entry| account(&entry.account).1)
}

fn reference_of(source: Source) -> String {
    match source {
        Source::Payment { payment }
        | Source::CreditUsed { payment }
        | Source::Refund { payment, .. }
        | Source::RefundFailed { payment, .. }
        | Source::Released { payment, .. }
        | Source::Fee { payment } => payment.to_string(),
        document => document_of(document).map(|invoice| invoice.to_string()).unwrap_or_default(),
    }
}

/// What happened, as the wire names it.
const fn event(source: Source) -> &'static str {
    match source {
        Source::Issue { .. } => "issue",
        Source::Void { .. } => "void",
        Source::CreditNote { .. } => "credit_note",
        Source::Payment { .. } => "payment",
        Source::CreditUsed { .. } => "credit_used",
        Source::Refund { .. } => "refund",
        Source::RefundFailed { .. } => "refund_failed",
        Source::Released { .. } => "released",
        Source::Fee { .. } => "fee",
        Source::WriteOff { .. } => "write_off",
        Source::Recognition { .. } => "recognition",
    }
}

/// An account's name, whose it is, and which of its kind.
fn account(account: &Account) -> (&'static str, Option<ClientId>, Option<String>) {
    match account {
        Account::Receivable { client } => ("Receivables", Some(*client), None),
        Account::Cash { via } => ("Cash", None, Some(via_name(*via).into())),
        Account::ClientCredit { client } => ("Client credit", Some(*client), None),
        Account::Tax { code } => ("Tax", None, Some(code.to_string())),
        Account::DeferredRevenue {} => ("Deferred revenue", None, None),
        Account::Revenue {} => ("Revenue", None, None),
        Account::BadDebt {} => ("Bad debt", None, None),
        Account::Fees {} => ("Fees", None, None),
    }
}

const fn via_name(via: crate::billing::ledger::Via) -> &'static str {
    use crate::billing::ledger::Via;
    match via {
        Via::BankTransfer => "bank transfer",
        Via::Cheque => "cheque",
        Via::Cash => "cash",
        Via::Provider => "provider",
        Via::Other => "other",
    }
}
