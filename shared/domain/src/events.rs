//! What happened, as the rest of the house and the outside hear of it. No secrets in here.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::billing::documents::facts::Look;
use crate::billing::dunning::StepKind;
use crate::billing::refunds::DisputeState;
use crate::billing::reports::Month;
use crate::billing::retry::DeclineClass;
use crate::budgets::Warning;
use crate::ids::{
    AccessAnomalyId, AnomalyId, BlockId, BudgetId, CalendarId, ChargeId, ClientId, ContactId, ContractId, DepartmentId,
    InvoiceId, LicenceAuditId, LicenceId, PaymentId, PaymentMethodId, PolicyId, TenantId, TicketId, TimeEntryId,
    UserId,
};
use crate::insights::Amount;
use crate::licences::{ComingKind, Owner};
use crate::money::Money;
use crate::sla::{Action, ClockKind};
use crate::tickets::{Priority, Status};

/// The ticket that an event is about, with what a reader needs to tell somebody of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketRef {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its number at the tenant.
    pub number: u64,
    /// Its subject.
    pub subject: String,
    /// Whose ticket it is.
    pub client: ClientId,
    /// Its priority when the event happened.
    pub priority: Priority,
    /// Its department, if any.
    pub department: Option<DepartmentId>,
    /// Its owner, if any.
    pub assignee: Option<UserId>,
    /// The user who asked, if they have a sign-in.
    pub requester: Option<UserId>,
    /// The contact who asked, if known.
    pub contact: Option<ContactId>,
}

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $name:literal { $($(#[$field_doc:meta])* $field:ident: $type:ty),* $(,)? })+) => {
        /// One thing that happened.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum Event {
            $($(#[$doc])* #[serde(rename = $name)] $variant { $($(#[$field_doc])* $field: $type),* },)+
        }

        impl Event {
            /// The event's name on the bus.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Event::$variant { .. } => $name,)+
                }
            }

            /// The names of all events.
            pub const fn names() -> &'static [&'static str] {
                &[$($name),+]
            }
        }
    };
}

events! {
    /// An MSP signed up.
    TenantSignedUp = "tenant.signed_up" {
        /// The new tenant.
        tenant: TenantId,
        /// Its name.
        name: String,
        /// Its first owner.
        owner: UserId,
    }
    /// A tenant's settings changed.
    TenantChanged = "tenant.changed" {
        /// Which tenant.
        tenant: TenantId,
    }
    /// Somebody was invited. The invitation itself is a secret and not in here.
    UserInvited = "user.invited" {
        /// The new user.
        user: UserId,
        /// Where the invitation goes.
        email: String,
        /// Their name.
        name: String,
        /// Their role.
        role: Role,
        /// Their client, for client-side roles.
        client: Option<ClientId>,
        /// Who invited them.
        by: UserId,
    }
    /// An invitation was accepted.
    UserJoined = "user.joined" {
        /// Who joined.
        user: UserId,
        /// In which role.
        role: Role,
    }
    /// A user changed.
    UserChanged = "user.changed" {
        /// Which user.
        user: UserId,
    }
    /// A user can no longer sign in.
    UserDeactivated = "user.deactivated" {
        /// Which user.
        user: UserId,
    }
    /// A client was added.
    ClientAdded = "client.added" {
        /// Which client.
        client: ClientId,
        /// Its name.
        name: String,
    }
    /// A client changed.
    ClientChanged = "client.changed" {
        /// Which client.
        client: ClientId,
    }
    /// A contact was added.
    ContactAdded = "contact.added" {
        /// Which contact.
        contact: ContactId,
        /// At which client.
        client: ClientId,
    }
    /// A contact changed.
    ContactChanged = "contact.changed" {
        /// Which contact.
        contact: ContactId,
        /// At which client.
        client: ClientId,
    }
    /// A department was added.
    DepartmentAdded = "department.added" {
        /// Which department.
        department: DepartmentId,
        /// Its name.
        name: String,
    }
    /// A department changed.
    DepartmentChanged = "department.changed" {
        /// Which department.
        department: DepartmentId,
    }
    /// A calendar was added.
    CalendarAdded = "calendar.added" {
        /// Which calendar.
        calendar: CalendarId,
    }
    /// A calendar changed; open tickets are recomputed.
    CalendarChanged = "calendar.changed" {
        /// Which calendar.
        calendar: CalendarId,
    }
    /// A policy was added.
    PolicyAdded = "policy.added" {
        /// Which policy.
        policy: PolicyId,
    }
    /// A policy changed; open tickets are recomputed.
    PolicyChanged = "policy.changed" {
        /// Which policy.
        policy: PolicyId,
    }
    /// A contract was signed: it is billed from now on, and its SLA holds.
    ContractSigned = "contract.signed" {
        /// Which contract.
        contract: ContractId,
        /// With which client.
        client: ClientId,
    }
    /// A contract was amended, notice and its end included.
    ContractAmended = "contract.amended" {
        /// Which contract.
        contract: ContractId,
        /// With which client.
        client: ClientId,
    }
    /// A contract is over: its last bill is written.
    ContractEnded = "contract.ended" {
        /// Which contract.
        contract: ContractId,
        /// With which client.
        client: ClientId,
    }
    /// The invoice run leaves a contract alone until somebody has looked at it.
    ContractParked = "contract.parked" {
        /// Which contract.
        contract: ContractId,
        /// With which client.
        client: ClientId,
        /// What stands in the way.
        reason: String,
    }
    /// An invoice was drafted, and waits to be issued.
    InvoiceDrafted = "invoice.drafted" {
        /// Which invoice.
        invoice: InvoiceId,
        /// To whom.
        client: ClientId,
        /// What would be to pay.
        total: Money,
    }
    /// An invoice was issued.
    InvoiceIssued = "invoice.issued" {
        /// Which invoice.
        invoice: InvoiceId,
        /// To whom.
        client: ClientId,
        /// Its number, as it is printed.
        number: String,
        /// What is to pay.
        total: Money,
    }
    /// An invoice turned out never to have been owed.
    InvoiceVoided = "invoice.voided" {
        /// Which invoice.
        invoice: InvoiceId,
        /// To whom it was.
        client: ClientId,
        /// Whether what was agreed for its period is to be billed again.
        #[serde(default)]
        bill_again: bool,
        /// Who voided it.
        by: UserId,
    }
    /// Work was logged on a ticket.
    TimeLogged = "time.logged" {
        /// The entry.
        time: TimeEntryId,
        /// On which ticket.
        ticket: TicketId,
        /// For whom.
        client: ClientId,
    }
    /// Logged work was changed before it was billed.
    TimeChanged = "time.changed" {
        /// The entry.
        time: TimeEntryId,
        /// On which ticket.
        ticket: TicketId,
        /// For whom.
        client: ClientId,
    }
    /// Something is charged once, with the client's next bill.
    ChargeAdded = "charge.added" {
        /// To whom.
        client: ClientId,
        /// Which charge.
        charge: ChargeId,
    }
    /// A client bought prepaid hours.
    BlockSold = "block.sold" {
        /// Who.
        client: ClientId,
        /// Which block.
        block: BlockId,
    }
    /// Prepaid hours of a client run out.
    HoursRunLow = "hours.run_low" {
        /// Whose.
        client: ClientId,
        /// The contract whose work drew them last, and whose month it is when there is no block.
        contract: ContractId,
        /// The block; none for the hours that the contract includes in a month.
        block: Option<BlockId>,
        /// Per cent that is drawn: 80 or 95.
        percent: u8,
        /// Minutes drawn so far.
        used: Decimal,
        /// Of how many.
        of: Decimal,
    }
    /// What was left to pay of an invoice is not expected any more.
    InvoiceWrittenOff = "invoice.written_off" {
        /// Which invoice.
        invoice: InvoiceId,
        /// Who was to pay.
        client: ClientId,
    }
    /// A credit note was issued.
    InvoiceCredited = "invoice.credited" {
        /// The invoice that it takes back, in whole or in part.
        invoice: InvoiceId,
        /// The note.
        note: InvoiceId,
        /// To whom.
        client: ClientId,
        /// The note's number, as it is printed.
        number: String,
        /// What it takes back.
        total: Money,
    }
    /// Nothing is left to pay of an invoice: it was paid.
    InvoicePaid = "invoice.paid" {
        /// Which invoice.
        invoice: InvoiceId,
        /// Who paid.
        client: ClientId,
    }
    /// Money came in, or a client's credit was used.
    PaymentReceived = "payment.received" {
        /// Which payment.
        payment: PaymentId,
        /// Who paid.
        client: ClientId,
        /// How much.
        amount: Money,
    }
    /// Money of a payment went back.
    PaymentRefunded = "payment.refunded" {
        /// Which payment.
        payment: PaymentId,
        /// To whom.
        client: ClientId,
        /// How much.
        amount: Money,
    }
    /// What a payment had paid on an invoice became the client's credit, and the invoice is open again.
    PaymentReleased = "payment.released" {
        /// Which payment.
        payment: PaymentId,
        /// Whose.
        client: ClientId,
        /// Off which invoice.
        invoice: InvoiceId,
        /// How much.
        amount: Money,
    }
    /// The payer's bank disputes a payment by the provider, or that was decided.
    PaymentDisputed = "payment.disputed" {
        /// Which payment.
        payment: PaymentId,
        /// Who paid.
        client: ClientId,
        /// How much of it.
        amount: Money,
        /// Where the dispute stands.
        stands: DisputeState,
    }
    /// Money of a payment that had gone back came in again: the payer's bank did not take the refund.
    PaymentRefundFailed = "payment.refund_failed" {
        /// Which payment.
        payment: PaymentId,
        /// Who did not get it.
        client: ClientId,
        /// How much.
        amount: Money,
    }
    /// More of a payment went back at the provider than the books have of it: somebody has to book the rest.
    PaymentMissing = "payment.missing" {
        /// Which payment.
        payment: PaymentId,
        /// Who paid.
        client: ClientId,
        /// How much went back.
        amount: Money,
        /// What of it is not in the books.
        missing: Money,
    }
    /// A client's way to pay was saved.
    PaymentMethodAdded = "payment_method.added" {
        /// Whose.
        client: ClientId,
        /// Which one.
        method: PaymentMethodId,
    }
    /// A saved way to pay was charged for an invoice.
    ChargeSucceeded = "charge.succeeded" {
        /// For which invoice.
        invoice: InvoiceId,
        /// Its number, as it is printed.
        number: String,
        /// Whose.
        client: ClientId,
        /// How much.
        amount: Money,
    }
    /// A saved way to pay was declined.
    ChargeFailed = "charge.failed" {
        /// For which invoice.
        invoice: InvoiceId,
        /// Its number, as it is printed.
        number: String,
        /// Whose.
        client: ClientId,
        /// How much.
        amount: Money,
        /// Why.
        class: DeclineClass,
        /// When it is tried again; none when it is not, until somebody does something.
        next: Option<Timestamp>,
    }
    /// The payment provider takes no such charge, of its amount or in its currency: no way to pay is at fault.
    ChargeRefused = "charge.refused" {
        /// For which invoice.
        invoice: InvoiceId,
        /// Its number, as it is printed.
        number: String,
        /// Whose.
        client: ClientId,
        /// How much.
        amount: Money,
        /// What the provider said.
        said: String,
    }
    /// The last day on which paying was in time is over, and something is left to pay.
    InvoiceOverdue = "invoice.overdue" {
        /// Which invoice.
        invoice: InvoiceId,
        /// Its number, as it is printed.
        number: String,
        /// Who is to pay.
        client: ClientId,
        /// What is left to pay.
        balance: Money,
    }
    /// A step of dunning was taken.
    DunningStepTaken = "dunning.step_taken" {
        /// For which invoice.
        invoice: InvoiceId,
        /// Its number, as it is printed.
        number: String,
        /// Who is to pay.
        client: ClientId,
        /// Which step.
        step: StepKind,
        /// What is left to pay.
        balance: Money,
        /// The last day on which paying is in time.
        due_on: Date,
        /// What is charged with it, on the client's next invoice.
        #[serde(default)]
        late_fee: Option<Money>,
    }
    /// The check of the books found something that is wrong, or something else than before.
    LedgerDamaged = "ledger.damaged" {
        /// How much it found.
        found: u64,
    }
    /// Somebody waits for a document that is not made yet.
    InvoiceDocumentWanted = "invoice.document_wanted" {
        /// Of which invoice.
        invoice: InvoiceId,
        /// To whom it is.
        client: ClientId,
        /// Whether it is to be sent as soon as it is made.
        #[serde(default)]
        send: bool,
    }
    /// A document was made, and can be fetched and sent.
    InvoiceDocumentMade = "invoice.document_made" {
        /// Of which invoice.
        invoice: InvoiceId,
        /// To whom it is.
        client: ClientId,
        /// What it stands for.
        look: Look,
        /// Whether somebody waits for it to be sent.
        #[serde(default)]
        send: bool,
    }
    /// What a void invoice took up is open again.
    InvoiceReleased = "invoice.released" {
        /// Which invoice.
        invoice: InvoiceId,
        /// Whose.
        client: ClientId,
    }
    /// Somebody wants an invoice to be sent, whether it was before or not.
    InvoiceSendWanted = "invoice.send_wanted" {
        /// Which invoice or credit note.
        invoice: InvoiceId,
        /// To whom.
        client: ClientId,
    }
    /// An invoice or a credit note went to the client.
    InvoiceSent = "invoice.sent" {
        /// Which one.
        invoice: InvoiceId,
        /// To whom.
        client: ClientId,
        /// To how many addresses.
        addresses: u32,
    }
    /// How many of a client's licences contracts bill is another number from a day on.
    LicencesChanged = "licences.changed" {
        /// Whose.
        client: ClientId,
        /// From which local day on.
        on: Date,
    }
    /// A licence renewed by itself.
    LicenceRenewed = "licence.renewed" {
        /// Which licence.
        licence: LicenceId,
        /// Whose.
        client: ClientId,
        /// The first day of the new term.
        on: Date,
        /// The first day of the term after it.
        until: Date,
    }
    /// The end of a licence's term is near.
    LicenceRenewalNear = "licence.renewal_near" {
        /// Which licence.
        licence: LicenceId,
        /// Whose.
        client: ClientId,
        /// What people call it by.
        name: String,
        /// On which local day it comes.
        on: Date,
        /// In how many days.
        days: u32,
        /// What comes.
        what: ComingKind,
        /// The last day on which notice may be given.
        notice_by: Option<Date>,
        /// Who is told.
        owner: Option<Owner>,
    }
    /// Somebody wants a report of what a client is licensed for.
    LicenceAuditWanted = "licence.audit_wanted" {
        /// Which report.
        audit: LicenceAuditId,
        /// Of which client.
        client: ClientId,
    }
    /// What a report of licences says is known, and its workbook is made.
    LicenceAuditMade = "licence.audit_made" {
        /// Which report.
        audit: LicenceAuditId,
        /// Of which client.
        client: ClientId,
    }
    /// Something unusual was found in a series of costs or of use, and comes to enough to be told.
    AnomalyFound = "anomaly.found" {
        /// Which anomaly.
        anomaly: AnomalyId,
        /// Whose costs.
        client: ClientId,
        /// What is unusual, in plain words.
        sentence: String,
        /// How much more than expected it came to by then; negative for less. Of use, people-days.
        excess: Amount,
    }
    /// Somebody's use of a product is unusual.
    AccessAnomalyFound = "access_anomaly.found" {
        /// What.
        anomaly: AccessAnomalyId,
        /// At which client.
        client: ClientId,
        /// What is unusual, in plain words.
        sentence: String,
    }
    /// Thresholds of a budget were reached, each for the first time.
    BudgetWarned = "budget.warned" {
        /// Which budget.
        budget: BudgetId,
        /// Whose.
        client: ClientId,
        /// What people call it.
        name: String,
        /// Which thresholds.
        warnings: Vec<Warning>,
        /// Its whole amount.
        whole: Money,
        /// What is spent of it.
        spent: Money,
        /// What is expected by its end, where that can be told.
        expected: Option<Money>,
        /// Its last month.
        until: Month,
    }
    /// A ticket was opened.
    TicketOpened = "ticket.opened" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Its status from the start.
        status: Status,
    }
    /// Fields of a ticket changed.
    TicketChanged = "ticket.changed" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Which fields.
        fields: Vec<String>,
    }
    /// Somebody replied in public.
    TicketReplied = "ticket.replied" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Who replied.
        by: UserId,
        /// Whether it was the client's side.
        by_client: bool,
    }
    /// Somebody noted something inside.
    TicketNoted = "ticket.noted" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Who.
        by: UserId,
    }
    /// A ticket has another owner, or none.
    TicketAssigned = "ticket.assigned" {
        /// The ticket, with its new owner.
        #[serde(flatten)]
        at: TicketRef,
        /// The owner before.
        from: Option<UserId>,
        /// Who did it; absent when a rule did.
        by: Option<UserId>,
    }
    /// A ticket's status changed.
    TicketStatusChanged = "ticket.status_changed" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// The status before.
        from: Status,
        /// The status now.
        to: Status,
    }
    /// A share of a target is used up.
    SlaWarned = "sla.warned" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Which clock.
        clock: ClockKind,
        /// Per cent of the target consumed.
        percent: u8,
        /// When that was.
        since: Timestamp,
    }
    /// A target was missed.
    SlaBreached = "sla.breached" {
        /// The ticket.
        #[serde(flatten)]
        at: TicketRef,
        /// Which clock.
        clock: ClockKind,
        /// When it was missed.
        since: Timestamp,
    }
    /// A rung of the escalation ladder was reached.
    SlaEscalated = "sla.escalated" {
        /// The ticket, after the rung's actions.
        #[serde(flatten)]
        at: TicketRef,
        /// Which clock.
        clock: ClockKind,
        /// When the rung was reached.
        since: Timestamp,
        /// Everybody in these roles is to be told.
        notify_roles: Vec<Role>,
        /// These people are to be told.
        notify_users: Vec<UserId>,
        /// All that the rung does.
        actions: Vec<Action>,
    }
    /// Open tickets must be recomputed, from here on.
    SlaRecomputeRequested = "sla.recompute_requested" {
        /// Where the last part stopped; absent at the start.
        cursor: Option<String>,
    }
}
