//! Users: whoever signs in, on either side.

mod rights;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Actor, Role};
use crate::calendar::WeeklyHours;
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{ClientId, TenantId, UserId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::zone::Zone;

use rights::may_touch;

pub use crate::email::{Email, NotAnEmail};
pub use rights::{may_give, may_see};

/// Long enough for any person's name.
pub const LONGEST_NAME: usize = 120;
/// Longest name of a skill.
pub const LONGEST_SKILL: usize = 60;
/// Nobody has more skills than this.
pub const MOST_SKILLS: usize = 50;
/// Nobody carries more open tickets than this.
pub const MOST_CAPACITY: u32 = 10_000;
/// Best known level of a skill; 1 is the least.
pub const BEST_LEVEL: u8 = 5;

/// What somebody can do, and how well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Skill {
    /// For example `networking`.
    pub name: String,
    /// From 1 to [`BEST_LEVEL`].
    #[serde(default = "first_level")]
    pub level: u8,
}

fn first_level() -> u8 {
    1
}

/// Where a user stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum UserState {
    /// Invited, has not accepted.
    Invited,
    /// Can sign in.
    Active,
    /// Cannot sign in any more.
    Deactivated,
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// Which user.
    pub id: UserId,
    /// At which MSP.
    pub tenant: TenantId,
    /// How they sign in; unique at the MSP.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// What they are to the desk.
    pub role: Role,
    /// Their client; present exactly for client-side roles.
    #[serde(default)]
    pub client: Option<ClientId>,
    /// What they can do.
    #[serde(default)]
    pub skills: Vec<Skill>,
    /// The most open tickets that they should carry; none is no limit.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// When they work.
    #[serde(default)]
    pub working_hours: Option<WeeklyHours>,
    /// Where they work.
    #[serde(default)]
    pub zone: Option<Zone>,
    /// Where they stand.
    pub state: UserState,
    /// PHC string of the password; absent until they accept.
    #[serde(default)]
    pub password_hash: Option<String>,
    /// When they were invited.
    pub invited_at: Timestamp,
    /// Until when the invitation can be accepted.
    #[serde(default)]
    pub invitation_ends_at: Option<Timestamp>,
    /// When they accepted.
    #[serde(default)]
    pub joined_at: Option<Timestamp>,
    /// When they were deactivated.
    #[serde(default)]
    pub deactivated_at: Option<Timestamp>,
    /// When they last changed.
    pub updated_at: Timestamp,
}

/// Somebody to be invited.
#[derive(Debug, Clone, PartialEq)]
pub struct NewUser {
    /// How they will sign in.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// What they will be to the desk.
    pub role: Role,
    /// Their client, for client-side roles.
    pub client: Option<ClientId>,
    /// What they can do.
    pub skills: Vec<Skill>,
    /// The most open tickets that they should carry.
    pub capacity: Option<u32>,
    /// When they work.
    pub working_hours: Option<WeeklyHours>,
    /// Where they work.
    pub zone: Option<Zone>,
}

/// What to change; absent fields stay, `Some(None)` clears. The client of a user never changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another role, on the same side.
    pub role: Option<Role>,
    /// The skills from now on.
    pub skills: Option<Vec<Skill>>,
    /// Another capacity.
    pub capacity: Option<Option<u32>>,
    /// Other working hours.
    pub working_hours: Option<Option<WeeklyHours>>,
    /// Another zone.
    pub zone: Option<Option<Zone>>,
}

/// How many owners of a tenant can sign in. It is stored beside the users and read and written with them, so that two
/// owners who leave at the same moment are not both let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owners {
    /// How many.
    pub active: u32,
}

impl Owners {
    /// The one who signed up.
    pub const FIRST: Owners = Owners { active: 1 };

    /// After a user has changed.
    #[must_use]
    pub fn after(self, before: &User, after: &User) -> Self {
        let active = self.active + u32::from(after.is_active_owner());
        Owners { active: active.saturating_sub(u32::from(before.is_active_owner())) }
    }
}

/// How long an invitation can be accepted, in hours: a week.
pub const INVITATION_LASTS_HOURS: i64 = 7 * 24;

impl User {
    /// Whether they can sign in.
    pub fn is_active(&self) -> bool {
        self.state == UserState::Active
    }

    /// The hash of the password that they sign in with, if they can.
    pub fn sign_in_hash(&self) -> Option<&str> {
        self.password_hash.as_deref().filter(|_| self.is_active())
    }

    fn is_active_owner(&self) -> bool {
        self.role == Role::Owner && self.is_active()
    }

    /// Whether work can be given to them: they can sign in, and their role works on tickets.
    pub fn takes_work(&self) -> bool {
        self.is_active() && self.role.works_tickets()
    }

    /// Whether the MSP's inside business may reach them: they can sign in, and not for a client.
    pub fn is_staff(&self) -> bool {
        self.is_active() && !self.role.is_client_side()
    }

    /// Who they are as a caller.
    pub fn actor(&self) -> Actor {
        Actor { tenant: self.tenant, user: self.id, role: self.role, client: self.client, name: self.name.clone() }
    }

    /// What they are when work is handed out; `open` is their count of open tickets.
    pub fn candidate(&self, open: u32) -> crate::assignment::Candidate {
        crate::assignment::Candidate { user: self.id, active: self.takes_work(), open, capacity: self.capacity }
    }
}

/// The first owner, who signs up with a password and is active at once.
///
/// # Errors
/// [`Refusal::Invalid`] for a bad name.
pub fn first_owner(
    id: UserId,
    tenant: TenantId,
    email: Email,
    name: &str,
    password_hash: String,
    now: Timestamp,
) -> Result<User, Refusal> {
    let user = User {
        id,
        tenant,
        email,
        name: name.trim().to_owned(),
        role: Role::Owner,
        client: None,
        skills: Vec::new(),
        capacity: None,
        working_hours: None,
        zone: None,
        state: UserState::Active,
        password_hash: Some(password_hash),
        invited_at: now,
        invitation_ends_at: None,
        joined_at: Some(now),
        deactivated_at: None,
        updated_at: now,
    };
    check(&user).map_err(|refusal| refusal.within("/owner"))?;
    Ok(user)
}

/// Invites somebody.
///
/// # Errors
/// [`Refusal::Forbidden`] when the actor may not give the role; [`Refusal::NotFound`] for a client that they
/// may not see; [`Refusal::Invalid`] for bad fields, or a role and client that do not go together.
pub fn invite(id: UserId, new: NewUser, actor: &Actor, now: Timestamp) -> Result<Outcome<User>, Refusal> {
    if let Some(client) = new.client
        && !actor.sees_client(client)
    {
        return Err(Refusal::NotFound);
    }
    may_give(actor, new.role)?;
    let user = User {
        id,
        tenant: actor.tenant,
        email: new.email,
        name: new.name.trim().to_owned(),
        role: new.role,
        client: new.client,
        skills: new.skills,
        capacity: new.capacity,
        working_hours: new.working_hours,
        zone: new.zone,
        state: UserState::Invited,
        password_hash: None,
        invited_at: now,
        invitation_ends_at: now.checked_add(jiff::SignedDuration::from_hours(INVITATION_LASTS_HOURS)).ok(),
        joined_at: None,
        deactivated_at: None,
        updated_at: now,
    };
    check(&user)?;
    let event = Event::UserInvited {
        user: id,
        email: user.email.to_string(),
        name: user.name.clone(),
        role: user.role,
        client: user.client,
        by: actor.user,
    };
    Ok(Outcome::by(user, event))
}

/// Accepts an invitation with a password that was found good and hashed, and another spelling of the name if need be.
///
/// # Errors
/// [`Refusal::Conflict`] when there is no invitation to accept any more, [`Refusal::Invalid`] for a bad name.
pub fn accept(
    user: User,
    name: Option<String>,
    password_hash: String,
    now: Timestamp,
) -> Result<Outcome<User>, Refusal> {
    if user.state != UserState::Invited {
        return Err(Refusal::conflict(
            "invitation_used",
            "this invitation was used or withdrawn; sign in, or ask for a new one",
        ));
    }
    if user.invitation_ends_at.is_some_and(|end| end <= now) {
        return Err(Refusal::conflict("invitation_expired", "this invitation has expired; ask for a new one"));
    }
    let joined = User {
        name: name.map_or_else(|| user.name.clone(), |name| name.trim().to_owned()),
        state: UserState::Active,
        password_hash: Some(password_hash),
        joined_at: Some(now),
        updated_at: now,
        ..user
    };
    check(&joined)?;
    let event = Event::UserJoined { user: joined.id, role: joined.role };
    Ok(Outcome::by(joined, event))
}

/// Changes a user. `owners` counts this one too.
///
/// # Errors
/// [`Refusal::NotFound`] for a user that the actor may not see, [`Refusal::Forbidden`] for a role that they may
/// not give or take, [`Refusal::Conflict`] for demoting the last owner, [`Refusal::Invalid`] for bad fields.
pub fn change(
    user: User,
    changes: UserChanges,
    owners: Owners,
    actor: &Actor,
    now: Timestamp,
) -> Result<Outcome<User>, Refusal> {
    may_touch(actor, &user)?;
    if let Some(role) = changes.role
        && role != user.role
    {
        may_give(actor, role)?;
        keeps_an_owner(&user, owners)?;
    }
    let mut after = User {
        name: changes.name.map_or_else(|| user.name.clone(), |name| name.trim().to_owned()),
        role: changes.role.unwrap_or(user.role),
        skills: changes.skills.unwrap_or_else(|| user.skills.clone()),
        capacity: changes.capacity.unwrap_or(user.capacity),
        working_hours: changes.working_hours.unwrap_or_else(|| user.working_hours.clone()),
        zone: changes.zone.unwrap_or_else(|| user.zone.clone()),
        ..user.clone()
    };
    if after == user {
        return Ok(Outcome::unchanged(user));
    }
    check(&after)?;
    after.updated_at = now;
    let event = Event::UserChanged { user: after.id };
    Ok(Outcome::by(after, event))
}

/// Ends a user's access. Doing it twice changes nothing. `owners` as for [`change`].
///
/// # Errors
/// [`Refusal::NotFound`] for a user that the actor may not see, [`Refusal::Forbidden`] for one that they may
/// not touch, [`Refusal::Conflict`] for the last owner.
pub fn deactivate(user: User, owners: Owners, actor: &Actor, now: Timestamp) -> Result<Outcome<User>, Refusal> {
    may_touch(actor, &user)?;
    if user.state == UserState::Deactivated {
        return Ok(Outcome::unchanged(user));
    }
    keeps_an_owner(&user, owners)?;
    let after = User { state: UserState::Deactivated, deactivated_at: Some(now), updated_at: now, ..user };
    let event = Event::UserDeactivated { user: after.id };
    Ok(Outcome::by(after, event))
}

fn keeps_an_owner(user: &User, owners: Owners) -> Result<(), Refusal> {
    if user.is_active_owner() && owners.active <= 1 {
        return Err(Refusal::conflict("last_owner", "this is the last owner; make somebody else an owner first"));
    }
    Ok(())
}

fn check(user: &User) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &user.name, LONGEST_NAME);
    match (user.role.is_client_side(), user.client) {
        (true, None) => check.fault("/client", "required", format!("a {} belongs to a client; name it", user.role)),
        (false, Some(_)) => check.fault(
            "/client",
            "not_allowed",
            format!("a {} works for the MSP; leave the client out, or choose a client's role", user.role),
        ),
        _ => {}
    }
    check.count("/skills", user.skills.len(), MOST_SKILLS);
    let mut seen = std::collections::HashSet::new();
    for (index, skill) in user.skills.iter().enumerate() {
        let at = format!("/skills/{index}");
        check.line(&format!("{at}/name"), &skill.name, LONGEST_SKILL);
        check.that(
            (1..=BEST_LEVEL).contains(&skill.level),
            &format!("{at}/level"),
            "out_of_range",
            "must be from 1 to 5",
        );
        let new = seen.insert(skill.name.to_lowercase());
        check.that(new, &format!("{at}/name"), "duplicate", "is in the list already; leave one of them out");
    }
    check.that(
        user.capacity.is_none_or(|capacity| capacity <= MOST_CAPACITY),
        "/capacity",
        "out_of_range",
        "must be from 0 to 10000",
    );
    if let Some(hours) = &user.working_hours {
        hours.check("/working_hours", &mut check);
    }
    check.done()
}
