//! What both exports have in common: which days, and the names of clients and documents that rows need.

use std::collections::BTreeMap;

use domain::billing::exports::check_days;
use domain::billing::exports::journal::{Names, clients_of, document_of};
use domain::billing::ledger::Posting;
use domain::ids::{ClientId, InvoiceId};
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::civil::Date;
use runtime::{Cx, Result};
use store::exports::Days;

/// Records that are read at once.
const SIDE_BY_SIDE: usize = 25;

/// The days of an export, in the tenant's currency unless it says another.
pub(crate) async fn days(cx: &Cx, from: Date, to: Date, currency: Option<Currency>) -> Result<Days> {
    check_days(from, to)?;
    let currency = match currency {
        Some(currency) => currency,
        None => cx.store.tenant_record().await?.value.currency,
    };
    Ok(Days { currency, from, to })
}

/// Names that were read so far: each is read once.
#[derive(Default)]
pub(crate) struct Known {
    clients: BTreeMap<ClientId, String>,
    numbers: BTreeMap<InvoiceId, Option<String>>,
}

impl Known {
    /// Reads what these postings name and is not known yet.
    pub(crate) async fn read(&mut self, cx: &Cx, postings: &[Posting]) -> Result<()> {
        let mut clients: Vec<ClientId> = postings.iter().flat_map(clients_of).collect();
        clients.sort_unstable();
        clients.dedup();
        clients.retain(|client| !self.clients.contains_key(client));
        for some in clients.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|client| cx.store.client(*client))).await?;
            self.clients.extend(read.into_iter().map(|client| (client.value.id, client.value.name)));
        }
        let mut documents: Vec<InvoiceId> = postings.iter().filter_map(|posting| document_of(posting.source)).collect();
        documents.sort_unstable();
        documents.dedup();
        documents.retain(|document| !self.numbers.contains_key(document));
        for some in documents.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|invoice| cx.store.invoice(*invoice))).await?;
            let numbers = read.into_iter().map(|kept| kept.value.invoice);
            self.numbers.extend(numbers.map(|invoice| (invoice.id, invoice.number.map(|number| number.to_string()))));
        }
        Ok(())
    }
}

impl Names for Known {
    fn client(&self, client: ClientId) -> Option<String> {
        self.clients.get(&client).cloned()
    }

    fn number(&self, invoice: InvoiceId) -> Option<String> {
        self.numbers.get(&invoice).cloned().flatten()
    }
}
