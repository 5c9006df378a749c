//! What is known of a client's licences on a day, as far as findings are made of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, LicenceId, ProductId, UnitId};
use crate::licences::Holder;
use crate::money::Money;

/// A client on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The local date.
    pub today: Date,
    /// The products that its licences and its uses name.
    pub products: BTreeMap<ProductId, Product>,
    /// The licences that are in force today.
    pub licences: Vec<Licence>,
    /// Its people, those who left included.
    pub people: BTreeMap<ContactId, Person>,
    /// Who used what.
    pub uses: BTreeMap<(ContactId, ProductId), Use>,
    /// Uses by somebody whom nobody knows.
    pub strangers: Vec<Stranger>,
}

/// A product.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its name.
    pub name: String,
    /// What it is for; products for the same do the same for a person.
    pub purpose: Option<String>,
    /// A seat that is idle for so many days is unused.
    pub unused_after_days: u16,
    /// Whether its use is reported at all: only then can nobody's silence say something.
    pub use_reported: bool,
    /// From the smallest to the largest; each has what the smaller ones have, and more.
    pub editions: Vec<Edition>,
}

/// An edition of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name.
    pub name: String,
    /// What it can do, or what it adds to the smaller ones.
    pub features: BTreeSet<String>,
    /// What a seat of it costs in a year by the vendor's list.
    pub list: Option<Money>,
}

/// A licence in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Licence {
    /// Which one.
    pub id: LicenceId,
    /// Of which product.
    pub product: ProductId,
    /// Of which edition.
    pub edition: Option<String>,
    /// Whether seats are what is paid for: neither by use nor by cores.
    pub by_seat: bool,
    /// Seats that are paid for today.
    pub seats: u32,
    /// The least that it had at any time in the last [`super::NEW_SEATS_DAYS`], and will have by what is planned: seats
    /// that are there to stay.
    pub settled_seats: u32,
    /// The least that it has today, or will have by what is planned. That seats are new makes it no less.
    pub planned_seats: u32,
    /// Free seats that are kept on purpose.
    pub spare: u32,
    /// Whether a seat of it was ever assigned: without that nobody can say which are free.
    pub tracked: bool,
    /// What a seat costs.
    pub cost: Cost,
    /// The last day of notice for the next renewal.
    pub notice_by: Option<Date>,
    /// The day on which it renews, or ends.
    pub renews_on: Option<Date>,
    /// Who holds its seats today.
    pub held: Vec<Seat>,
}

/// What a seat costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cost {
    /// So much a year.
    Yearly(Money),
    /// It was paid for once.
    Perpetual,
    /// What is used is paid for, and not seats.
    ByUse,
    /// Nobody has said.
    Unknown,
}

impl Cost {
    /// A year of a seat.
    pub const fn yearly(self) -> Option<Money> {
        match self {
            Self::Yearly(money) => Some(money),
            Self::Perpetual | Self::ByUse | Self::Unknown => None,
        }
    }
}

/// A seat that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// By whom.
    pub whose: Whose,
    /// Since which local date.
    pub since: Date,
}

/// Who holds or uses something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingHolder))]
pub enum Whose {
    /// A person at the client.
    Contact {
        /// Which one.
        contact: ContactId,
    },
    /// A device, by its name.
    Device {
        /// Its name.
        device: String,
    },
    /// Somebody whom nobody knows, as the use named them.
    Stranger {
        /// Who, in the words of the use.
        who: String,
    },
}

impl Whose {
    /// Who would hold a seat; none for a stranger, who holds none.
    pub fn holder(&self) -> Option<Holder> {
        match self {
            Self::Contact { contact } => Some(Holder::Contact { contact: *contact }),
            Self::Device { device } => device.parse().ok().map(|name| Holder::Device { name }),
            Self::Stranger { .. } => None,
        }
    }

    /// The person, if it is one who is known.
    pub const fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Contact { contact } => Some(*contact),
            Self::Device { .. } | Self::Stranger { .. } => None,
        }
    }
}

/// A person at the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Whether they still work there.
    pub active: bool,
    /// Their department.
    pub unit: Option<UnitId>,
}

/// What a person did with a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The first day.
    pub first: Date,
    /// The latest day.
    pub last: Date,
    /// On how many of the last 30 days.
    pub active_days: u8,
    /// Features, with the latest day of each.
    pub features: BTreeMap<String, Date>,
}

/// Use by somebody whom nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Who, in the words of the use.
    pub who: String,
    /// What they used.
    pub product: ProductId,
    /// The latest day.
    pub last: Date,
}

impl Facts {
    /// The first and the latest day on which any use at this client was heard of. Before and after nobody's silence says
    /// anything: whoever reports was not connected yet, or is not any more.
    pub fn heard(&self) -> Option<(Date, Date)> {
        let first = self.uses.values().map(|used| used.first).min()?;
        let last = self.uses.values().map(|used| used.last).max()?;
        Some((first, last))
    }

    /// The latest day on which anybody used a product.
    pub fn heard_of(&self, product: ProductId) -> Option<Date> {
        self.uses.iter().filter(|((_, of), _)| *of == product).map(|(_, used)| used.last).max()
    }

    /// The product of a licence. One that is not among the facts has no name and no rules.
    pub fn product(&self, id: ProductId) -> Option<&Product> {
        self.products.get(&id)
    }

    /// The name of somebody, for a sentence.
    pub fn name_of(&self, whose: &Whose) -> String {
        match whose {
            Whose::Contact { contact } => {
                self.people.get(contact).map_or_else(|| contact.to_string(), |person| person.name.clone())
            }
            Whose::Device { device } => device.clone(),
            Whose::Stranger { who } => who.clone(),
        }
    }
}
