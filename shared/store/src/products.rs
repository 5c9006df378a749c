//! The software catalogue.

use domain::ids::ProductId;
use domain::licences::Product;

use crate::item::{Place, Record};
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

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

    /// A page of the products, by vendor and name.
    pub async fn products(&self, page: &PageRequest) -> Result<Slice<Versioned<Product>>> {
        self.page(&Listing::by_name(keys::list::PRODUCTS), page, |_| true).await
    }
}
