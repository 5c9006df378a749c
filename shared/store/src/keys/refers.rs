//! Partitions of `by_ref`.

use domain::ids::{ClientId, ContractId};
use domain::licences::Holder;

use super::held_by;

/// What was unusual about the use of a client's people.
pub(crate) fn client_access(client: ClientId) -> String {
    format!("CLIENT#{client}#ACCESS")
}

/// A client's tickets.
pub(crate) fn client_tickets(client: ClientId, open: bool) -> String {
    format!("CLIENT#{client}#TICKETS#{}", if open { "OPEN" } else { "DONE" })
}

/// A client's time that waits for an invoice, and all the rest.
pub(crate) fn client_time(client: ClientId, unbilled: bool) -> String {
    format!("CLIENT#{client}#TIME#{}", if unbilled { "OPEN" } else { "DONE" })
}

/// A client's contracts.
pub(crate) fn client_contracts(client: ClientId) -> String {
    format!("CLIENT#{client}#CONTRACTS")
}

/// A client's invoices that something is left to pay of, and all the rest, credit notes among them.
pub(crate) fn client_invoices(client: ClientId, open: bool) -> String {
    format!("CLIENT#{client}#INVOICES#{}", if open { "OPEN" } else { "DONE" })
}

/// A client's licences.
pub(crate) fn client_licences(client: ClientId) -> String {
    format!("CLIENT#{client}#LICENCES")
}

/// A client's licences of which something comes, by its day.
pub(crate) fn client_terms(client: ClientId) -> String {
    format!("CLIENT#{client}#TERMS")
}

/// The seats that somebody at a client, or a device of it, holds.
pub(crate) fn holder_seats(client: ClientId, holder: &Holder) -> String {
    format!("CLIENT#{client}#SEATS#{}", held_by(holder))
}

/// A client's findings that are open or accepted, and all the rest.
pub(crate) fn client_findings(client: ClientId, live: bool) -> String {
    format!("CLIENT#{client}#FINDINGS#{}", if live { "LIVE" } else { "OVER" })
}

/// A client's payments.
pub(crate) fn client_payments(client: ClientId) -> String {
    format!("CLIENT#{client}#PAYMENTS")
}

/// What a client has to its credit, by currency.
pub(crate) fn client_credits(client: ClientId) -> String {
    format!("CLIENT#{client}#CREDITS")
}

/// A client's series of costs.
pub(crate) fn client_series(client: ClientId) -> String {
    format!("CLIENT#{client}#SERIES")
}

/// A client's anomalies that go on, and all the rest.
pub(crate) fn client_anomalies(client: ClientId, open: bool) -> String {
    format!("CLIENT#{client}#ANOMALIES#{}", if open { "OPEN" } else { "DONE" })
}

/// A client's files of costs.
pub(crate) fn client_imports(client: ClientId) -> String {
    format!("CLIENT#{client}#IMPORTS")
}

/// What was used under a contract and is on no invoice yet.
pub(crate) fn open_usage(contract: ContractId) -> String {
    format!("CONTRACT#{contract}#USAGE#OPEN")
}

/// What a client was charged and is on no invoice yet.
pub(crate) fn open_charges(client: ClientId) -> String {
    format!("CLIENT#{client}#CHARGES#OPEN")
}
