//! Budgets of a client's IT: what is planned, where it leads, and which department carries what.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::billing::reports::Month;
use domain::budgets::{
    Alerts, Budget, ChargebackRules, Forecast, LicenceRule, MonthOutlook, Outlook, Scope, SourceRule, Warning,
};
use domain::cost_centres::CostCode;
use domain::ids::{BudgetId, ClientId, UnitId};
use domain::money::Money;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::clients::AtClient;
use crate::job::Job;
use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::route::{NoBody, NoQuery, Route};

/// Add a budget.
pub const ADD: Route<AtClient, NoQuery, NewBudget, BudgetView> =
    Route::post("budgets-add", "/v1/clients/{client}/budgets")
        .summary("Add a budget for a client, a department or a cost centre, an amount for each month")
        .permission(Permission::BudgetManage)
        .created()
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// List the budgets.
pub const LIST: Route<AtClient, PageQuery, NoBody, Page<BudgetView>> =
    Route::get("budgets-list", "/v1/clients/{client}/budgets")
        .summary("List a client's budgets, those that are closed among them")
        .permission(Permission::BudgetRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Secret]);

/// Read a budget.
pub const GET: Route<AtBudget, NoQuery, NoBody, BudgetOutlookView> = Route::get(
    "budgets-get",
    "/v1/clients/{client}/budgets/{budget}",
)
.summary("Read a budget with what is spent of it and where that leads, with the range in which eight of ten will lie")
.permission(Permission::BudgetRead)
.touches(&[Need::Get, Need::Query(Index::Main)]);

/// Change a budget.
pub const CHANGE: Route<AtBudget, NoQuery, BudgetChanges, BudgetView> =
    Route::patch("budgets-change", "/v1/clients/{client}/budgets/{budget}")
        .summary("Change a budget; with other amounts, what is reached is told again")
        .permission(Permission::BudgetManage)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Close a budget.
pub const CLOSE: Route<AtBudget, NoQuery, NoBody, BudgetView> =
    Route::post("budgets-close", "/v1/clients/{client}/budgets/{budget}/close")
        .summary("Close a budget: nobody is warned of it any more; a repeat changes nothing")
        .permission(Permission::BudgetManage)
        .touches(&[Need::Get]);

/// Read the rules of chargeback.
pub const GET_CHARGEBACK: Route<AtClient, NoQuery, NoBody, ChargebackView> =
    Route::get("budgets-get-chargeback", "/v1/clients/{client}/chargeback")
        .summary("Read which department carries what of a client's costs")
        .permission(Permission::BudgetRead)
        .touches(&[Need::Get]);

/// Change the rules of chargeback.
pub const CHANGE_CHARGEBACK: Route<AtClient, NoQuery, ChargebackChanges, ChargebackView> =
    Route::patch("budgets-change-chargeback", "/v1/clients/{client}/chargeback")
        .summary("Change which department carries what: licences by seats, by use or by agreed parts, and what no department is known of")
        .permission(Permission::BudgetManage)
        .touches(&[Need::Get]);

/// Look over the budgets.
pub const REVIEW: Job = Job {
    name: "budgets-review",
    summary: "Looks over the budgets of every client that has any, each night, and warns once of each threshold that is reached",
    schedule: "rate(1 hour)",
    timeout_s: 900,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::Main), Need::Query(Index::ByDue)],
};

/// A budget in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtBudget {
    /// Whose.
    pub client: ClientId,
    /// Which budget.
    pub budget: BudgetId,
}

/// A budget to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "IT of the office",
    "scope": { "of": "client" },
    "from": "2026-01",
    "months": [{ "minor": 150000, "currency": "EUR" }, { "minor": 150000, "currency": "EUR" }],
    "alerts": { "actual": [80, 100], "forecast": [100] }
}))]
pub struct NewBudget {
    /// What people call it.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// Whose costs; all of the client's when absent.
    #[serde(default = "all")]
    pub scope: Scope,
    /// Of which sources, as `licences`, `invoices` or the name of a billing account; of all when absent.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub sources: BTreeSet<String>,
    /// The first month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub from: Month,
    /// The amount of each month, in one currency.
    #[schema(min_items = 1, max_items = 36)]
    pub months: Vec<Money>,
    /// When somebody is told, in per cent of all months; nobody when absent.
    #[serde(default)]
    pub alerts: Alerts,
}

fn all() -> Scope {
    Scope::Client {}
}

/// What to change of a budget; absent fields stay, lists are replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "alerts": { "actual": [50, 80, 100], "forecast": [100] } }))]
pub struct BudgetChanges {
    /// What people call it.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// The amount of each month, from the first on.
    #[schema(min_items = 1, max_items = 36)]
    pub months: Option<Vec<Money>>,
    /// When somebody is told.
    pub alerts: Option<Alerts>,
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetView {
    /// Which.
    pub id: BudgetId,
    /// Whose.
    pub client: ClientId,
    /// What people call it.
    pub name: String,
    /// Whose costs.
    pub scope: Scope,
    /// Of which sources; of all when empty.
    pub sources: BTreeSet<String>,
    /// The first month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub from: Month,
    /// The amount of each month.
    pub months: Vec<Money>,
    /// When somebody is told.
    pub alerts: Alerts,
    /// What was told already.
    pub told: Vec<Warning>,
    /// Since when it is closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Budget> for BudgetView {
    fn from(budget: Budget) -> Self {
        let Budget { id, client, name, scope, sources, from, months, alerts, told, closed_at, created_at, updated_at } =
            budget;
        let told = told.into_iter().collect();
        BudgetView { id, client, name, scope, sources, from, months, alerts, told, closed_at, created_at, updated_at }
    }
}

/// A budget, and what it stands at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetOutlookView {
    /// The budget.
    #[serde(flatten)]
    pub budget: BudgetView,
    /// What it stands at.
    pub stands: StandingView,
    /// Month by month.
    pub by_month: Vec<BudgetMonthView>,
}

/// What a budget stands at today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StandingView {
    /// Its whole amount.
    pub whole: Money,
    /// What was planned for the months until this one, with it.
    pub planned: Money,
    /// What was spent in them.
    pub spent: Money,
    /// What it comes to by the end in any case: what is spent, and what licences will cost by their terms, without what
    /// somebody must renew.
    pub certain: Money,
    /// What is expected by the end; absent while there are fewer than two whole months of costs to tell from.
    pub forecast: Option<BudgetForecastView>,
    /// Thresholds that are reached and of which nobody was told yet.
    pub reached: Vec<Warning>,
}

/// What is expected by the end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetForecastView {
    /// How much.
    pub expected: Money,
    /// One of ten will come to less.
    pub low: Money,
    /// One of ten will come to more.
    pub high: Money,
}

impl From<Forecast> for BudgetForecastView {
    fn from(forecast: Forecast) -> Self {
        let Forecast { expected, low, high } = forecast;
        BudgetForecastView { expected, low, high }
    }
}

impl From<Outlook> for StandingView {
    fn from(outlook: Outlook) -> Self {
        let Outlook { whole, planned, spent, certain, forecast, warnings } = outlook;
        let forecast = forecast.map(BudgetForecastView::from);
        StandingView { whole, planned, spent, certain, forecast, reached: warnings }
    }
}

/// A month of a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetMonthView {
    /// Which month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub month: Month,
    /// What was planned for it.
    pub planned: Money,
    /// What is spent in it; of a month to come, what licences will cost by their terms.
    pub spent: Money,
    /// What is expected of it; absent while there are too few months to tell from.
    pub expected: Option<Money>,
}

impl From<MonthOutlook> for BudgetMonthView {
    fn from(of: MonthOutlook) -> Self {
        let MonthOutlook { month, planned, spent, expected } = of;
        BudgetMonthView { month, planned, spent, expected }
    }
}

/// What to change of the rules; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "licences": { "by": "usage" }, "sources": { "invoices": { "by": "seats" } } }))]
pub struct ChargebackChanges {
    /// Who carries what licences cost, unless a licence is split itself.
    pub licences: Option<LicenceRule>,
    /// Who carries what comes from a source, by its name, and of which no department is known. It is replaced as a whole.
    pub sources: Option<BTreeMap<String, SourceRule>>,
}

/// Which department carries what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChargebackView {
    /// Whose costs.
    pub client: ClientId,
    /// For licences that are not split themselves.
    pub licences: LicenceRule,
    /// For other sources, by their names; what has none is carried by nobody.
    pub sources: BTreeMap<String, SourceRule>,
    /// When they last changed; absent while nobody has set them.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
}

impl From<ChargebackRules> for ChargebackView {
    fn from(rules: ChargebackRules) -> Self {
        let ChargebackRules { client, licences, sources, updated_at } = rules;
        ChargebackView { client, licences, sources, updated_at }
    }
}

/// A department of a client and what it carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnitAmount {
    /// Which; absent for what nobody carries.
    pub unit: Option<UnitId>,
    /// What it is called, as long as the client has it.
    pub name: Option<String>,
    /// The code of the cost centre that it belongs to, if to any.
    pub cost_centre: Option<CostCode>,
    /// How much.
    pub amount: Money,
}

/// A cost centre of a client and what its departments carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CentreAmount {
    /// Its code; absent for what nobody carries, and for departments that belong to none.
    pub code: Option<CostCode>,
    /// What it is called.
    pub name: Option<String>,
    /// How much.
    pub amount: Money,
}
