//! From drafts to invoices: one for each, or one for all of a client's with the same date, currency and terms.

use std::collections::BTreeMap;

use iso_currency::Currency;
use jiff::civil::Date;

use super::draft::{Draft, DraftLine};
use crate::billing::invoice::{Billed, InvoiceKind, MOST_CONTRACTS};
use crate::billing::lines::MOST_LINES;
use crate::billing::settings::Grouping;
use crate::billing::terms::PaymentTerms;
use crate::ids::ClientId;

/// Drafts that become one invoice. Each keeps its identity, and the store writes all of them in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Who pays.
    pub client: ClientId,
    /// In what.
    pub currency: Currency,
    /// When it is due.
    pub terms: PaymentTerms,
    /// The bill date of all of them, by their schedules.
    pub on: Date,
    /// In the order of their contracts' ids.
    pub drafts: Vec<Draft>,
}

impl Bundle {
    /// What the invoice bills.
    pub fn billed(&self) -> Vec<Billed> {
        self.drafts.iter().map(|draft| draft.billed).collect()
    }

    /// The keys under which there is one invoice of each contract and period for ever.
    pub fn identities(&self) -> Vec<String> {
        self.drafts.iter().map(|draft| draft.billed.identity(InvoiceKind::Recurring)).collect()
    }

    /// All lines, contract by contract.
    pub fn lines(&self) -> impl Iterator<Item = &DraftLine> {
        self.drafts.iter().flat_map(|draft| &draft.lines)
    }

    /// The last day on which paying is in time, when it is issued on the tenant's local date `today`. A late bill is
    /// due as long after its date as one in time.
    pub fn due_on(&self, today: Date) -> Date {
        self.terms.due_on(today)
    }

    fn has_room_for(&self, draft: &Draft) -> bool {
        self.drafts.len() < MOST_CONTRACTS && self.lines().count() + draft.lines.len() <= MOST_LINES
    }
}

/// Groups drafts into invoices, the oldest bill dates first. Of more than fit into one invoice the rest makes another.
/// A draft that is held is always alone, so that it holds up nothing else.
pub fn bundle(mut drafts: Vec<Draft>, grouping: Grouping) -> Vec<Bundle> {
    drafts.sort_by_key(|draft| (draft.on(), draft.client, draft.billed.contract));
    let mut bundles: Vec<Bundle> = Vec::new();
    let mut open: BTreeMap<(ClientId, &'static str), Vec<usize>> = BTreeMap::new();
    for draft in drafts {
        let key = (draft.client, draft.currency.code());
        let fits =
            |bundle: &Bundle| bundle.on == draft.on() && bundle.terms == draft.terms && bundle.has_room_for(&draft);
        let joins = grouping == Grouping::PerClient && draft.holds.is_empty();
        let known = open.entry(key).or_default();
        match known.iter().find(|at| joins && fits(&bundles[**at])) {
            Some(at) => bundles[*at].drafts.push(draft),
            None => {
                if joins {
                    known.push(bundles.len());
                }
                bundles.push(Bundle {
                    client: draft.client,
                    currency: draft.currency,
                    terms: draft.terms,
                    on: draft.on(),
                    drafts: vec![draft],
                });
            }
        }
    }
    bundles
}
