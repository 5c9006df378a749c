//! Tenants: the MSPs on the platform.

use iso_currency::Currency;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{CalendarId, DepartmentId, TenantId, UserId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::sla::SlaChoice;
use crate::zone::Zone;

/// Long enough for any company's name.
pub const LONGEST_NAME: usize = 120;

/// An MSP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenant {
    /// Which tenant.
    pub id: TenantId,
    /// The company's name.
    pub name: String,
    /// Where it works, unless something nearer says otherwise.
    pub zone: Zone,
    /// What it charges in (ISO 4217).
    pub currency: Currency,
    /// The default policy; at this level [`SlaChoice::Inherit`] means no SLA.
    #[serde(default)]
    pub sla: SlaChoice,
    /// The default calendar; none is 24×7.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Where tickets go that name no department; absent, they wait for somebody to look.
    #[serde(default)]
    pub intake: Option<DepartmentId>,
    /// When it signed up.
    pub created_at: Timestamp,
}

/// What a sign-up says about the tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTenant {
    /// The company's name.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
    /// Its currency.
    pub currency: Currency,
}

/// What to change; absent fields stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TenantChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// Another default policy.
    pub sla: Option<SlaChoice>,
    /// Another default calendar, or none.
    pub calendar: Option<Option<CalendarId>>,
    /// Another department for tickets that name none, or nobody's.
    pub intake: Option<Option<DepartmentId>>,
}

/// A tenant signs up with its first owner.
///
/// # Errors
/// [`Refusal::Invalid`] for a name that is empty or too long.
pub fn sign_up(id: TenantId, new: NewTenant, owner: UserId, now: Timestamp) -> Result<Outcome<Tenant>, Refusal> {
    let tenant = Tenant {
        id,
        name: new.name.trim().to_owned(),
        zone: new.zone,
        currency: new.currency,
        sla: SlaChoice::Inherit,
        calendar: None,
        intake: None,
        created_at: now,
    };
    check(&tenant)?;
    let event = Event::TenantSignedUp { tenant: id, name: tenant.name.clone(), owner };
    Ok(Outcome::by(tenant, event))
}

/// Changes a tenant's settings.
///
/// # Errors
/// [`Refusal::Invalid`] for a name that is empty or too long.
pub fn change(tenant: Tenant, changes: TenantChanges) -> Result<Outcome<Tenant>, Refusal> {
    let after = Tenant {
        name: changes.name.map_or_else(|| tenant.name.clone(), |name| name.trim().to_owned()),
        zone: changes.zone.unwrap_or_else(|| tenant.zone.clone()),
        sla: changes.sla.unwrap_or(tenant.sla),
        calendar: changes.calendar.unwrap_or(tenant.calendar),
        intake: changes.intake.unwrap_or(tenant.intake),
        ..tenant.clone()
    };
    if after == tenant {
        return Ok(Outcome::unchanged(tenant));
    }
    check(&after)?;
    let event = Event::TenantChanged { tenant: after.id };
    Ok(Outcome::by(after, event))
}

fn check(tenant: &Tenant) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &tenant.name, LONGEST_NAME);
    check.done()
}
