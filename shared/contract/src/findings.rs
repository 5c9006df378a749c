//! What licences cost for nothing, what is used without one, and what came of it.

use domain::access::Permission;
use domain::ids::{ClientId, FindingId, LicenceId, ProductId, UnitId, UserId};
use domain::licences::findings::{Action, Evidence, Finding, Kind, State, Totals, Whose, Worth};
use domain::licences::true_up::{Missing, TrueUp};
use domain::money::Money;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::job::{Job, Reaction};
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Look over the licences of every client.
pub const REVIEW: Job = Job {
    name: "licences-review",
    summary: "Looks over every client's licences in its night: what is found, what is gone, what it would save, how much was used, what is unusual about who used it; tells the series of use and of licences; deletes removed files",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[
        Need::Get,
        Need::Put,
        Need::Update,
        Need::Audit,
        Need::Query(Index::Main),
        Need::Query(Index::ByDue),
        Need::BlobDelete,
    ],
};

/// Measure what came true.
pub const MEASURE: Reaction = Reaction {
    name: "licences-measure-savings",
    summary: "Measures, as a client is billed, which of its accepted findings came true",
    on: &["invoice.issued"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::Main)],
};

/// List the findings.
pub const LIST: Route<NoPath, FindingQuery, NoBody, Page<FindingView>> =
    Route::get("licences-list-findings", "/v1/findings")
        .summary("List what licences cost for nothing and what is used without one, what saves most first; a client's side sees its own")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Decide a finding.
pub const DECIDE: Route<AtFinding, NoQuery, NewDecision, FindingView> = Route::post(
    "licences-decide-finding",
    "/v1/clients/{client}/findings/{finding}/decision",
)
.summary(
    "Accept a finding, dismiss it with a reason, let it sleep until a day, or open it again; a repeat changes nothing",
)
.permission(Permission::SeatManage)
.touches(&[Need::Get, Need::Update]);

/// Read what is to be trued up.
pub const GET_TRUE_UP: Route<AtClient, NoQuery, NoBody, TrueUpView> =
    Route::get("licences-get-true-up", "/v1/clients/{client}/true-up")
        .summary("Read which seats are missing at a client, and what they cost until their licence renews")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get]);

/// Read the savings.
pub const GET_SAVINGS: Route<NoPath, SavingsQuery, NoBody, SavingsView> =
    Route::get("licences-get-savings", "/v1/savings")
        .summary("Read what licences could save, will save and have saved, over all clients and client by client")
        .permission(Permission::LicenceRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Secret]);

/// A finding in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtFinding {
    /// At which client.
    pub client: ClientId,
    /// Which finding.
    pub finding: FindingId,
}

/// Which findings.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingQuery {
    /// Of this client.
    pub client: Option<ClientId>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// That stand there; those that are open or accepted when absent.
    pub state: Option<FindingState>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Somebody should decide.
    Open,
    /// It is to be done; what it saves is measured.
    Accepted,
    /// It is as it should be.
    Dismissed,
    /// Not now.
    Snoozed,
    /// It is not so any more.
    Gone,
    /// It came true.
    Realised,
}

impl FindingState {
    /// Where a finding stands.
    pub const fn of(state: &State) -> Self {
        match state {
            State::Open {} => Self::Open,
            State::Accepted { .. } => Self::Accepted,
            State::Dismissed { .. } => Self::Dismissed,
            State::Snoozed { .. } => Self::Snoozed,
            State::Gone { .. } => Self::Gone,
            State::Realised { .. } => Self::Realised,
        }
    }

    /// Whether it is among those that are open or accepted.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Accepted)
    }
}

/// What somebody says to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionKind {
    /// It is to be done.
    Accept,
    /// It is as it should be; with a reason.
    Dismiss,
    /// Not before a day.
    Snooze,
    /// It is to be decided again.
    Reopen,
}

/// A decision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "decision": "dismiss", "reason": "On parental leave until August" }))]
pub struct NewDecision {
    /// What.
    pub decision: DecisionKind,
    /// Why; required to dismiss, and left out for all else.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: Option<String>,
    /// The local day on which it is open again; required to snooze, at most 366 days away, and left out for all else.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Which finding: the same one as long as it is about the same thing.
    pub id: FindingId,
    /// At which client.
    pub client: ClientId,
    /// What is wrong.
    pub kind: Kind,
    /// With which product.
    pub product: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// With which licence.
    pub licence: Option<LicenceId>,
    /// Whose seat or use.
    pub whose: Option<Whose>,
    /// What people call them by; absent where it is about a whole licence.
    pub person: Option<String>,
    /// The person's department, as of the last review; absent where they have none.
    pub department: Option<FindingDepartment>,
    /// What it is worth by itself.
    pub worth: Worth,
    /// Why no amount is named, for people.
    pub no_amount: Option<String>,
    /// What of it the totals take, a year; less than its worth where another finding counts the same seat, or the seat is
    /// needed.
    pub counted: Option<Money>,
    /// Why that is less, for people.
    pub not_counted: Option<String>,
    /// What to do.
    pub action: Action,
    /// The last day of notice of its licence: by then the saving is to be seen to.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
    /// Whether that day has passed: the licence renews once more before notice can be given for a term.
    pub notice_passed: bool,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// The same in plain sentences.
    pub why: String,
    /// Where it stands.
    pub state: FindingState,
    /// Why it was dismissed.
    pub reason: Option<String>,
    /// Until when it sleeps.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    /// The local day on which it was found, or found again.
    #[schema(value_type = String, format = Date)]
    pub found_on: Date,
    /// What came true of it, a year, over all times that it was found.
    pub came_true: Option<Money>,
}

/// The department of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingDepartment {
    /// Which department.
    pub unit: UnitId,
    /// What people call it by; absent for one that is there no more.
    pub name: Option<String>,
}

impl FindingView {
    /// A finding as of today, what its product is called, and whom it is about: their name, and their department with its name.
    pub fn of(
        finding: Finding,
        product_name: String,
        (person, unit): (Option<String>, Option<(UnitId, Option<String>)>),
        today: Date,
    ) -> Self {
        let state = FindingState::of(&finding.state);
        let (mut reason, mut until, mut decided) = (None, None, None);
        match finding.state {
            State::Accepted { by, at, .. } => decided = Some((by, at)),
            State::Dismissed { reason: why, by, at } => (reason, decided) = (Some(why), Some((by, at))),
            State::Snoozed { until: day, by, at } => (until, decided) = (Some(day), Some((by, at))),
            State::Open {} | State::Gone { .. } | State::Realised { .. } => {}
        }
        let no_amount = match finding.worth {
            Worth::Unknown { why } => Some(why.sentence().to_owned()),
            Worth::Saves { .. } | Worth::Costs { .. } => None,
        };
        let sentences: Vec<String> = finding.evidence.iter().map(Evidence::sentence).collect();
        Self {
            id: finding.id,
            client: finding.key.client,
            kind: finding.key.kind,
            product: finding.key.product,
            product_name,
            licence: finding.key.licence,
            whose: finding.key.whose,
            person,
            department: unit.map(|(unit, name)| FindingDepartment { unit, name }),
            worth: finding.worth,
            no_amount,
            counted: finding.counted,
            not_counted: finding.uncounted.map(|why| why.sentence()),
            action: finding.action,
            notice_by: finding.notice_by,
            notice_passed: finding.notice_by.is_some_and(|by| by < today),
            why: sentences.join(" "),
            evidence: finding.evidence,
            state,
            reason,
            until,
            decided_by: decided.map(|(by, _)| by),
            decided_at: decided.map(|(_, at)| at),
            found_on: finding.found_on,
            came_true: finding.came_true,
        }
    }
}

/// What is to be trued up at a client, as the last review found it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrueUpView {
    /// At which client.
    pub client: ClientId,
    /// The local day of the review; absent before the first.
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// Seats that are missing, each once.
    pub rows: Vec<TrueUpRow>,
    /// Rows that were left out because there are too many.
    pub left_out: u32,
    /// Licences that the review left out because their amounts cannot be computed; correct their cost or their price.
    pub not_computed: Vec<LicenceId>,
}

/// Seats that are missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrueUpRow {
    /// Of which product.
    pub product: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// Of which licence; for users, the one with the least cost per seat.
    pub licence: Option<LicenceId>,
    /// Why.
    pub why: Missing,
    /// Seats that are paid for.
    pub seats: u32,
    /// Seats that are needed.
    pub needed: u32,
    /// Seats that are missing.
    pub missing: u32,
    /// What they cost in a year.
    pub yearly: Option<Money>,
    /// The day on which the licence renews.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<Date>,
    /// Days until then.
    pub days: u32,
    /// What they cost until then.
    pub amount: Option<Money>,
}

impl TrueUpRow {
    /// Seats that are missing, and what their product is called.
    pub fn of(row: TrueUp, product_name: String) -> Self {
        let TrueUp { product, licence, why, seats, needed, missing, yearly, until, days, amount } = row;
        Self { product, product_name, licence, why, seats, needed, missing, yearly, until, days, amount }
    }
}

/// Which page of the clients.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SavingsQuery {
    /// How many clients at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// What licences could save, will save and have saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavingsView {
    /// Of all clients that the caller may see, on every page.
    pub total: SavingsSum,
    /// Client by client, in order of their ids; those that have been reviewed.
    pub clients: Vec<ClientSavings>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What licences could save, will save and have saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavingsSum {
    /// How many findings are open.
    pub open: i64,
    /// How many are accepted.
    pub accepted: i64,
    /// By currency; no two are added.
    pub amounts: Vec<SavingsAmounts>,
}

/// Sums of one currency, each of a year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SavingsAmounts {
    /// What could be saved, and is not decided.
    pub open: Money,
    /// What is to be done, or done and not measured yet.
    pub accepted: Money,
    /// What came true.
    pub realised: Money,
    /// What missing seats and use without one would cost.
    pub exposure: Money,
}

/// What a client could save, will save and has saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientSavings {
    /// Which client.
    pub client: ClientId,
    /// The local day of the last review.
    #[schema(value_type = Option<String>, format = Date)]
    pub reviewed_on: Option<Date>,
    /// Its sums.
    #[serde(flatten)]
    pub sum: SavingsSum,
    /// Licences that the review left out because their amounts cannot be computed: its sums have them as they were before.
    pub not_computed: Vec<LicenceId>,
}

impl From<&Totals> for SavingsSum {
    fn from(totals: &Totals) -> Self {
        let of = |(code, amounts): (&String, &domain::licences::findings::Amounts)| {
            let currency: Currency = Currency::from_code(code)?;
            let money = |minor| Money::new(minor, currency);
            let (open, accepted) = (money(amounts.open), money(amounts.accepted));
            let (realised, exposure) = (money(amounts.realised), money(amounts.exposure));
            Some(SavingsAmounts { open, accepted, realised, exposure })
        };
        let amounts = totals.amounts.iter().filter_map(of).collect();
        Self { open: totals.open, accepted: totals.accepted, amounts }
    }
}
