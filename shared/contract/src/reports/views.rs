//! What reports show.

use domain::billing::reports::{Ages, Month, NoMargin, RecurringMonth, Service};
use domain::ids::{ClientId, ContractId, LineId, UserId};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who owes how much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReceivablesView {
    /// The tenant's local date.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Whether all open invoices are in it; a report reads 5,000, the oldest first.
    pub complete: bool,
    /// Currency by currency.
    pub currencies: Vec<CurrencyReceivables>,
}

/// The receivables in a currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CurrencyReceivables {
    /// In which.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// All clients together.
    pub all: Ages,
    /// What was sold since `sold_since`, with taxes, less credits.
    pub sold: Money,
    /// The first day of the month before last.
    #[schema(value_type = String, format = Date)]
    pub sold_since: Date,
    /// Receivables ÷ what was sold × the days since then; absent where nothing was sold.
    pub days_sales_outstanding: Option<Decimal>,
    /// Client by client, who owes most first.
    pub clients: Vec<ClientReceivables>,
}

/// What a client owes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientReceivables {
    /// Which client.
    pub client: ClientId,
    /// By how long it is due.
    pub ages: Ages,
}

/// How late clients pay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DelaysView {
    /// Of all amounts.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
    /// Whether all clients are in it; a report reads 5,000 of a month.
    pub complete: bool,
    /// All clients together.
    pub all: Delay,
    /// Client by client, the latest first.
    pub clients: Vec<ClientDelay>,
}

/// How late something was paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delay {
    /// What was paid on invoices.
    pub paid: Money,
    /// The mean days after the due date, each cent counting the same; negative where it was before. Absent where
    /// nothing was paid.
    pub days: Option<Decimal>,
    /// How many times something was paid on an invoice.
    pub times: i64,
    /// How many of these came after the invoice was due.
    pub late: i64,
}

/// How late a client pays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClientDelay {
    /// Which client.
    pub client: ClientId,
    /// How late.
    pub delay: Delay,
}

/// Monthly recurring revenue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecurringView {
    /// Of all amounts.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// Month by month.
    pub months: Vec<RecurringMonth>,
}

/// What was earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevenueView {
    /// Of all amounts.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
    /// All rows together.
    pub total: Money,
    /// Whether all of it is in the rows; a report reads 5,000 of a month.
    pub complete: bool,
    /// Most first; months in their order.
    pub rows: Vec<RevenueRow>,
}

/// What was earned with something, without taxes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevenueRow {
    /// In which month, where it is by month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// With which client, where it is by client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Under which contract, where it is by contract; absent for what was under none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// Of what, where it is by service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// How much.
    pub net: Money,
}

/// Deferred revenue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeferredView {
    /// The last day of this month, at the end of which it is still to be earned.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// All of it.
    pub total: Money,
    /// By the month in which it will be earned.
    pub months: Vec<DeferredMonth>,
}

/// What will be earned in a month, and was issued before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeferredMonth {
    /// Which month.
    pub month: Month,
    /// Without taxes.
    pub net: Money,
}

/// The year that comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastView {
    /// Of all amounts.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    pub currency: Currency,
    /// What the possible is made of; absent while fewer than three months have passed.
    pub trend: Option<TrendView>,
    /// The twelve months after this one.
    pub months: Vec<ForecastMonth>,
}

/// What a trend is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrendView {
    /// How: `damped_trend`, Gardner and McKenzie 1985, with fixed weights.
    pub method: String,
    /// How many months it was made of, at most 24, this one not among them.
    pub months: u32,
}

/// A month that comes, without taxes. The parts are kept apart: they are not equally sure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ForecastMonth {
    /// Which month.
    pub month: Month,
    /// Certain: issued already, for days of this month.
    pub issued: Money,
    /// Certain: agreed within the contracts' terms, and not billed yet.
    pub agreed: Money,
    /// Likely: of contracts that renew unless somebody gives notice.
    pub likely: Money,
    /// Possible: the trend of what comes beside what is agreed (use, work, charges); absent without a trend.
    pub possible: Option<Money>,
}

/// What of a contract to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevisionsView {
    /// Which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// Its name.
    pub name: String,
    /// With whom.
    pub client: ClientId,
    /// Its lines below the price list or below their cost.
    pub lines: Vec<RevisionView>,
    /// Lines that recur and are not on the price list: nothing is said of them.
    pub unlisted: u32,
    /// Lines on the list of which nobody has said what they cost.
    pub without_cost: u32,
}

/// A line whose price somebody should look at. All amounts are of a month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RevisionView {
    /// Which line.
    pub line: LineId,
    /// What the invoice calls it.
    pub text: String,
    /// How many there are of it.
    pub quantity: Decimal,
    /// What they bring.
    pub agreed: Money,
    /// What they would bring by the price list.
    pub listed: Money,
    /// What they cost, if somebody has said so.
    pub cost: Option<Money>,
    /// What they lack to the price list; 0 where they are not below it.
    pub below_list: Money,
    /// What they lack to their cost; 0 where they are not below it, or it is not known.
    pub below_cost: Money,
}

/// What is left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarginsView {
    /// The first month.
    pub from: Month,
    /// The last month.
    pub until: Month,
    /// Whether all work and revenue is in it; a report reads 5,000 of a kind.
    pub complete: bool,
    /// Minutes for which nobody has said what an hour costs; they are in no amount.
    pub minutes_without_rate: u64,
    /// Time entries of these.
    pub entries_without_rate: u32,
    /// Who brought most first.
    pub rows: Vec<MarginRow>,
}

/// What is left with somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MarginRow {
    /// Which client, where it is by client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
    /// Which contract, where it is by contract; absent for what was under none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
    /// Who, where it is by technician.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technician: Option<UserId>,
    /// What was earned, by currency, without taxes. Of technicians: what their billable work was or
    /// would be billed for, before prepaid hours: rounded as an invoice rounds it, at the rates of the day.
    pub revenue: Vec<Money>,
    /// Billable minutes for which there is no rate, of technicians; they are in no amount.
    pub unpriced_minutes: u64,
    /// What the work cost, as far as it is known.
    pub cost: Money,
    /// All minutes of work.
    pub minutes: u64,
    /// Minutes for which nobody has said what an hour costs; they are in no amount.
    pub minutes_without_rate: u64,
    /// Time entries of these.
    pub entries_without_rate: u32,
    /// Minutes of the client's work, where it is by contract, of which nobody can say which contract they were for. They
    /// stand in the client's row without a contract.
    #[serde(default)]
    pub unattributed_minutes: u64,
    /// Revenue less cost; none while something of it is not known.
    pub margin: Option<Money>,
    /// Why there is no margin, where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_margin: Option<NoMarginView>,
}

/// Why there is no margin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoMarginView {
    /// For programs.
    pub code: NoMargin,
    /// The same in a sentence.
    pub why: String,
}

impl From<NoMargin> for NoMarginView {
    fn from(code: NoMargin) -> Self {
        NoMarginView { code, why: code.sentence().to_owned() }
    }
}
