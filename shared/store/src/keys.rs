//! Every key: of the tables here, of the indexes by list and by reference in `list` and `refers`. `docs/data.md` tells which
//! question each answers.
//!
//! Here keys are written without their scope; [`Scope::prefix`] puts `{tenant}#` in front when an item is made, and
//! nothing else does.

pub(crate) mod list;
pub(crate) mod refers;

use std::fmt;

use domain::billing::contract::{Counted, Followed};
use domain::billing::documents::facts::Look;
use domain::billing::invoice::InvoiceKind;
use domain::billing::number::SeriesKind;
use domain::billing::reports::Month;
use domain::ids::{
    AccessAnomalyId, AmendmentId, AnomalyId, BlockId, BudgetId, CalendarId, ChargeId, ClientId, ContactId, ContractId,
    DepartmentId, EventId, FindingId, ImportId, InvoiceId, KnownEventId, LicenceAuditId, LicenceId, MessageId,
    PaymentId, PolicyId, PostingId, ProductId, SeriesId, SessionId, TenantId, TicketId, TimeEntryId, UsageId, UserId,
};
use domain::licences::Holder;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Whose data a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One tenant.
    Tenant(TenantId),
    /// Nobody's: what must be found before the tenant is known (a sign-in by e-mail, a sign-up's repeat).
    Platform,
}

impl Scope {
    /// The partition with its owner in front.
    pub fn prefix(self, partition: &str) -> String {
        match self {
            Scope::Tenant(tenant) => format!("{tenant}#{partition}"),
            Scope::Platform => format!("-#{partition}"),
        }
    }
}

/// A primary key without its scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Partition.
    pub pk: String,
    /// Sort key: `@` for a root, `{CHILD}#{id}` for what belongs to it.
    pub sk: String,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sk == ROOT { f.write_str(&self.pk) } else { write!(f, "{}/{}", self.pk, self.sk) }
    }
}

/// Sort key of a root.
pub const ROOT: &str = "@";

fn root(pk: String) -> Key {
    Key { pk, sk: ROOT.into() }
}

fn child(pk: String, sk: String) -> Key {
    Key { pk, sk }
}

// Roots and their children.
pub(crate) fn tenant() -> Key {
    root("TENANT".into())
}
pub(crate) fn user(id: UserId) -> Key {
    root(format!("USER#{id}"))
}
pub(crate) fn owners() -> Key {
    child("TENANT".into(), "OWNERS".into())
}
pub(crate) fn workload(id: UserId) -> Key {
    child(format!("USER#{id}"), "WORKLOAD".into())
}
pub(crate) fn session(id: SessionId) -> Key {
    root(format!("SESSION#{id}"))
}
pub(crate) fn client(id: ClientId) -> Key {
    root(format!("CLIENT#{id}"))
}
pub(crate) fn contact(client: ClientId, id: ContactId) -> Key {
    child(format!("CLIENT#{client}"), format!("CONTACT#{id}"))
}
pub(crate) fn department(id: DepartmentId) -> Key {
    root(format!("DEPARTMENT#{id}"))
}
pub(crate) fn rotation(id: DepartmentId) -> Key {
    child(format!("DEPARTMENT#{id}"), "ROTATION".into())
}
pub(crate) fn calendar(id: CalendarId) -> Key {
    root(format!("CALENDAR#{id}"))
}
pub(crate) fn policy(id: PolicyId) -> Key {
    root(format!("POLICY#{id}"))
}
pub(crate) fn ticket(id: TicketId) -> Key {
    root(format!("TICKET#{id}"))
}
pub(crate) fn entry(ticket: TicketId, id: MessageId) -> Key {
    child(format!("TICKET#{ticket}"), format!("ENTRY#{id}"))
}
pub(crate) fn time(ticket: TicketId, id: TimeEntryId) -> Key {
    child(format!("TICKET#{ticket}"), format!("TIME#{id}"))
}
pub(crate) fn rates() -> Key {
    child("TENANT".into(), "RATES".into())
}
pub(crate) fn billed_work() -> Key {
    child("TENANT".into(), "BILLED".into())
}
pub(crate) fn billing() -> Key {
    child("TENANT".into(), "BILLING".into())
}
pub(crate) fn document_settings() -> Key {
    child("TENANT".into(), "DOCUMENTS".into())
}
pub(crate) fn client_billing(client: ClientId) -> Key {
    child(format!("CLIENT#{client}"), "BILLING".into())
}
pub(crate) fn block(client: ClientId, id: BlockId) -> Key {
    child(format!("CLIENT#{client}"), format!("BLOCK#{id}"))
}
pub(crate) fn contract(id: ContractId) -> Key {
    root(format!("CONTRACT#{id}"))
}
pub(crate) fn contract_lines(id: ContractId, chunk: u32) -> Key {
    child(format!("CONTRACT#{id}"), format!("LINES#{chunk:03}"))
}
pub(crate) fn contract_book(id: ContractId) -> Key {
    child(format!("CONTRACT#{id}"), "BOOK".into())
}
pub(crate) fn contract_renewal(id: ContractId) -> Key {
    child(format!("CONTRACT#{id}"), "RENEWAL".into())
}
pub(crate) fn amendment(contract: ContractId, id: AmendmentId) -> Key {
    child(format!("CONTRACT#{contract}"), format!("AMENDMENT#{id}"))
}
pub(crate) fn usage(contract: ContractId, id: UsageId) -> Key {
    child(format!("CONTRACT#{contract}"), format!("USAGE#{id}"))
}
pub(crate) fn charge(client: ClientId, id: ChargeId) -> Key {
    child(format!("CLIENT#{client}"), format!("CHARGE#{id}"))
}
pub(crate) fn count(client: ClientId, of: Followed, on: Date) -> Key {
    child(format!("CLIENT#{client}"), format!("{}{on}", counts(of)))
}
/// How the sort keys of one kind of count begin.
pub(crate) fn counts(of: Followed) -> String {
    let what = match of.what {
        Counted::ActiveLicences => "active_licences",
        Counted::Contacts => "contacts",
        Counted::Devices => "devices",
    };
    // No range of dates of all licences has those of a product: the word before them is another one.
    of.product.map_or_else(|| format!("COUNT#{what}#"), |product| format!("COUNT#{what}_of#{product}#"))
}
pub(crate) fn invoiced(contract: ContractId, from: Date, kind: InvoiceKind) -> Key {
    child(format!("CONTRACT#{contract}"), format!("INVOICED#{from}#{}", kind.name()))
}
pub(crate) fn bill_plan(contract: ContractId) -> Key {
    child(format!("CONTRACT#{contract}"), "PLAN".into())
}
pub(crate) fn parked(contract: ContractId) -> Key {
    child(format!("CONTRACT#{contract}"), "PARKED".into())
}
pub(crate) fn runs(currency: Currency) -> Key {
    root(format!("RUNS#{}", currency.code()))
}
pub(crate) fn approvals(contract: ContractId) -> Key {
    child(format!("CONTRACT#{contract}"), "APPROVALS".into())
}
pub(crate) fn invoice(id: InvoiceId) -> Key {
    root(format!("INVOICE#{id}"))
}
pub(crate) fn invoice_lines(id: InvoiceId, of: &str, chunk: u32) -> Key {
    child(format!("INVOICE#{id}"), format!("LINES#{of}#{chunk:04}"))
}
pub(crate) fn credited_lines(id: InvoiceId) -> Key {
    child(format!("INVOICE#{id}"), "CREDITED".into())
}
pub(crate) fn taken_up(id: InvoiceId, contract: ContractId) -> Key {
    child(format!("INVOICE#{id}"), format!("TAKEN#{contract}"))
}

pub(crate) fn document(id: InvoiceId, look: Look) -> Key {
    child(format!("INVOICE#{id}"), format!("DOCUMENT#{}", look.name()))
}
pub(crate) fn recognition(id: InvoiceId) -> Key {
    child(format!("INVOICE#{id}"), "RECOGNITION".into())
}
pub(crate) fn posting(currency: Currency, on: Date, id: PostingId) -> Key {
    child(ledger_month(currency, on), posting_sort(on, id))
}
/// The partition of the month that a day lies in.
pub(crate) fn ledger_month(currency: Currency, on: Date) -> String {
    format!("LEDGER#{}#{}", currency.code(), on.strftime("%Y-%m"))
}
/// What was issued over nothing in a currency, by day: the ledger does not have it.
pub(crate) fn over_nothing(currency: Currency) -> String {
    format!("NOTHING#{}", currency.code())
}
pub(crate) fn issued_over_nothing(currency: Currency, on: Date, id: InvoiceId) -> Key {
    child(over_nothing(currency), format!("{on}#{id}"))
}
/// Where a posting stands in its month.
pub(crate) fn posting_sort(on: Date, id: PostingId) -> String {
    format!("{on}#{id}")
}
pub(crate) fn payment(id: PaymentId) -> Key {
    root(format!("PAYMENT#{id}"))
}
pub(crate) fn refunding(payment: PaymentId) -> Key {
    child(format!("PAYMENT#{payment}"), "REFUNDING".into())
}
pub(crate) fn went_back(payment: PaymentId, digest: &str) -> Key {
    child(format!("PAYMENT#{payment}"), format!("BACK#{digest}"))
}
pub(crate) fn dispute(payment: PaymentId, digest: &str) -> Key {
    child(format!("PAYMENT#{payment}"), format!("DISPUTE#{digest}"))
}
pub(crate) fn wallet(client: ClientId) -> Key {
    child(format!("CLIENT#{client}"), "WALLET".into())
}
pub(crate) fn dunning(invoice: InvoiceId) -> Key {
    child(format!("INVOICE#{invoice}"), "DUNNING".into())
}
pub(crate) fn charging(invoice: InvoiceId) -> Key {
    child(format!("INVOICE#{invoice}"), "CHARGING".into())
}
pub(crate) fn webhook(digest: &str) -> Key {
    root(format!("WEBHOOK#{digest}"))
}
pub(crate) fn ledger_check() -> Key {
    child("TENANT".into(), "LEDGER".into())
}
pub(crate) fn prices() -> Key {
    child("TENANT".into(), "PRICES".into())
}
/// Revenue of a month, client by client and contract by contract.
pub(crate) fn revenue(currency: Currency, month: Month, client: ClientId, contract: Option<ContractId>) -> Key {
    let contract = contract.map_or_else(|| "-".to_owned(), |contract| contract.to_string());
    child(format!("REVENUE#{}#{month}", currency.code()), format!("{client}#{contract}"))
}
/// Revenue of a month, of all clients.
pub(crate) fn revenue_month(currency: Currency, month: Month) -> Key {
    child(format!("REVENUE#{}", currency.code()), month.to_string())
}
/// That there is revenue in a currency.
pub(crate) fn revenue_currency(currency: Currency) -> Key {
    child(revenue_currencies(), currency.code().to_owned())
}
/// The partition of the currencies that there is revenue in.
pub(crate) fn revenue_currencies() -> String {
    "REVENUE".to_owned()
}
/// What was paid in a month and how late, client by client.
pub(crate) fn paid(currency: Currency, month: Month, client: ClientId) -> Key {
    child(format!("PAID#{}#{month}", currency.code()), client.to_string())
}
/// How recurring revenue moved in a month, and what contracts bring in it.
pub(crate) fn recurring_month(currency: Currency, month: Month) -> Key {
    child(format!("RECURRING#{}", currency.code()), month.to_string())
}
/// What each contract of a client comes to, month by month.
pub(crate) fn client_recurring(client: ClientId, currency: Currency) -> Key {
    child(format!("CLIENT#{client}"), format!("RECURRING#{}", currency.code()))
}
pub(crate) fn product(id: ProductId) -> Key {
    root(format!("PRODUCT#{id}"))
}
pub(crate) fn licence(id: LicenceId) -> Key {
    root(format!("LICENCE#{id}"))
}
pub(crate) fn assigned(id: LicenceId) -> Key {
    child(format!("LICENCE#{id}"), "ASSIGNED".into())
}
pub(crate) fn seat(licence: LicenceId, holder: &Holder) -> Key {
    child(format!("LICENCE#{licence}"), format!("SEAT#{}", held_by(holder)))
}
/// A holder as keys name them: a device by the digest of its name, which may hold any character.
fn held_by(holder: &Holder) -> String {
    match holder {
        Holder::Contact { contact } => contact.to_string(),
        Holder::Device { name } => format!("dev_{}", digest([name.to_string().as_bytes()])),
    }
}
/// What others need to know of a client's licence, read together with all others of the client.
pub(crate) fn licensed(client: ClientId, id: LicenceId) -> Key {
    child(format!("CLIENT#{client}"), format!("LICENCE#{id}"))
}
/// That a product is used at a client.
pub(crate) fn used(client: ClientId, product: ProductId) -> Key {
    child(format!("CLIENT#{client}"), format!("USED#{product}"))
}
/// The partition of a client's use of a product.
pub(crate) fn uses(client: ClientId, product: ProductId) -> String {
    format!("USE#{client}#{product}")
}
pub(crate) fn product_use(client: ClientId, product: ProductId, contact: ContactId) -> Key {
    child(uses(client, product), format!("PERSON#{contact}"))
}
/// How many people used a product on each day of a month.
pub(crate) fn use_month(client: ClientId, product: ProductId, month: Month) -> Key {
    child(uses(client, product), format!("MONTH#{month}"))
}
pub(crate) fn unmatched(client: ClientId, product: ProductId, who: &str) -> Key {
    child(uses(client, product), format!("UNMATCHED#{}", digest([who.as_bytes()])))
}
/// Where a client's review stands.
pub(crate) fn review(client: ClientId) -> Key {
    root(format!("REVIEW#{client}"))
}
pub(crate) fn finding(client: ClientId, id: FindingId) -> Key {
    child(format!("CLIENT#{client}"), format!("FINDING#{id}"))
}
/// What the sort keys of a client's licence reports begin with.
pub(crate) const LICENCE_AUDITS: &str = "LICENCE_AUDIT#";
pub(crate) fn licence_audit(client: ClientId, id: LicenceAuditId) -> Key {
    child(format!("CLIENT#{client}"), format!("{LICENCE_AUDITS}{id}"))
}
/// The sums of all clients' findings.
pub(crate) fn savings() -> Key {
    root("SAVINGS".into())
}
/// How much of a product a client used on the last day that was reviewed.
pub(crate) fn latest_use(client: ClientId, product: ProductId) -> Key {
    child(format!("CLIENT#{client}"), format!("UTILISED#{product}"))
}
/// The same for the days of a month.
pub(crate) fn month_of_use(client: ClientId, product: ProductId, month: Month) -> Key {
    child(format!("USE#{client}#{product}"), format!("REVIEWED#{month}"))
}
pub(crate) fn client_credit(client: ClientId, currency: Currency) -> Key {
    root(format!("CREDIT#{client}#{}", currency.code()))
}
pub(crate) fn series(kind: SeriesKind) -> Key {
    counter(match kind {
        SeriesKind::Invoice => "INVOICES",
        SeriesKind::CreditNote => "CREDITS",
    })
}
pub(crate) fn counter(name: &str) -> Key {
    root(format!("COUNTER#{name}"))
}
pub(crate) fn cost_series(id: SeriesId) -> Key {
    root(format!("SERIES#{id}"))
}
pub(crate) fn series_state(id: SeriesId) -> Key {
    child(format!("SERIES#{id}"), "STATE".into())
}
pub(crate) fn series_days(id: SeriesId, month: Date) -> Key {
    child(format!("SERIES#{id}"), format!("DAYS#{}", month.strftime("%Y-%m")))
}
pub(crate) fn series_of_source(client: ClientId, source: &str, id: SeriesId) -> Key {
    child(format!("COSTS#{client}#{source}"), format!("SERIES#{id}"))
}
/// Where the review of a client's budgets stands.
pub(crate) fn budgets(client: ClientId) -> Key {
    root(format!("BUDGETS#{client}"))
}
pub(crate) fn budget(client: ClientId, id: BudgetId) -> Key {
    child(format!("BUDGETS#{client}"), format!("BUDGET#{id}"))
}
/// Which department carries what of a client's costs.
pub(crate) fn chargeback(client: ClientId) -> Key {
    child(format!("CLIENT#{client}"), "CHARGEBACK".into())
}
/// What a client spent in a month from a source; a partition of its own for each month, as an import adds to many at once.
pub(crate) fn spent(client: ClientId, month: Month, source: &str) -> Key {
    child(format!("SPENT#{client}#{month}"), source.to_owned())
}
pub(crate) fn anomaly(id: AnomalyId) -> Key {
    root(format!("ANOMALY#{id}"))
}
pub(crate) fn access_anomaly(id: AccessAnomalyId) -> Key {
    root(format!("ACCESS#{id}"))
}
/// Hours that somebody said are usual for a person.
pub(crate) fn usual_hours(client: ClientId, contact: ContactId) -> Key {
    child(format!("CLIENT#{client}"), format!("HOURS#{contact}"))
}
pub(crate) fn import(id: ImportId) -> Key {
    root(format!("IMPORT#{id}"))
}
/// How anomalies are looked for: of a client, or of the tenant.
pub(crate) fn insights(client: Option<ClientId>) -> Key {
    child(client.map_or_else(|| "TENANT".to_owned(), |client| format!("CLIENT#{client}")), "INSIGHTS".into())
}
pub(crate) fn known_event(client: ClientId, to: Date, id: KnownEventId) -> Key {
    child(format!("CLIENT#{client}"), format!("KNOWN#{to}#{id}"))
}
/// Where what ends on this day or later begins.
pub(crate) fn known_events(client: ClientId, from: Date) -> Key {
    child(format!("CLIENT#{client}"), format!("KNOWN#{from}"))
}
pub(crate) fn outbox(id: EventId) -> Key {
    root(format!("EVENT#{id}"))
}
pub(crate) fn handled(function: &str, event: EventId) -> Key {
    child(format!("EVENT#{event}"), format!("HANDLED#{function}"))
}
pub(crate) fn rate(who: &str) -> Key {
    root(format!("RATE#{who}"))
}
pub(crate) fn idempotency(function: &str, who: &str, digest: &str) -> Key {
    root(format!("IDEMPOTENCY#{function}#{who}#{digest}"))
}

// Of the platform.
pub(crate) fn login(email_digest: &str, tenant: TenantId) -> Key {
    child(logins(email_digest), tenant.to_string())
}
pub(crate) fn logins(email_digest: &str) -> String {
    format!("LOGIN#{email_digest}")
}
pub(crate) fn attempts(account_digest: &str) -> Key {
    root(format!("ATTEMPTS#{account_digest}"))
}

// In the audit table.
pub(crate) fn audit(at: Timestamp, id: Uuid) -> Key {
    let at = instant(at);
    // The end of an id is drawn, so that a tenant's commits fall on its lanes evenly.
    let lane = usize::from(id.as_bytes()[15]) % AUDIT_LANES;
    child(audit_lane(month(&at), lane), format!("{at}#{}", id.simple()))
}

/// A month of the trail is in so many partitions: every commit writes an entry, and no partition is to take a tenth of a
/// tenant's writes.
pub(crate) const AUDIT_LANES: usize = 8;

pub(crate) fn audit_lane(month: &str, lane: usize) -> String {
    format!("{month}#{lane}")
}

/// The month, `yyyy-mm`, that an instant in a key lies in.
pub(crate) fn month(instant: &str) -> &str {
    instant.get(..7).unwrap_or(instant)
}

// How values stand in keys.

/// Instants in keys: RFC 3339 with fixed width, so that text order is time order.
pub fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// SHA-256 in hex over parts that cannot run into one another.
pub fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
