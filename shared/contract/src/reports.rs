//! Reports: what owners look at. Each is by currency, and costs what it shows: sums are kept by month as things happen.

mod views;

use domain::access::Permission;
use domain::billing::reports::Month;
use domain::ids::ClientId;
use iso_currency::Currency;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::job::Reaction;
use crate::need::{Index, Need};
use crate::page::Page;
use crate::route::{NoBody, NoPath, NoQuery, Route};

pub use views::*;

/// Most months of one report.
pub const MOST_MONTHS: i32 = 36;

/// Note what was earned.
pub const NOTE_REVENUE: Reaction = Reaction {
    name: "billing-note-revenue",
    summary: "Adds what was issued, credited or voided to the months, clients, contracts and services that it is earned with",
    on: &["invoice.issued", "invoice.credited", "invoice.voided"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit],
};

/// Tell the detector of what is billed.
pub const TELL_BILLED: Reaction = Reaction {
    name: "billing-tell-billed",
    summary: "Tells the series of what a contract's invoices come to day by day, in which the detector looks for the unusual",
    on: &["invoice.issued", "invoice.credited", "invoice.voided"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Audit, Need::Query(Index::Main)],
};

/// Note what recurs.
pub const NOTE_RECURRING: Reaction = Reaction {
    name: "billing-note-recurring",
    summary: "Notes what a contract comes to month by month, and what its bills to come bring",
    on: &["contract.signed", "contract.amended", "contract.ended", "invoice.drafted", "invoice.issued"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit, Need::Query(Index::Main), Need::Query(Index::ByRef)],
};

/// Note how late it was paid.
pub const NOTE_PAYMENTS: Reaction = Reaction {
    name: "billing-note-payments",
    summary: "Notes what a client paid, and how many days after it was due",
    on: &["payment.received"],
    timeout_s: 60,
    touches: &[Need::Get, Need::Put, Need::Update, Need::Audit],
};

/// How late clients pay.
pub const DELAYS: Route<NoPath, MonthsQuery, NoBody, DelaysView> =
    Route::get("billing-report-delays", "/v1/reports/payment-delays")
        .summary("Show how many days after the due date clients paid, by the month in which the money came in")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Who owes how much.
pub const RECEIVABLES: Route<NoPath, NoQuery, NoBody, ReceivablesView> =
    Route::get("billing-report-receivables", "/v1/reports/receivables")
        .summary("Show who owes how much and by how long it is due, and how many days of sales that is")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::Main)]);

/// Monthly recurring revenue.
pub const RECURRING: Route<NoPath, MonthsQuery, NoBody, RecurringView> =
    Route::get("billing-report-recurring", "/v1/reports/recurring-revenue")
        .summary("Show monthly recurring revenue, with what was new, grew, shrank and was lost")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Revenue.
pub const REVENUE: Route<NoPath, RevenueQuery, NoBody, RevenueView> =
    Route::get("billing-report-revenue", "/v1/reports/revenue")
        .summary("Show what was earned, by month, client, contract or service; months to come show what is deferred")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Deferred revenue.
pub const DEFERRED: Route<NoPath, CurrencyQuery, NoBody, DeferredView> =
    Route::get("billing-report-deferred", "/v1/reports/deferred-revenue")
        .summary("Show what was issued for days after this month, by the month in which it will be earned")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// The year that comes.
pub const FORECAST: Route<NoPath, CurrencyQuery, NoBody, ForecastView> =
    Route::get("billing-report-forecast", "/v1/reports/forecast")
        .summary("Show the next 12 months: what is certain, what is likely and what is possible, kept apart")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main)]);

/// Prices to look at.
pub const REVISIONS: Route<NoPath, RevisionQuery, NoBody, Page<RevisionsView>> =
    Route::get("billing-report-revisions", "/v1/reports/price-revisions")
        .summary("List the contracts in force, newest first, that have lines below the price list or below their cost")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::ByList), Need::Query(Index::Main), Need::Secret]);

/// What is left.
pub const MARGINS: Route<NoPath, MarginQuery, NoBody, MarginsView> =
    Route::get("billing-report-margins", "/v1/reports/profitability")
        .summary("Show what is left of revenue after what the work cost, by client, contract or technician")
        .permission(Permission::LedgerRead)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByList)]);

/// In which currency.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CurrencyQuery {
    /// ISO 4217; the tenant's when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
}

/// Which months.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MonthsQuery {
    /// The first month; eleven before the last when absent.
    #[param(value_type = Option<String>, example = "2026-01")]
    pub from: Option<Month>,
    /// The last month; the present one when absent. At most 36 in all.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub until: Option<Month>,
    /// ISO 4217; the tenant's when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
}

/// What a report is by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevenueBy {
    /// Month by month.
    #[default]
    Month,
    /// By client.
    Client,
    /// By contract.
    Contract,
    /// By service.
    Service,
}

/// Which revenue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RevenueQuery {
    /// The first month; eleven before the last when absent.
    #[param(value_type = Option<String>, example = "2026-01")]
    pub from: Option<Month>,
    /// The last month; the present one when absent. At most 36 in all.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub until: Option<Month>,
    /// By what its rows are; by month when absent.
    #[param(inline)]
    pub by: Option<RevenueBy>,
    /// With this client only.
    pub client: Option<ClientId>,
    /// ISO 4217; the tenant's when absent.
    #[param(value_type = Option<String>, pattern = "^[A-Z]{3}$")]
    pub currency: Option<Currency>,
}

/// Which contracts to look at.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RevisionQuery {
    /// Also those with nothing to revise, to see what of them is not on the price list or has no cost.
    pub all: Option<bool>,
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
}

/// What profitability is by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarginBy {
    /// By client.
    #[default]
    Client,
    /// By contract.
    Contract,
    /// By technician.
    Technician,
}

/// Which profitability.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MarginQuery {
    /// The first month; two before the last when absent.
    #[param(value_type = Option<String>, example = "2026-01")]
    pub from: Option<Month>,
    /// The last month; the present one when absent. At most 36 in all.
    #[param(value_type = Option<String>, example = "2026-12")]
    pub until: Option<Month>,
    /// By what its rows are; by client when absent.
    #[param(inline)]
    pub by: Option<MarginBy>,
}
