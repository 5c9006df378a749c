//! What shows a finding: values, and the plain sentence that they make.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Most features that a sentence names.
const MOST_NAMED: usize = 20;

/// One fact behind a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingEvidence))]
pub enum Evidence {
    /// Who holds a seat, and since when.
    HeldSince {
        /// Their name.
        who: String,
        /// The local date.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        since: Date,
    },
    /// The holder does not work there any more.
    HasLeft {
        /// Their name.
        who: String,
    },
    /// The latest use.
    LastUsed {
        /// The local date.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// No use by the holder since they have the seat.
    NotUsedSince {
        /// The local date from which use would have been heard of.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        since: Date,
    },
    /// The rule of the product.
    UnusedAfter {
        /// Days.
        days: u16,
    },
    /// Nobody at all was heard to use the product lately: it may be that nobody reports it any more.
    Silent {
        /// The product.
        product: String,
        /// The latest use by anybody; none when there was never any.
        #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = Date))]
        since: Option<Date>,
    },
    /// How many seats there are, and how many of them are held.
    Seats {
        /// Paid for.
        seats: u32,
        /// Held.
        held: u32,
        /// Kept free on purpose.
        spare: u32,
    },
    /// On how many of the last 30 days a product was used.
    ActiveDays {
        /// The product.
        product: String,
        /// Days.
        days: u8,
    },
    /// Another seat that does the same for the holder, and stays.
    Instead {
        /// Its product.
        product: String,
        /// Its edition.
        edition: Option<String>,
    },
    /// What was used of a product in the time that counts.
    Features {
        /// Names of features.
        features: Vec<String>,
        /// Over so many days.
        days: u32,
    },
    /// The edition that has all of it.
    Enough {
        /// Its name.
        edition: String,
        /// A year of its seat, if that is known.
        yearly: Option<Money>,
    },
    /// What a seat costs in a year.
    SeatCosts {
        /// In a year.
        yearly: Money,
    },
    /// The licence was terminated: what a seat costs after that is saved already.
    Terminated {
        /// The first day on which it does not hold any more.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        on: Date,
    },
    /// Who used something without a seat.
    UsedWithoutSeat {
        /// Who.
        who: String,
        /// What.
        product: String,
        /// The latest day.
        #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
        last: Date,
    },
}

impl Evidence {
    /// For people.
    pub fn sentence(&self) -> String {
        match self {
            Self::HeldSince { who, since } => format!("{who} holds the seat since {since}."),
            Self::HasLeft { who } => format!("{who} does not work there any more."),
            Self::LastUsed { on } => format!("It was last used on {on}."),
            Self::NotUsedSince { since } => format!("No use was reported since {since}."),
            Self::UnusedAfter { days } => format!("A seat of this product is unused after {days} days."),
            Self::Silent { product, since: Some(since) } => {
                format!(
                    "Nobody was heard to use {product} after {since}; if that is a surprise, look at who reports it."
                )
            }
            Self::Silent { product, since: None } => {
                format!("Nobody was ever heard to use {product}; if that is a surprise, look at who reports it.")
            }
            Self::Seats { seats, held, spare } => match spare {
                0 => format!("{held} of {seats} seats are held."),
                _ => format!("{held} of {seats} seats are held, and {spare} are kept free on purpose."),
            },
            Self::ActiveDays { product, days } => format!("{product} was used on {days} of the last 30 days."),
            Self::Instead { product, edition } => match edition {
                Some(edition) => format!("A seat of {product} {edition} does the same, and stays."),
                None => format!("A seat of {product} does the same, and stays."),
            },
            Self::Features { features, days } => {
                let named: Vec<&str> = features.iter().take(MOST_NAMED).map(String::as_str).collect();
                format!("In the last {days} days only this was used: {}.", named.join(", "))
            }
            Self::Enough { edition, yearly: Some(yearly) } => {
                format!("{edition} has all of it, for {yearly} a seat and year.")
            }
            Self::Enough { edition, yearly: None } => format!("{edition} has all of it."),
            Self::SeatCosts { yearly } => format!("A seat costs {yearly} a year."),
            Self::Terminated { on } => format!("The licence ends on {on}: what is left until then can be saved."),
            Self::UsedWithoutSeat { who, product, last } => {
                format!("{who} used {product} without a seat, last on {last}.")
            }
        }
    }
}
