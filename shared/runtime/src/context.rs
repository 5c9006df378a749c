//! What a handler is given.

use domain::Outcome;
use domain::access::Actor;
use domain::ids::{ClientId, SessionId};
use domain::tenants::Tenant;
use domain::zone::Zone;
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use store::{PageRequest, Record, Stamp, Store, TenantStore, Versioned};
use uuid::Uuid;

use crate::answer::Answer;
use crate::error::{Error, Result};
use crate::payments::Payments;
use crate::scribe::Scribe;
use crate::secrets::Secrets;
use crate::world::World;

/// The context of a request that somebody is signed in for.
#[derive(Clone)]
pub struct Cx {
    /// The request's time: the same in everything that it does.
    pub now: Timestamp,
    /// Who is asking.
    pub actor: Actor,
    /// The session of their token.
    pub session: SessionId,
    /// The data of their tenant.
    pub store: TenantStore,
    /// What the process has.
    pub world: World,
    pub(crate) if_match: Option<u64>,
    pub(crate) key: Option<String>,
    pub(crate) stamp: Stamp,
}

impl Cx {
    /// A new id.
    pub fn id(&self) -> Uuid {
        (self.world.ids)()
    }

    /// This request, however often it is sent: who asks under which `Idempotency-Key`. Absent where the route takes none.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Writes on the way, before the answer is known: for handlers with an effect outside the store, which must be noted
    /// before it is had.
    pub fn scribe(&self) -> Scribe {
        Scribe { world: self.world.clone(), stamp: self.stamp.clone() }
    }

    /// Where the tenant is, and the day that it is there.
    ///
    /// # Errors
    /// What the store answers.
    pub async fn here(&self) -> Result<Here> {
        Ok(Here::of(&self.store.tenant_record().await?.value, self.now))
    }

    /// Hides what belongs to a client that the caller may not see.
    ///
    /// # Errors
    /// 404, as for what does not exist.
    pub fn may_see(&self, client: ClientId) -> Result<()> {
        if self.actor.sees_client(client) { Ok(()) } else { Err(Error::not_found()) }
    }

    /// What was read, if it is what the caller has read: `If-Match` against its revision.
    ///
    /// # Errors
    /// 412 when it has changed since.
    pub fn unchanged<T>(&self, read: Versioned<T>) -> Result<Versioned<T>> {
        match self.if_match {
            Some(rev) if rev == read.rev => Ok(read),
            _ => Err(Error::MatchFailed),
        }
    }

    /// Writes what came about, and shows it.
    pub fn added<T: Record, V: From<T>>(&self, added: Outcome<T>) -> Answer<V> {
        self.changed(added, 0)
    }

    /// Writes the next state of what was read at `rev`, and shows it; writes nothing when nothing changed.
    pub fn changed<T: Record, V: From<T>>(&self, changed: Outcome<T>, rev: u64) -> Answer<V> {
        let Outcome { state, events } = changed;
        if events.is_empty() {
            return Answer::read(Versioned { value: state.into(), rev });
        }
        let commit = self.store.commit().update(&state, rev).emit(events);
        Answer::after(commit, state.into()).rev(rev + 1)
    }

    /// Writes what is new, and shows it. Nobody waits to hear of it: the audit entry tells of it.
    pub fn kept<T: Record, V: From<T>>(&self, new: T) -> Answer<V> {
        let commit = self.store.commit().create(&new);
        Answer::after(commit, new.into()).rev(1)
    }

    /// Writes the next state of what was read, of which nobody waits to hear, and shows it; writes nothing when nothing
    /// changed.
    pub fn replaced<T: Record + PartialEq, V: From<T>>(&self, read: &Versioned<T>, next: T) -> Answer<V> {
        if next == read.value {
            return Answer::read(Versioned { value: next.into(), rev: read.rev });
        }
        let commit = self.store.commit().update(&next, read.rev);
        Answer::after(commit, next.into()).rev(read.rev + 1)
    }
}

/// Where a tenant is, the day that it is there, and what it counts in.
pub struct Here {
    /// Its zone.
    pub zone: Zone,
    /// Its day.
    pub today: Date,
    /// Its own currency.
    pub currency: Currency,
}

impl Here {
    /// Of a tenant at an instant.
    pub fn of(tenant: &Tenant, now: Timestamp) -> Self {
        Here { zone: tenant.zone.clone(), today: tenant.zone.date(now), currency: tenant.currency }
    }
}

/// The context of a request to a public route.
#[derive(Clone)]
pub struct PublicCx {
    /// The request's time.
    pub now: Timestamp,
    /// The data; a handler chooses the tenant by what it can prove.
    pub store: Store,
    /// What the process has.
    pub world: World,
    /// Where the request came from.
    pub source_ip: String,
    /// This request, however often its handler is run again for a busy store.
    pub request: Uuid,
}

impl PublicCx {
    /// A new id.
    pub fn id(&self) -> Uuid {
        (self.world.ids)()
    }
}

impl World {
    /// The keys.
    ///
    /// # Errors
    /// A defect: the function did not declare `Need::Secret`.
    pub fn secrets(&self) -> Result<&Secrets> {
        self.secrets
            .as_ref()
            .map(Secrets::taken)
            .ok_or_else(|| Error::Internal("this function did not declare Need::Secret".into()))
    }
}

impl World {
    /// Who moves money.
    ///
    /// # Errors
    /// A defect: the function did not declare `Need::Provider`.
    pub fn payments(&self) -> Result<&Payments> {
        self.payments.as_ref().ok_or_else(|| Error::Internal("this function did not declare Need::Provider".into()))
    }
}

/// The page that a query asks for.
///
/// # Errors
/// 400 when the limit is not between 1 and 100.
pub fn page(limit: Option<u32>, cursor: Option<String>) -> Result<PageRequest> {
    let limit = limit.unwrap_or(contract::DEFAULT_LIMIT);
    if limit == 0 || limit > contract::MAX_LIMIT {
        return Err(Error::field("?limit", format!("give a limit from 1 to {}", contract::MAX_LIMIT)));
    }
    Ok(PageRequest { limit, cursor })
}
