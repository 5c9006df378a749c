//! Contracts: proposed, signed, amended, ended; simulated before any of it.

use domain::access::Permission;
use domain::billing::bill::IncludedHours;
use domain::billing::contract::{Contract, ContractState, Line, Parked, Renewal, Renewed, Uplift};
use domain::billing::cycle::{Alignment, Cycle, Schedule};
use domain::billing::discounts::Discount;
use domain::billing::hours::{Bucket, Layer, reached};
use domain::billing::proration::Proration;
use domain::billing::terms::PaymentTerms;
use domain::ids::{ClientId, ContractId, LineId};
use domain::sla::SlaChoice;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::contract_lines::NewLine;
use crate::job::Reaction;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Propose a contract.
pub const ADD: Route<NoPath, NoQuery, NewContract, ContractBrief> =
    Route::post("billing-add-contract", "/v1/contracts")
        .summary("Propose a contract; nothing is billed before it is signed. Read it for its lines and their ids")
        .permission(Permission::ContractManage)
        .created()
        .touches(&[Need::Get]);

/// List the contracts.
pub const LIST: Route<NoPath, ContractQuery, NoBody, Page<ContractBrief>> =
    Route::get("billing-list-contracts", "/v1/contracts")
        .summary("List the contracts, newest first, without their lines; a client's side sees its own only")
        .permission(Permission::ContractRead)
        .touches(&[Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Read a contract.
pub const GET: Route<AtContract, NoQuery, NoBody, ContractView> =
    Route::get("billing-get-contract", "/v1/contracts/{contract}")
        .summary("Read a contract with its lines, and with what is left of the hours that it includes this month")
        .permission(Permission::ContractRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef)]);

/// Change a proposal.
pub const CHANGE: Route<AtContract, NoQuery, ContractChanges, ContractView> =
    Route::patch("billing-change-contract", "/v1/contracts/{contract}")
        .summary("Change a proposal; lists are replaced as a whole. A signed contract changes by amendments")
        .permission(Permission::ContractManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Sign a contract.
pub const SIGN: Route<AtContract, NoQuery, NoBody, ContractBrief> =
    Route::post("billing-sign-contract", "/v1/contracts/{contract}/sign")
        .summary("Sign a contract: from now on it is billed, from its first day")
        .permission(Permission::ContractManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Note at the client which SLA its contract gives it.
pub const NOTE_SLA: Reaction = Reaction {
    name: "billing-note-sla",
    summary: "Notes at the client which SLA its contract gives it; its open tickets are then recomputed",
    on: &["contract.signed", "contract.amended", "contract.ended"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit],
};

/// Open the accounts of what nobody bills.
pub const OPEN_ACCOUNTS: Reaction = Reaction {
    name: "billing-open-accounts",
    summary: "Opens a client's account for charges, prepaid hours and work that no contract of it bills within a month",
    on: &["charge.added", "block.sold", "contract.ended", "invoice.released"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main), Need::Query(Index::ByRef)],
};

/// A contract in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtContract {
    /// Which contract.
    pub contract: ContractId,
}

/// Which contracts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContractQuery {
    /// With this client.
    pub client: Option<ClientId>,
    /// That got so far.
    pub state: Option<ContractState>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// A contract to be proposed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "client": "cli_01970000000070008000000000000001",
    "name": "Managed workplaces",
    "currency": "EUR",
    "schedule": { "cycle": "monthly", "starts_on": "2026-04-01", "ends_on": "2027-04-01" },
    "terms": { "kind": "net_days", "days": 14 },
    "lines": [
        {
            "text": "Managed workplace", "kind": "per_seat", "timing": "advance", "unit": "seat",
            "price": { "pricing": { "model": "per_unit", "price": "39.90" } },
            "quantity": { "kind": "fixed", "quantity": "25" },
        },
        {
            "text": "Backup storage", "kind": "usage", "timing": "arrears", "unit": "GB",
            "price": { "pricing": { "model": "graduated", "flat_fee_at_zero": false, "tiers": [
                { "up_to": "500", "unit_price": "0.10" }, { "unit_price": "0.07" },
            ] } },
        },
    ],
    "renewal": { "auto": true, "months": 12, "notice_days": 90, "uplift": { "kind": "percent", "percent": "3" } },
}))]
pub struct NewContract {
    /// Who is to pay.
    pub client: ClientId,
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// The currency of every amount in it (ISO 4217); the client's when absent, or else the MSP's.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// Its term and its periods.
    pub schedule: NewSchedule,
    /// When its invoices are due; as the client's, or else all of the MSP's, when absent.
    #[serde(default)]
    pub terms: Option<PaymentTerms>,
    /// How parts of a period are billed, for lines that do not say so themselves; as the MSP's settings say when absent.
    #[serde(default)]
    pub proration: Option<Proration>,
    /// What is billed.
    #[schema(min_items = 1, max_items = 500)]
    pub lines: Vec<NewLine>,
    /// Which SLA the client's tickets have from its signature on; `inherit` leaves it to client, department and MSP.
    #[serde(default)]
    pub sla: SlaChoice,
    /// What happens at the end of the term; nothing when absent.
    #[serde(default)]
    pub renewal: NewRenewal,
    /// Discounts on whole invoices.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub discounts: Vec<Discount>,
}

/// Terms and periods.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// How often a bill is made.
    pub cycle: Cycle,
    /// Which day starts a period; the anchor's when absent.
    #[serde(default = "anniversary")]
    pub alignment: Alignment,
    /// A day on which a period starts; the first day when absent. One on the 29th to 31st is the last day of a shorter
    /// month, and itself again in the next longer one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub anchor: Option<Date>,
    /// The first day that is billed, in the MSP's zone.
    #[schema(value_type = String, format = Date)]
    pub starts_on: Date,
    /// The first day that is not billed any more; absent for a contract without an end.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub ends_on: Option<Date>,
}

const fn anniversary() -> Alignment {
    Alignment::Anniversary
}

impl From<NewSchedule> for Schedule {
    fn from(new: NewSchedule) -> Self {
        let NewSchedule { cycle, alignment, anchor, starts_on, ends_on } = new;
        Schedule { cycle, alignment, anchor: anchor.unwrap_or(starts_on), starts_on, ends_on }
    }
}

/// What happens at the end of the term.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewRenewal {
    /// Whether the term is extended unless somebody gives notice in time.
    pub auto: bool,
    /// By how many months.
    #[schema(minimum = 1, maximum = 120)]
    pub months: u16,
    /// How many days before the end notice must be given at the latest.
    #[schema(maximum = 731)]
    pub notice_days: u16,
    /// What happens to the prices.
    pub uplift: Uplift,
}

impl Default for NewRenewal {
    fn default() -> Self {
        let Renewal { auto, months, notice_days, uplift, notice_given: _ } = Renewal::default();
        NewRenewal { auto, months, notice_days, uplift }
    }
}

impl From<NewRenewal> for Renewal {
    fn from(new: NewRenewal) -> Self {
        let NewRenewal { auto, months, notice_days, uplift } = new;
        Renewal { auto, months, notice_days, uplift, notice_given: None }
    }
}

/// What to change of a proposal; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Managed workplaces and backup", "terms": { "kind": "end_of_month", "plus_days": 10 } }))]
pub struct ContractChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another currency (ISO 4217).
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
    /// Another term, other periods.
    pub schedule: Option<NewSchedule>,
    /// Other payment terms.
    pub terms: Option<PaymentTerms>,
    /// Another way to bill parts of a period.
    pub proration: Option<Proration>,
    /// The lines from now on; one with the id of a line that is there takes its place.
    #[schema(min_items = 1, max_items = 500)]
    pub lines: Option<Vec<NewLine>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// What happens at the end of the term.
    pub renewal: Option<NewRenewal>,
    /// The discounts from now on.
    #[schema(max_items = 20)]
    pub discounts: Option<Vec<Discount>>,
}

/// A contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractView {
    /// Everything but its lines.
    #[serde(flatten)]
    pub brief: ContractBrief,
    /// What is billed; prices and quantities by the date from which they hold.
    pub lines: Vec<Line>,
    /// The hours that it includes in the month that has today; only of a signed contract that includes some, when it is read.
    pub hours: Option<HoursView>,
}

/// The hours that a contract includes in a month, as all work that is logged leaves them: what is on no bill yet counts as the
/// bill that takes it up will count it, the client's oldest 2,000 open entries at most. All are minutes after factors, so not
/// always whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HoursView {
    /// The line that includes them.
    pub line: LineId,
    /// The first day of the month.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The first day of the next one.
    #[schema(value_type = String, format = Date)]
    pub to: Date,
    /// What the month has of its own.
    pub included: Decimal,
    /// What was left of months before when it began.
    pub rolled_over: Decimal,
    /// What is drawn in it.
    pub used: Decimal,
    /// What of that is drawn by work that is on no bill yet.
    pub unbilled: Decimal,
    /// What is left of it.
    pub left: Decimal,
    /// When that expires, soonest first.
    #[schema(max_items = 37)]
    pub expiring: Vec<Layer>,
    /// The highest of 80 and 95 per cent that is used; none below. Whoever looks after the client is told of each once.
    pub reached: Option<u8>,
    /// Whether all open work is in it: not as long as some has no price, which its bill waits for.
    pub is_whole: bool,
}

impl HoursView {
    /// How included hours stand, with all open work in them or not.
    pub fn of(hours: IncludedHours, is_whole: bool) -> Self {
        let IncludedHours { line, own, bucket, unbilled } = hours;
        let left = bucket.left();
        let Bucket { from, to, layers, available, used, alerted: _ } = bucket;
        let expiring = layers.into_iter().filter(|layer| !layer.left.is_zero()).collect();
        let (rolled_over, reached) = (available - own, reached(used, available));
        HoursView { line, from, to, included: own, rolled_over, used, unbilled, left, expiring, reached, is_whole }
    }
}

/// A contract without its lines: what a list shows, and what is answered to whatever is kept for a repeat, which must
/// fit into an item however many lines there are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ContractBrief {
    /// Which contract.
    pub id: ContractId,
    /// What people call it by.
    pub number: String,
    /// Who pays.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// The currency of every amount in it.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Its term and its periods.
    pub schedule: Schedule,
    /// When its invoices are due.
    pub terms: PaymentTerms,
    /// How parts of a period are billed.
    pub proration: Proration,
    /// Which SLA its tickets have.
    pub sla: SlaChoice,
    /// What happens at the end of the term.
    pub renewal: Renewal,
    /// Discounts on whole invoices.
    pub discounts: Vec<Discount>,
    /// Whether it is the client's open account: it bills on the first of a month what comes in of the client and no other
    /// contract bills within a month. It is made when that happens, and is not amended.
    pub open_account: bool,
    /// How far it got.
    pub state: ContractState,
    /// The local date of its next bill; absent when there is nothing to bill.
    #[schema(value_type = Option<String>, format = Date)]
    pub next_on: Option<Date>,
    /// Why the invoice run leaves it alone, when it does.
    pub parked: Option<Parked>,
    /// Its renewals so far, oldest first.
    pub renewals: Vec<Renewed>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Contract> for ContractBrief {
    fn from(contract: Contract) -> Self {
        ContractView::from(contract).brief
    }
}

impl From<Contract> for ContractView {
    fn from(contract: Contract) -> Self {
        let Contract { id, number, client, name, currency, schedule, terms, proration, lines, sla, .. } = contract;
        let Contract {
            renewal, discounts, open_account, state, next_on, parked, renewals, created_at, updated_at, ..
        } = contract;
        let brief = ContractBrief {
            id,
            number,
            client,
            name,
            currency,
            schedule,
            terms,
            proration,
            sla,
            renewal,
            discounts,
            open_account,
            state,
            next_on,
            parked,
            renewals,
            created_at,
            updated_at,
        };
        ContractView { brief, lines, hours: None }
    }
}
