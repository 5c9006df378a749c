//! What a quantity costs: the pricing models of the field (Stripe, Lago, Orb, OpenMeter know the same ones).
//!
//! Prices are in major units of the line's currency and nothing is rounded here: the caller rounds the end of the
//! calculation once ([`crate::Money::rounded`]). The order is that of OpenMeter's "Discounts, Commitment": the model
//! ([`price`]), then discounts, then minimum and maximum, then taxes; all but the first are the bill's.

mod amount;
mod check;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use amount::{price, price_transactions};

/// More tiers than this are a mistake, and a price is stored within its contract's item.
pub const MOST_TIERS: usize = 50;
/// The highest price, fee, minimum and maximum, in major units.
pub const HIGHEST_PRICE: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Decimal places of a price: a billionth of a euro for a byte.
pub const PRICE_DECIMALS: u32 = 9;
/// The largest quantity, and the largest amount of a transaction.
pub const LARGEST_QUANTITY: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Decimal places of a quantity.
pub const QUANTITY_DECIMALS: u32 = 6;
/// The highest percentage: ten times what was turned over is a slip of the pen.
pub const HIGHEST_PERCENT: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);
/// Decimal places of a percentage.
pub const PERCENT_DECIMALS: u32 = 6;
/// The largest amount in major units that comes out, as of [`crate::money::LARGEST_MINOR`] with two places. Up to it a
/// price times a quantity has at most 28 digits, which is what `Decimal` holds exactly.
pub const LARGEST_AMOUNT: Decimal = Decimal::from_parts(1_316_134_912, 2_328, 0, false, 0);
/// A call's transactions of one period; more of them are to be priced in several calls.
pub const MOST_TRANSACTIONS: usize = 100_000;

/// How a quantity becomes an amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Pricing {
    /// The same for any quantity, zero included.
    Flat {
        /// In major units, a period.
        #[serde(deserialize_with = "crate::decimal::plain")]
        amount: Decimal,
    },
    /// So much for each unit, and the fraction of it for a fraction.
    PerUnit {
        /// In major units, a unit.
        #[serde(deserialize_with = "crate::decimal::plain")]
        price: Decimal,
        /// So many units of each period cost nothing.
        #[serde(default, deserialize_with = "crate::decimal::plain")]
        free_units: Decimal,
    },
    /// Each unit at the price of the tier that it falls into.
    Graduated {
        /// In order, the last one open.
        tiers: Vec<Tier>,
        /// Whether the first tier's flat fee is due when nothing was used. Vendors differ, and changed their minds
        /// (getlago/lago-api #5760), so nobody has to guess here.
        flat_fee_at_zero: bool,
    },
    /// All units at the price of the tier into which the last one falls.
    Volume {
        /// In order, the last one open.
        tiers: Vec<Tier>,
        /// As for graduated tiers.
        flat_fee_at_zero: bool,
    },
    /// Whole packages; one that is started counts as a whole (Lago, "Package": 201 units at 5 for 100 cost 10 when the
    /// first 100 are free).
    Package {
        /// How many units are in one; more than zero.
        #[serde(deserialize_with = "crate::decimal::plain")]
        size: Decimal,
        /// In major units, a package.
        #[serde(deserialize_with = "crate::decimal::plain")]
        price: Decimal,
        /// So many units of each period cost nothing and open no package.
        #[serde(default, deserialize_with = "crate::decimal::plain")]
        free_units: Decimal,
    },
    /// A part of what was turned over, and so much for each transaction; the quantity is an amount in major units. See
    /// [`price_transactions`].
    Percentage(PercentagePricing),
}

/// A part of each transaction's amount, and a fixed fee for each (Lago, "Percentage").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PercentagePricing {
    /// Per cent of the amount.
    #[serde(deserialize_with = "crate::decimal::plain")]
    pub percent: Decimal,
    /// In major units, for each transaction.
    #[serde(default, deserialize_with = "crate::decimal::plain")]
    pub fixed: Decimal,
    /// So much of each period's amount, the earliest, is free of the percentage. In major units.
    #[serde(default, deserialize_with = "crate::decimal::plain")]
    pub free_amount: Decimal,
    /// So many of each period's transactions, the earliest, are free of the fixed fee.
    #[serde(default)]
    pub free_transactions: u32,
    /// The least that a transaction costs, in major units; one that is free of both stays free.
    #[serde(default, deserialize_with = "crate::decimal::plain_option")]
    pub minimum: Option<Decimal>,
    /// The most that a transaction costs, in major units.
    #[serde(default, deserialize_with = "crate::decimal::plain_option")]
    pub maximum: Option<Decimal>,
}

/// A range of quantities: above the tier before, up to and including `up_to`. Tiers touch, so that a fraction between
/// two whole units falls into one as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Tier {
    /// The last quantity in it; absent in the last tier and only there.
    #[serde(default, deserialize_with = "crate::decimal::plain_option")]
    pub up_to: Option<Decimal>,
    /// In major units, a unit.
    #[serde(default, deserialize_with = "crate::decimal::plain")]
    pub unit_price: Decimal,
    /// In major units, once when the tier is reached.
    #[serde(default, deserialize_with = "crate::decimal::plain")]
    pub flat_fee: Decimal,
}

/// A pricing model with what a period costs at least and at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Price {
    /// The model.
    pub pricing: Pricing,
    /// A period costs at least this, in major units, after discounts; what lacks is billed once, at its end.
    #[serde(default)]
    pub minimum: Option<Decimal>,
    /// A period costs at most this, in major units, after discounts.
    #[serde(default)]
    pub maximum: Option<Decimal>,
}

/// What a quantity costs by the model alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// Exactly, in major units, before discounts, before the period's minimum and maximum, and before it is rounded.
    pub before_limits: Decimal,
    /// What it is made of; the amounts add up to it.
    pub parts: Vec<Part>,
}

/// A part of what a quantity costs: `quantity` × `unit_price` + `flat_fee` = `amount`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Part {
    /// What is counted.
    pub what: What,
    /// How many.
    pub quantity: Decimal,
    /// In major units, exactly.
    pub unit_price: Decimal,
    /// In major units, once.
    pub flat_fee: Decimal,
    /// In major units, exactly.
    pub amount: Decimal,
}

/// What a part of a price counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum What {
    /// The flat amount.
    Flat {},
    /// Units.
    Units {},
    /// Units, or an amount, that cost nothing.
    Free {},
    /// Units in a tier.
    Tier {
        /// Which, from 1.
        n: u32,
    },
    /// Packages.
    Packages {},
    /// An amount, of which a part is due.
    Percentage {},
    /// Transactions with a fixed fee.
    Transactions {},
    /// What lifts transactions to their minimum.
    TransactionMinimum {},
    /// What is above the maximum of transactions; negative.
    TransactionMaximum {},
}
