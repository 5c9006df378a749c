//! What clients spend on their IT: by month, source and department; as tables, as the IT team's dashboard, and over all clients.

use domain::access::Permission;
use domain::billing::reports::Month;
use domain::ids::{ClientId, LicenceId, ProductId, UnitId};
use domain::licences::ComingKind;
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access_anomalies::AccessAnomalyView;
use crate::budgets::{BudgetView, CentreAmount, StandingView, UnitAmount};
use crate::clients::AtClient;
use crate::documents::FileView;
use crate::findings::{FindingView, SavingsSum};
use crate::insights::AnomalyView;
use crate::need::{Index, Need};
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Read what was spent.
pub const GET: Route<AtClient, SpendingQuery, NoBody, SpendingView> =
    Route::get("budgets-get-spending", "/v1/clients/{client}/spending")
        .summary("Read what a client spends on its IT, by month, source, department, cost centre and product")
        .permission(Permission::BudgetRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Export what was spent.
pub const EXPORT: Route<AtClient, ExportQuery, NoBody, FileView> =
    Route::get("budgets-export-spending", "/v1/clients/{client}/spending/export")
        .summary("Export what a client spends on its IT as a table, as CSV or as a workbook")
        .permission(Permission::BudgetRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::BlobPut, Need::BlobLink]);

/// Read the dashboard.
pub const DASHBOARD: Route<AtClient, NoQuery, NoBody, DashboardView> =
    Route::get("budgets-get-dashboard", "/v1/clients/{client}/it-dashboard")
        .summary("Read what a client's IT team looks at: spending, budgets, use, anomalies of costs and of access, findings, renewals")
        .permission(Permission::BudgetRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef), Need::Secret]);

/// Read all clients at a glance.
pub const OVERVIEW: Route<NoPath, OverviewQuery, NoBody, OverviewView> = Route::get(
    "budgets-list-overview",
    "/v1/it-overview",
)
.summary(
    "List all clients with what they spend this month, what could be saved, open anomalies and budgets that are over",
)
.permission(Permission::BudgetRead)
.touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByList), Need::Query(Index::ByRef), Need::Secret]);

/// Which months.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SpendingQuery {
    /// The first month; eleven months before the last one when absent.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub from: Option<Month>,
    /// The last month, at most 35 months on; this one when absent. Of months to come, what licences will cost is known.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub to: Option<Month>,
}

/// As what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A workbook (Office Open XML), with a sheet by department and one by cost centre.
    Xlsx,
}

/// Which months, and as what.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// The first month; eleven months before the last one when absent.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub from: Option<Month>,
    /// The last month, at most 35 months on; this one when absent.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub to: Option<Month>,
    /// As what.
    pub format: TableFormat,
}

/// What a client spends on its IT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SpendingView {
    /// Which client.
    pub client: ClientId,
    /// The first month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub from: Month,
    /// The last month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub to: Month,
    /// Currency by currency; no two are added.
    pub currencies: Vec<CurrencySpending>,
}

/// What is spent in one currency. Each of the lists adds up to the total, products to that of licences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CurrencySpending {
    /// In what.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// All of it.
    pub total: Money,
    /// By month.
    pub months: Vec<MonthAmount>,
    /// By source: `licences`, `invoices`, and those of files of costs.
    pub sources: Vec<SourceAmount>,
    /// By department.
    pub departments: Vec<UnitAmount>,
    /// By cost centre.
    pub cost_centres: Vec<CentreAmount>,
    /// By product, of licences only.
    pub products: Vec<ProductAmount>,
}

/// A month's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonthAmount {
    /// Which month.
    #[schema(value_type = String, pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub month: Month,
    /// How much.
    pub amount: Money,
}

/// A source's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceAmount {
    /// Which source.
    pub source: String,
    /// How much.
    pub amount: Money,
}

/// A product's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductAmount {
    /// Which product.
    pub product: ProductId,
    /// What it is called.
    pub name: String,
    /// How much.
    pub amount: Money,
}

/// What a client's IT team looks at. Each list holds the first ten; the lists of their own have all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DashboardView {
    /// Which client.
    pub client: ClientId,
    /// What it spends in the month that runs.
    pub this_month: SpendingView,
    /// What it spent in the twelve months before.
    pub last_months: SpendingView,
    /// Its budgets that are watched, and what they stand at.
    pub budgets: Vec<BudgetStanding>,
    /// How much of each product is used.
    pub utilisation: Vec<ProductInUse>,
    /// Anomalies that go on, the latest first.
    pub anomalies: Vec<AnomalyView>,
    /// What was unusual about people's use and nobody has answered yet, the latest first.
    pub access: Vec<AccessOnDashboard>,
    /// What could be saved, and has been.
    pub savings: SavingsSum,
    /// The same by the departments of the people that findings are about. Under none what is about whole licences, devices and
    /// people without one; together they are all of it.
    pub savings_by_department: Vec<DepartmentSavings>,
    /// Findings that are open or accepted, what saves most first.
    pub findings: Vec<FindingView>,
    /// What comes next at the end of licences' terms.
    pub renewals: Vec<NextRenewal>,
}

/// A budget and what it stands at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BudgetStanding {
    /// The budget.
    pub budget: BudgetView,
    /// What it stands at.
    pub stands: StandingView,
}

/// How much of a product is used, on the last day that was reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductInUse {
    /// Which product.
    pub product: ProductId,
    /// What people call it by.
    pub name: String,
    /// Which day.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Seats that are paid for.
    pub seats: u32,
    /// Seats that are held.
    pub assigned: u32,
    /// People who used it on that day or one of the 29 before.
    pub active_month: u32,
    /// The latter per seat, in per cent; absent without seats.
    #[schema(value_type = Option<String>, example = "71.4")]
    pub month_percent: Option<Decimal>,
    /// The same in the client's departments that hold seats or use it. People and devices without one are in the whole alone.
    pub departments: Vec<DepartmentInUse>,
}

/// How much of a product a department uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentInUse {
    /// Which department.
    pub unit: UnitId,
    /// What people call it by; absent for one that is there no more.
    pub name: Option<String>,
    /// Seats that are held in it.
    pub assigned: u32,
    /// People of it who used it on that day or one of the 29 before.
    pub active_month: u32,
}

/// Something unusual about somebody's use of a product, with what people call them by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessOnDashboard {
    /// What it is.
    pub anomaly: AccessAnomalyView,
    /// The person's name.
    pub person: String,
    /// The product's name.
    pub product: String,
}

/// What could be saved in a department, and has been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentSavings {
    /// Which department; absent for what belongs to none.
    pub unit: Option<UnitId>,
    /// What people call it by; absent for one that is there no more.
    pub name: Option<String>,
    /// Its sums.
    #[serde(flatten)]
    pub sum: SavingsSum,
}

/// A department that a licence is for, and its part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DepartmentOfLicence {
    /// Which department.
    pub unit: UnitId,
    /// What people call it by; absent for one that is there no more.
    pub name: Option<String>,
    /// How much of it, compared with the other weights.
    pub weight: u32,
}

/// What comes at the end of a licence's term.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NextRenewal {
    /// Of which licence.
    pub licence: LicenceId,
    /// Of which product.
    pub product: ProductId,
    /// What the product is called.
    pub product_name: String,
    /// What people call the licence by.
    pub name: String,
    /// The departments that it is split between; none where nobody has split it.
    pub departments: Vec<DepartmentOfLicence>,
    /// On which day, in the MSP's zone.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// What comes.
    pub what: ComingKind,
    /// The last day on which notice may be given, of what renews by itself.
    #[schema(value_type = Option<String>, format = Date)]
    pub notice_by: Option<Date>,
}

/// Which page of the clients.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OverviewQuery {
    /// How many clients at most; 25 when absent.
    #[param(minimum = 1, maximum = 50)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// Clients at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OverviewView {
    /// What licences could save, will save and have saved, over all clients that the caller may see, on every page.
    pub savings: SavingsSum,
    /// Client by client, by name.
    pub clients: Vec<ClientOverview>,
    /// Clients of this page of which something is kept that cannot be read or reckoned with; report it.
    pub unreadable: Vec<ClientId>,
    /// Give this as `cursor` to read on; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A client at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientOverview {
    /// Which client.
    pub client: ClientId,
    /// What it is called.
    pub name: String,
    /// What it spends in the month that runs, by currency.
    pub this_month: Vec<Money>,
    /// What its licences could save and have saved.
    pub savings: SavingsSum,
    /// Anomalies that go on; a hundred for more.
    pub anomalies: u32,
    /// Budgets that are watched.
    pub budgets: u32,
    /// Those of which more is spent than they have, as each stood when it was added, changed or last reviewed.
    pub over: u32,
    /// Those that lead there.
    pub leading_over: u32,
}
