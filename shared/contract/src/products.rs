//! The software catalogue.

use domain::access::Permission;
use domain::ids::ProductId;
use domain::licences::{Edition, Product, Slug};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::{Page, PageQuery};
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};

/// Add a product.
pub const ADD: Route<NoPath, NoQuery, NewProduct, ProductView> = Route::post("licences-add-product", "/v1/products")
    .summary("Add a product to the software catalogue, with its editions from the smallest to the largest")
    .permission(Permission::LicenceManage)
    .created();

/// List the products.
pub const LIST: Route<NoPath, PageQuery, NoBody, Page<ProductView>> =
    Route::get("licences-list-products", "/v1/products")
        .summary("List the software catalogue, by vendor and name")
        .permission(Permission::ProductRead)
        .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// Read a product.
pub const GET: Route<AtProduct, NoQuery, NoBody, ProductView> =
    Route::get("licences-get-product", "/v1/products/{product}")
        .summary("Read a product")
        .permission(Permission::ProductRead)
        .touches(&[Need::Get]);

/// Change a product.
pub const CHANGE: Route<AtProduct, NoQuery, ProductChanges, ProductView> =
    Route::patch("licences-change-product", "/v1/products/{product}")
        .summary("Change a product; the editions are replaced as a whole")
        .permission(Permission::LicenceManage)
        .touches(&[Need::Get]);

/// A product in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtProduct {
    /// Which product.
    pub product: ProductId,
}

/// A product to be added.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "vendor": "Contoso", "name": "Contoso Office", "category": "Productivity", "purpose": "office",
    "editions": [
        { "name": "Basic", "features": ["mail", "web-apps"], "price_a_year": { "minor": 6_720, "currency": "EUR" } },
        {
            "name": "Premium", "features": ["mail", "web-apps", "desktop-apps", "device-management"],
            "price_a_year": { "minor": 24_720, "currency": "EUR" },
        },
    ],
    "unused_after_days": 30, "use_reported": true,
}))]
pub struct NewProduct {
    /// Who makes it.
    #[schema(min_length = 1, max_length = 120)]
    pub vendor: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What kind of software it is, for reports.
    #[schema(min_length = 1, max_length = 120)]
    pub category: String,
    /// What it is for; two products of one purpose do the same for a person.
    #[serde(default)]
    pub purpose: Option<Slug>,
    /// Its editions, from the smallest to the largest; up to 100 features in all.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub editions: Vec<Edition>,
    /// After so many days without use a seat counts as unused; 30 when absent.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 730)]
    pub unused_after_days: Option<u16>,
    /// Whether somebody reports its use; only then can it be found unused.
    #[serde(default)]
    pub use_reported: bool,
    /// Whether its first use by a person is worth a look.
    #[serde(default)]
    pub sensitive: bool,
}

/// What to change of a product; absent fields stay.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "unused_after_days": 60, "purpose": null }))]
pub struct ProductChanges {
    /// Another vendor.
    pub vendor: Option<String>,
    /// Another name.
    pub name: Option<String>,
    /// Another category.
    pub category: Option<String>,
    /// Another purpose; `null` for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Slug>)]
    pub purpose: Option<Option<Slug>>,
    /// The editions from now on.
    #[schema(max_items = 20)]
    pub editions: Option<Vec<Edition>>,
    /// Another number of days.
    #[schema(minimum = 1, maximum = 730)]
    pub unused_after_days: Option<u16>,
    /// Whether somebody reports its use.
    pub use_reported: Option<bool>,
    /// Whether its first use by a person is worth a look.
    pub sensitive: Option<bool>,
    /// Whether it is still licensed anew.
    pub active: Option<bool>,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProductView {
    /// Which product.
    pub id: ProductId,
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
    /// After so many days without use a seat counts as unused.
    pub unused_after_days: u16,
    /// Whether somebody reports its use.
    pub use_reported: bool,
    /// Whether its first use by a person is worth a look.
    pub sensitive: bool,
    /// Whether it is still licensed anew.
    pub active: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
        let Product { id, vendor, name, category, purpose, editions, unused_after_days, .. } = product;
        let Product { use_reported, sensitive, active, created_at, updated_at, .. } = product;
        ProductView {
            id,
            vendor,
            name,
            category,
            purpose,
            editions,
            unused_after_days,
            use_reported,
            sensitive,
            active,
            created_at,
            updated_at,
        }
    }
}
