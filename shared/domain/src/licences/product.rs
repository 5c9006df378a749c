//! The software catalogue: what clients are licensed for, in which editions, and what is known of its use.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Slug;
use crate::error::Refusal;
use crate::ids::ProductId;
use crate::invalid::Check;
use crate::money::Money;

/// Longest name of a vendor, a product, a category or an edition.
pub const LONGEST_NAME: usize = 120;
/// Editions live inside the product's item.
pub const MOST_EDITIONS: usize = 20;
/// Features of all editions together: what is used of them is kept for every person.
pub const MOST_FEATURES: usize = 100;
/// A seat that nobody has used for so many days is unused, unless the product says otherwise.
pub const UNUSED_AFTER_DAYS: u16 = 30;
/// Two years: whoever comes back later than that does not need the seat in between.
pub const LONGEST_UNUSED_DAYS: u16 = 730;

/// A piece of software that clients can be licensed for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Which product.
    pub id: ProductId,
    /// Who makes it.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// What kind of software it is, for reports.
    pub category: String,
    /// What it is for; two products of one purpose do the same for a person.
    #[serde(default)]
    pub purpose: Option<Slug>,
    /// Its editions, from the smallest to the largest.
    #[serde(default)]
    pub editions: Vec<Edition>,
    /// After so many days without use a seat counts as unused.
    pub unused_after_days: u16,
    /// Whether somebody reports its use; only then can it be found unused.
    pub use_reported: bool,
    /// Whether its first use by a person is worth a look.
    pub sensitive: bool,
    /// Whether it is still licensed anew.
    pub active: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An edition of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Edition {
    /// Its name, which licences name it by.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 120))]
    pub name: String,
    /// What it can do.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(max_items = 100))]
    pub features: BTreeSet<Slug>,
    /// What a seat of it costs in a year, by the vendor's list.
    #[serde(default)]
    pub price_a_year: Option<Money>,
}

/// A product to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewProduct {
    /// Who makes it.
    pub vendor: String,
    /// Its name.
    pub name: String,
    /// What kind of software it is.
    pub category: String,
    /// What it is for.
    pub purpose: Option<Slug>,
    /// Its editions, from the smallest to the largest.
    pub editions: Vec<Edition>,
    /// After so many days without use a seat counts as unused; [`UNUSED_AFTER_DAYS`] when absent.
    pub unused_after_days: Option<u16>,
    /// Whether somebody reports its use.
    pub use_reported: bool,
    /// Whether its first use by a person is worth a look.
    pub sensitive: bool,
}

/// What to change; absent fields stay, `Some(None)` clears, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductChanges {
    /// Another vendor.
    pub vendor: Option<String>,
    /// Another name.
    pub name: Option<String>,
    /// Another category.
    pub category: Option<String>,
    /// Another purpose.
    pub purpose: Option<Option<Slug>>,
    /// The editions from now on.
    pub editions: Option<Vec<Edition>>,
    /// Another number of days.
    pub unused_after_days: Option<u16>,
    /// Whether somebody reports its use.
    pub use_reported: Option<bool>,
    /// Whether its first use by a person is worth a look.
    pub sensitive: Option<bool>,
    /// Whether it is still licensed anew.
    pub active: Option<bool>,
}

/// Adds a product.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(id: ProductId, new: NewProduct, now: Timestamp) -> Result<Product, Refusal> {
    let product = Product {
        id,
        vendor: new.vendor.trim().to_owned(),
        name: new.name.trim().to_owned(),
        category: new.category.trim().to_owned(),
        purpose: new.purpose,
        editions: new.editions,
        unused_after_days: new.unused_after_days.unwrap_or(UNUSED_AFTER_DAYS),
        use_reported: new.use_reported,
        sensitive: new.sensitive,
        active: true,
        created_at: now,
        updated_at: now,
    };
    check(&product)?;
    Ok(product)
}

/// Changes a product. Without a change it stays as it is, to the instant of its last change.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn change(product: Product, changes: ProductChanges, now: Timestamp) -> Result<Product, Refusal> {
    let trimmed = |text: Option<String>, before: &str| text.map_or(before.to_owned(), |text| text.trim().to_owned());
    let after = Product {
        vendor: trimmed(changes.vendor, &product.vendor),
        name: trimmed(changes.name, &product.name),
        category: trimmed(changes.category, &product.category),
        purpose: changes.purpose.unwrap_or_else(|| product.purpose.clone()),
        editions: changes.editions.unwrap_or_else(|| product.editions.clone()),
        unused_after_days: changes.unused_after_days.unwrap_or(product.unused_after_days),
        use_reported: changes.use_reported.unwrap_or(product.use_reported),
        sensitive: changes.sensitive.unwrap_or(product.sensitive),
        active: changes.active.unwrap_or(product.active),
        ..product.clone()
    };
    if after == product {
        return Ok(product);
    }
    check(&after)?;
    Ok(Product { updated_at: now, ..after })
}

impl Product {
    /// The edition of this name.
    pub fn edition(&self, name: &str) -> Option<&Edition> {
        self.editions.iter().find(|edition| edition.name == name)
    }

    /// What any of its editions can do.
    pub fn features(&self) -> BTreeSet<&Slug> {
        self.editions.iter().flat_map(|edition| &edition.features).collect()
    }
}

fn check(product: &Product) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/vendor", &product.vendor, LONGEST_NAME);
    check.line("/name", &product.name, LONGEST_NAME);
    check.line("/category", &product.category, LONGEST_NAME);
    let days = (1..=LONGEST_UNUSED_DAYS).contains(&product.unused_after_days);
    check.that(days, "/unused_after_days", "out_of_range", "must be from 1 to 730 days");
    check.count("/editions", product.editions.len(), MOST_EDITIONS);
    let mut names = HashSet::new();
    for (index, edition) in product.editions.iter().enumerate() {
        let at = |name: &str| format!("/editions/{index}/{name}");
        check.line(&at("name"), &edition.name, LONGEST_NAME);
        let new = names.insert(edition.name.to_lowercase());
        check.that(new, &at("name"), "duplicate", "is in the list already; leave one of them out");
        let fair = edition.price_a_year.is_none_or(|price| !price.is_negative());
        check.that(fair, &at("price_a_year"), "out_of_range", "must not be negative");
        if let Some(price) = edition.price_a_year {
            check.currency(&at("price_a_year/currency"), price.currency());
        }
    }
    check.count("/editions", product.features().len(), MOST_FEATURES);
    check.done()
}
