//! The software catalogue.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::ProductId;
use domain::licences::Product;
use futures::future::try_join_all;

use crate::item::{Place, Record};
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Products that are read at once.
const SIDE_BY_SIDE: usize = 25;

/// What products are called.
#[derive(Clone, Debug, Default)]
pub struct ProductNames(BTreeMap<ProductId, String>);

impl ProductNames {
    /// One of those that were read.
    pub fn of(&self, product: ProductId) -> String {
        self.0.get(&product).cloned().unwrap_or_default()
    }
}

impl Record for Product {
    fn place(&self) -> Place {
        // The makers one after another, each with its products in order.
        let name = format!("{}\u{1f}{}", self.vendor, self.name);
        let list = (keys::list::PRODUCTS.to_owned(), keys::list::by_name(&name, self.id));
        Place { list: Some(list), ..Place::at(keys::product(self.id)) }
    }
}

impl TenantStore {
    /// A product.
    pub async fn product(&self, id: ProductId) -> Result<Versioned<Product>> {
        self.get(&keys::product(id)).await
    }

    /// What these products are called, each read once. Whoever gives them bounds how many they are: a page, or rows that are
    /// kept in one item.
    pub async fn product_names(&self, of: impl IntoIterator<Item = ProductId>) -> Result<ProductNames> {
        let ids: Vec<ProductId> = of.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let mut names = BTreeMap::new();
        for some in ids.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|id| self.product(*id))).await?;
            names.extend(read.into_iter().map(|read| (read.value.id, read.value.name)));
        }
        Ok(ProductNames(names))
    }

    /// A page of the products, by vendor and name.
    pub async fn products(&self, page: &PageRequest) -> Result<Slice<Versioned<Product>>> {
        self.page(&Listing::by_name(keys::list::PRODUCTS), page, |_| true).await
    }
}
