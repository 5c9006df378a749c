//! Clients and their contacts.

use domain::clients::Client;
use domain::contacts::Contact;
use domain::ids::{ClientId, ContactId};

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

impl Record for Client {
    fn place(&self) -> Place {
        let list = (keys::list::CLIENTS.to_owned(), keys::list::by_name(&self.name, self.id));
        Place { list: Some(list), ..Place::at(keys::client(self.id)) }
    }
}

impl Record for Contact {
    fn place(&self) -> Place {
        Place::at(keys::contact(self.client, self.id))
    }
}

impl TenantStore {
    /// A client.
    pub async fn client(&self, id: ClientId) -> Result<Versioned<Client>> {
        self.get(&keys::client(id)).await
    }

    /// A page of the clients, by name.
    pub async fn clients(&self, page: &PageRequest) -> Result<Slice<Versioned<Client>>> {
        self.page(&Listing::by_name(keys::list::CLIENTS), page, |_| true).await
    }

    /// A contact of a client.
    pub async fn contact(&self, client: ClientId, id: ContactId) -> Result<Versioned<Contact>> {
        self.get(&keys::contact(client, id)).await
    }

    /// A page of a client's contacts, oldest first.
    pub async fn contacts(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<Contact>>> {
        let partition = keys::client(client).pk;
        let query = format!("{partition}#CONTACTS");
        let listing = Listing { by: By::Children("CONTACT#"), partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |_| true).await
    }
}
