//! Users, how many owners there are, and which account an e-mail address leads to.

use domain::access::Role;
use domain::ids::{ClientId, TenantId, UserId};
use domain::users::{Email, Owners, User, UserState};
use serde::{Deserialize, Serialize};

use crate::error::{Result, from_sdk};
use crate::item::{Place, Record, from_item, text};
use crate::keys::{self, Scope, digest};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Slice, Store, TenantStore, Versioned};

/// Most accounts of one address that a sign-in looks at. Each costs a password check; whoever has more names the MSP.
const MAX_LOGINS: i32 = 5;

impl Record for User {
    fn place(&self) -> Place {
        let list = (keys::list::USERS.to_owned(), keys::list::by_name(&self.name, self.id));
        Place { list: Some(list), ..Place::at(keys::user(self.id)) }
    }
}

impl Record for Owners {
    fn place(&self) -> Place {
        Place::at(keys::owners())
    }
}

/// An address and the account that it leads to at one MSP. It stands in nobody's scope, for it is read before the tenant
/// is known, and holds the address as a digest only. Being there once, it also keeps the address unique at the MSP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Login {
    address: String,
    /// At which MSP.
    pub tenant: TenantId,
    /// Which user.
    pub user: UserId,
}

impl Login {
    fn of(user: &User) -> Self {
        Login { address: email_digest(&user.email), tenant: user.tenant, user: user.id }
    }
}

impl Record for Login {
    fn place(&self) -> Place {
        Place::at(keys::login(&self.address, self.tenant))
    }
}

/// How an address stands in keys outside of a tenant.
pub(crate) fn email_digest(address: &Email) -> String {
    digest([address.as_str().as_bytes()])
}

/// Which users to list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserFilter {
    /// In one of these roles; in any, when empty.
    pub roles: Vec<Role>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// In this state.
    pub state: Option<UserState>,
}

impl UserFilter {
    fn wants(&self, user: &User) -> bool {
        (self.roles.is_empty() || self.roles.contains(&user.role))
            && self.client.is_none_or(|client| user.client == Some(client))
            && self.state.is_none_or(|state| user.state == state)
    }
}

impl TenantStore {
    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Versioned<User>> {
        self.get(&keys::user(id)).await
    }

    /// A page of the users, by name.
    pub async fn users(&self, filter: &UserFilter, page: &PageRequest) -> Result<Slice<Versioned<User>>> {
        let query = format!("{}?{filter:?}", keys::list::USERS);
        let listing = Listing { by: By::List, partitions: vec![keys::list::USERS.into()], newest_first: false, query };
        self.page(&listing, page, |user| filter.wants(user)).await
    }

    /// How many owners can sign in.
    pub async fn owners(&self) -> Result<Versioned<Owners>> {
        self.get(&keys::owners()).await
    }
}

impl Store {
    /// The accounts that an address leads to: at one MSP, or at the first few of all.
    pub async fn logins(&self, address: &Email, tenant: Option<TenantId>) -> Result<Vec<Login>> {
        let digest = email_digest(address);
        if let Some(tenant) = tenant {
            let found = self.find_in::<Login>(Scope::Platform, &keys::login(&digest, tenant)).await?;
            return Ok(found.into_iter().map(|found| found.value).collect());
        }
        let found = self
            .dynamo
            .query()
            .table_name(&self.names.main)
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", text(Scope::Platform.prefix(&keys::logins(&digest))))
            .consistent_read(true)
            .limit(MAX_LOGINS)
            .send()
            .await
            .map_err(from_sdk)?;
        found.items.unwrap_or_default().iter().map(|item| Ok(from_item::<Login>(item)?.value)).collect()
    }
}

impl Commit {
    /// A new user; their address is theirs at this MSP.
    pub fn create_user(self, user: &User) -> Self {
        self.create(user).claim_in(Scope::Platform, &Login::of(user), "e-mail address")
    }

    /// The next revision of a user, and the count of owners if it changes with it.
    pub fn update_user(self, before: &Versioned<User>, after: &User, owners: &Versioned<Owners>) -> Self {
        let commit = self.update(after, before.rev);
        let now = owners.value.after(&before.value, after);
        if now == owners.value { commit } else { commit.update(&now, owners.rev) }
    }

    /// Frees a user's address.
    pub fn release_address(self, user: &User) -> Self {
        self.remove_in(Scope::Platform, &Login::of(user))
    }
}
