//! Departments of the MSP: who works on what, and how work is handed out.

use std::collections::HashSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{CalendarId, DepartmentId, UserId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::sla::SlaChoice;
use crate::users::Email;

/// Long enough for any department's name.
pub const LONGEST_NAME: usize = 120;
/// Members live inside the department's item, and each is read when work is handed out.
pub const MOST_MEMBERS: usize = 100;

/// A department of the MSP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Department {
    /// Which department.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// How its tickets find their owner.
    pub strategy: Strategy,
    /// Who works here, in the order of the turns.
    #[serde(default)]
    pub members: Vec<UserId>,
    /// Its SLA.
    #[serde(default)]
    pub sla: SlaChoice,
    /// When it works, if that differs from the tenant.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Its address for mail.
    #[serde(default)]
    pub email: Option<Email>,
    /// Whether it takes tickets.
    pub active: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How a department's tickets find their owner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Strategy {
    /// Somebody assigns or takes them.
    #[default]
    Manual,
    /// Members take turns; see [`crate::assignment::round_robin`].
    RoundRobin,
}

/// A department to be added.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewDepartment {
    /// Its name.
    pub name: String,
    /// How its tickets find their owner.
    pub strategy: Strategy,
    /// Who works here.
    pub members: Vec<UserId>,
    /// Its SLA.
    pub sla: SlaChoice,
    /// Its calendar.
    pub calendar: Option<CalendarId>,
    /// Its address for mail.
    pub email: Option<Email>,
}

/// What to change; absent fields stay, `Some(None)` clears, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DepartmentChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another strategy.
    pub strategy: Option<Strategy>,
    /// The members from now on.
    pub members: Option<Vec<UserId>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// Another calendar.
    pub calendar: Option<Option<CalendarId>>,
    /// Another address.
    pub email: Option<Option<Email>>,
    /// Whether it takes tickets.
    pub active: Option<bool>,
}

/// Adds a department.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(id: DepartmentId, new: NewDepartment, now: Timestamp) -> Result<Outcome<Department>, Refusal> {
    let department = Department {
        id,
        name: new.name.trim().to_owned(),
        strategy: new.strategy,
        members: new.members,
        sla: new.sla,
        calendar: new.calendar,
        email: new.email,
        active: true,
        created_at: now,
        updated_at: now,
    };
    check(&department)?;
    let event = Event::DepartmentAdded { department: id, name: department.name.clone() };
    Ok(Outcome::by(department, event))
}

/// Changes a department.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn change(
    department: Department,
    changes: DepartmentChanges,
    now: Timestamp,
) -> Result<Outcome<Department>, Refusal> {
    let mut after = Department {
        name: changes.name.map_or_else(|| department.name.clone(), |name| name.trim().to_owned()),
        strategy: changes.strategy.unwrap_or(department.strategy),
        members: changes.members.unwrap_or_else(|| department.members.clone()),
        sla: changes.sla.unwrap_or(department.sla),
        calendar: changes.calendar.unwrap_or(department.calendar),
        email: changes.email.unwrap_or_else(|| department.email.clone()),
        active: changes.active.unwrap_or(department.active),
        ..department.clone()
    };
    if after == department {
        return Ok(Outcome::unchanged(department));
    }
    check(&after)?;
    after.updated_at = now;
    let event = Event::DepartmentChanged { department: after.id };
    Ok(Outcome::by(after, event))
}

fn check(department: &Department) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &department.name, LONGEST_NAME);
    check.count("/members", department.members.len(), MOST_MEMBERS);
    let mut seen = HashSet::new();
    for (index, member) in department.members.iter().enumerate() {
        let at = format!("/members/{index}");
        check.that(seen.insert(member), &at, "duplicate", "is a member already; leave one of them out");
    }
    check.done()
}
