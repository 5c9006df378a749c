//! What is known of a client's licences on a day, as far as findings are made of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, LicenceId, ProductId, UnitId};
use crate::licences::Holder;
use crate::money::Money;

/// Days that an activity of the last month looks back, today included.
pub const MONTH_DAYS: i64 = 30;

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
    /// Who was licensed for what in the last [`super::SHADOW_DAYS`], also by seats that were released and by licences that
    /// have ended since.
    pub licensed: Vec<Licensed>,
}

/// A time in which somebody might use a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licensed {
    /// Which product.
    pub product: ProductId,
    /// Who held a seat; none where the licence let everybody in.
    pub whose: Option<Whose>,
    /// The first day.
    pub since: Date,
    /// The day on which it was over, if it is: whoever used the product in the morning did so with a seat.
    pub until: Option<Date>,
}

impl Licensed {
    /// Whether it was so at any time of a day.
    pub fn covers(&self, day: Date) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }
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
    /// Whether its seats are those of devices: whoever works at one needs none of their own.
    pub for_devices: bool,
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
    /// When and how it ends, where it was terminated.
    pub ending: Option<Ending>,
    /// The last day of notice for the next renewal; it may have passed.
    pub notice_by: Option<Date>,
    /// The day on which it renews, or ends.
    pub renews_on: Option<Date>,
    /// Who holds its seats today.
    pub held: Vec<Seat>,
}

/// The end of a licence that was terminated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ending {
    /// The first day on which it does not hold any more.
    pub on: Date,
    /// What part of a year it holds for from today, and at most the whole.
    pub share: Decimal,
    /// Whether it renews before: only then can it be resized at a renewal.
    pub renews: bool,
}

impl Licence {
    /// What of a year's amount is still to come: all of it, or what is left until it ends.
    pub fn still_to_come(&self, yearly: Money) -> Money {
        // A part of an amount is never too large.
        self.ending.map_or(yearly, |ending| yearly.times(ending.share).unwrap_or(yearly))
    }

    /// What a seat costs in the year to come.
    pub fn cost_to_come(&self) -> Cost {
        match self.cost {
            Cost::Yearly(yearly) => Cost::Yearly(self.still_to_come(yearly)),
            other => other,
        }
    }
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
    /// The days of them that are known.
    pub recent: BTreeSet<Date>,
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
    /// The first day.
    pub first: Date,
    /// The latest day.
    pub last: Date,
}

/// When use was heard of at a client, in all and product by product. It is reckoned once: there are many seats, and many uses.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The first and the latest day on which anything was used.
    any: Option<(Date, Date)>,
    products: BTreeMap<ProductId, (Date, Date)>,
}

impl Heard {
    pub(super) fn of(facts: &Facts) -> Self {
        let mut heard = Self::default();
        let known = facts.uses.iter().map(|((_, product), used)| (*product, used.first, used.last));
        for (product, first, last) in known.chain(facts.strangers.iter().map(|one| (one.product, one.first, one.last)))
        {
            let with = |(from, to): (Date, Date)| (from.min(first), to.max(last));
            heard.any = Some(heard.any.map_or((first, last), with));
            heard.products.entry(product).and_modify(|days| *days = with(*days)).or_insert((first, last));
        }
        heard
    }

    /// From which day on silence of a product says something, and until which: from the first on which that product was heard
    /// of, for each may have a source of its own, or any was where it never was; until the latest on which any was. Before and
    /// after, whoever reports was not connected.
    pub(super) fn listening(&self, product: ProductId) -> Option<(Date, Date)> {
        let (first, last) = self.any?;
        Some((self.products.get(&product).map_or(first, |(first, _)| *first), last))
    }

    /// The latest day on which anybody used a product.
    pub(super) fn last_of(&self, product: ProductId) -> Option<Date> {
        self.products.get(&product).map(|(_, last)| *last)
    }
}

impl Facts {
    /// Whoever has become a contact is no stranger any more: what was used in their name is theirs, on the days that are known
    /// of it. `contact` says whom a name of the use is now.
    #[must_use]
    pub fn explained(mut self, contact: impl Fn(&str) -> Option<ContactId>) -> Self {
        let month = self.today.saturating_sub((MONTH_DAYS - 1).days());
        for stranger in std::mem::take(&mut self.strangers) {
            let Some(contact) = contact(&stranger.who) else {
                self.strangers.push(stranger);
                continue;
            };
            let days = [stranger.first, stranger.last].map(|day| day.min(self.today));
            let own = self.uses.entry((contact, stranger.product)).or_insert_with(|| Use {
                first: days[0],
                last: days[1],
                active_days: 0,
                recent: BTreeSet::new(),
                features: BTreeMap::new(),
            });
            (own.first, own.last) = (own.first.min(days[0]), own.last.max(days[1]));
            own.recent.extend(days.into_iter().filter(|day| *day >= month));
            own.active_days = own.active_days.max(u8::try_from(own.recent.len()).unwrap_or(u8::MAX));
        }
        self
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
