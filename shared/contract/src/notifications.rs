//! Notifications: what people are told of.

use crate::job::Reaction;
use crate::need::{Index, Need};

/// Tells people by mail what concerns them.
pub const SEND_MAIL: Reaction = Reaction {
    name: "notifications-send-mail",
    summary: "Tell people by mail what concerns them: invitations, replies, new work, missed targets, dunning with its invoice, charges, invoices that are void, disputes, refunds that failed, low hours, licences that renew, anomalies, budgets, books that do not add up",
    on: &[
        "user.invited",
        "ticket.assigned",
        "ticket.replied",
        "sla.breached",
        "sla.escalated",
        "charge.succeeded",
        "charge.failed",
        "hours.run_low",
        "dunning.step_taken",
        "licence.renewal_near",
        "anomaly.found",
        "budget.warned",
        "access_anomaly.found",
        "ledger.damaged",
        "payment.disputed",
        "payment.refund_failed",
        "payment.missing",
        "charge.refused",
        "invoice.voided",
    ],
    timeout_s: 60,
    touches: &[
        Need::Get,
        Need::Put,
        Need::Audit,
        Need::Query(Index::ByList),
        Need::BlobGet,
        Need::Secret,
        Need::SendEmail,
    ],
};

/// Sends invoices and credit notes to who pays them.
pub const SEND_INVOICE: Reaction = Reaction {
    name: "notifications-send-invoice",
    summary: "Sends an invoice or a credit note with its PDF to the client's billing addresses, once or when somebody asks",
    on: &["invoice.document_made", "invoice.send_wanted"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::BlobGet, Need::SendEmail, Need::Secret],
};
