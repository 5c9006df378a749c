//! The one way to the data: DynamoDB for records, S3 for what is too large for them.
//!
//! Reads go through [`TenantStore`], which can only name keys of its own tenant. Writes go through [`Commit`]: effect,
//! events, audit entry and idempotency record in one transaction. There is no other write path.

pub mod blobs;
pub mod commit;
pub mod cursor;
pub mod due;
pub mod error;
pub mod idempotency;
pub mod item;
pub mod keys;
pub mod list;
pub mod rate;
mod stamp;

pub mod access_anomalies;
pub mod audit;
pub mod billing;
pub mod blocks;
pub mod books;
pub mod budgets;
pub mod calendars;
pub mod charging;
pub mod clients;
pub mod contracts;
pub mod departments;
pub mod documents;
pub mod due_bills;
pub mod dunning;
pub mod events;
pub mod exports;
pub mod findings;
mod handled;
pub mod imports;
pub mod insights;
pub mod invoices;
pub mod ledger;
mod licence_audits;
pub mod licence_files;
pub mod licences;
pub mod metering;
pub mod parked;
pub mod payments;
pub mod policies;
pub mod products;
pub mod rates;
pub mod reports;
pub mod seats;
pub mod sessions;
pub mod spent;
pub mod taken;
pub mod telling;
pub mod tenants;
pub mod tickets;
pub mod usage;
pub mod users;
pub mod utilisation;
pub mod work;

use aws_sdk_dynamodb::Client as Dynamo;
use aws_sdk_s3::Client as S3;
use domain::ids::TenantId;

pub use commit::Commit;
pub use cursor::CursorKey;
pub use error::{Error, Result};
pub use item::{Place, Record, Versioned};
pub use keys::Scope;
pub use list::{Listing, PageRequest, Slice};
pub use stamp::{IdSource, Stamp};

/// Where the data is.
#[derive(Clone, Debug)]
pub struct Names {
    /// The main table.
    pub main: String,
    /// The audit table.
    pub audit: String,
    /// The bucket of large texts.
    pub blobs: String,
}

/// The data of all tenants. Nothing can be read from it before a scope is chosen.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) dynamo: Dynamo,
    pub(crate) s3: S3,
    pub(crate) names: Names,
    pub(crate) cursors: Option<CursorKey>,
}

impl Store {
    /// Over the given clients. Without a cursor key lists cannot be read: a function that lists says so in its needs.
    pub fn new(dynamo: Dynamo, s3: S3, names: Names, cursors: Option<CursorKey>) -> Self {
        Store { dynamo, s3, names, cursors }
    }

    /// The key of cursors, taken.
    pub(crate) fn cursors(&self) -> Result<&CursorKey> {
        let declare = || Error::Failed("no cursor key: declare Need::Secret".into());
        self.cursors.as_ref().map(CursorKey::taken).ok_or_else(declare)
    }

    /// One tenant's data.
    pub fn for_tenant(&self, tenant: TenantId) -> TenantStore {
        TenantStore { store: self.clone(), scope: Scope::Tenant(tenant), tenant }
    }
}

/// One tenant's data: the only way to make a key.
#[derive(Clone, Debug)]
pub struct TenantStore {
    pub(crate) store: Store,
    pub(crate) scope: Scope,
    tenant: TenantId,
}

impl TenantStore {
    /// Whose data it is.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// An empty commit in this tenant.
    pub fn commit(&self) -> Commit {
        Commit::new(self.scope)
    }
}
