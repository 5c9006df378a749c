//! What a contract, a proposal or a change of one will bill.

use domain::access::Permission;
use domain::billing::cycle::Period;
use domain::billing::lines::{InvoiceLine, Origin};
use domain::billing::simulate::{Effect, Simulated, Simulation};
use domain::billing::taxes::TaxSum;
use domain::ids::LineId;
use domain::money::Money;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::amendments::NewAmendment;
use crate::contracts::AtContract;
use crate::need::{Index, Need};
use crate::route::{NoQuery, Route, Writes};

/// Simulate a contract.
pub const SIMULATE: Route<AtContract, NoQuery, SimulationQuestion, SimulationView> =
    Route::post("billing-simulate", "/v1/contracts/{contract}/simulation")
        .summary(
            "Show the next 12 bills of a contract or of a proposal, and what an amendment would change; writes nothing",
        )
        .permission(Permission::ContractRead)
        .writes(Writes::Nothing)
        .touches(&[Need::Get, Need::Query(Index::Main), Need::Query(Index::ByRef)]);

/// What to simulate.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct SimulationQuestion {
    /// As if this were made now.
    #[serde(default)]
    pub amendment: Option<NewAmendment>,
}

/// What comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SimulationView {
    /// The next bills, at most 12, each as if it had an invoice to itself. What is counted stays as it was counted last; usage and charges are
    /// those that are there already.
    pub bills: Vec<BillView>,
    /// What the amendment does to the period in which it takes effect; none of one that is more than 530 bills ahead.
    pub effect: Option<EffectView>,
}

/// A bill that comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BillView {
    /// Its local date.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// Until when it would have to be paid.
    #[schema(value_type = String, format = Date)]
    pub due_on: Date,
    /// What is on it.
    pub lines: Vec<BillLineView>,
    /// All lines together, after discounts and without taxes; below zero it is owed to the client.
    pub net: Money,
    /// The tax summary, by the rates that are known today.
    pub taxes: Vec<TaxSum>,
    /// With taxes.
    pub total: Money,
    /// Why somebody would have to look at it first.
    pub holds: Vec<String>,
}

/// A line of a bill that comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BillLineView {
    /// Where it comes from.
    pub origin: Origin,
    /// What it says.
    pub text: String,
    /// The days that it pays for.
    pub service: Option<Period>,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    pub unit: Option<String>,
    /// In major units; absent where no single price is behind it.
    pub unit_price: Option<Decimal>,
    /// Before discounts; with the taxes that are inside the price.
    pub gross: Money,
    /// What is taken off.
    pub discount: Money,
    /// After discounts, without taxes.
    pub net: Money,
    /// How it was computed.
    pub note: Option<String>,
}

/// What an amendment does to the period in which it takes effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EffectView {
    /// The whole period.
    pub period: Period,
    /// The lines whose bill for the period changes.
    pub lines: Vec<LineEffect>,
    /// All lines together, without taxes.
    pub net: Money,
}

/// What changes for a line.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LineEffect {
    /// Which line.
    pub line: LineId,
    /// More is charged, less is credited; without taxes.
    pub net: Money,
}

impl From<Simulation> for SimulationView {
    fn from(Simulation { bills, effect }: Simulation) -> Self {
        let effect = effect.map(|Effect { period, lines, net }| EffectView {
            period,
            lines: lines.into_iter().map(|(line, net)| LineEffect { line, net }).collect(),
            net,
        });
        SimulationView { bills: bills.into_iter().map(BillView::from).collect(), effect }
    }
}

impl From<Simulated> for BillView {
    fn from(Simulated { draft, lines, taxed }: Simulated) -> Self {
        let on = draft.on();
        BillView {
            on,
            due_on: draft.terms.due_on(on),
            lines: lines.into_iter().map(BillLineView::from).collect(),
            net: taxed.net,
            taxes: taxed.summary,
            total: taxed.total,
            holds: draft.holds.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<InvoiceLine> for BillLineView {
    fn from(line: InvoiceLine) -> Self {
        let InvoiceLine { origin, text, service, quantity, unit, unit_price, gross, discount, net, note, .. } = line;
        BillLineView { origin, text, service, quantity, unit, unit_price, gross, discount, net, note }
    }
}
