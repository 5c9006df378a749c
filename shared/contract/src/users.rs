//! Users: whoever signs in, on either side.

use domain::access::{Permission, Role};
use domain::calendar::WeeklyHours;
use domain::ids::{ClientId, UserId};
use domain::users::{Email, Skill, User, UserState};
use domain::zone::Zone;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::need::{Index, Need};
use crate::page::Page;
use crate::patch::nullable;
use crate::route::{NoBody, NoPath, NoQuery, Route};
use crate::secret::Secret;

/// Invite somebody.
pub const INVITE: Route<NoPath, NoQuery, NewUser, UserView> = Route::post("identity-invite-user", "/v1/users")
    .summary("Invite somebody; the invitation comes by mail and is good for a week")
    .permission(Permission::UserManage)
    .created();

/// Accept an invitation.
pub const ACCEPT: Route<NoPath, NoQuery, AcceptInvitation, UserView> =
    Route::post("identity-accept-invitation", "/v1/invitations/accept")
        .summary("Accept an invitation with a password; then sign in")
        .touches(&[Need::Secret]);

/// List the users.
pub const LIST: Route<NoPath, UsersQuery, NoBody, Page<UserView>> = Route::get("identity-list-users", "/v1/users")
    .summary("List the users, by name; a client's side sees its own only")
    .permission(Permission::UserRead)
    .touches(&[Need::Query(Index::ByList), Need::Secret]);

/// Read a user.
pub const GET: Route<AtUser, NoQuery, NoBody, UserView> = Route::get("identity-get-user", "/v1/users/{user}")
    .summary("Read a user")
    .permission(Permission::UserRead)
    .touches(&[Need::Get]);

/// Change a user.
pub const CHANGE: Route<AtUser, NoQuery, UserChanges, UserView> =
    Route::patch("identity-change-user", "/v1/users/{user}")
        .summary("Change a user; a new role holds from their next refresh on")
        .permission(Permission::UserManage)
        .touches(&[Need::Get]);

/// End a user's access.
pub const DEACTIVATE: Route<AtUser, NoQuery, NoBody, UserView> =
    Route::post("identity-deactivate-user", "/v1/users/{user}/deactivate")
        .summary("End a user's access, or withdraw an invitation; the address is free again")
        .permission(Permission::UserManage)
        .touches(&[Need::Delete]);

/// A user in a path.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AtUser {
    /// Which user.
    pub user: UserId,
}

/// Which users to list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// How many entries at most; 25 when absent.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 2048)]
    pub cursor: Option<String>,
    /// Only those in this role.
    pub role: Option<Role>,
    /// Only those of this client.
    pub client: Option<ClientId>,
    /// Only those in this state.
    pub state: Option<UserState>,
}

/// Somebody to be invited.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "jonas@nordlicht.example",
    "name": "Jonas Weber",
    "role": "technician",
    "skills": [{ "name": "networking", "level": 4 }],
    "capacity": 25,
    "zone": "Europe/Berlin"
}))]
pub struct NewUser {
    /// How they will sign in.
    pub email: Email,
    /// Their name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: String,
    /// What they will be to the desk.
    pub role: Role,
    /// Their client; required for a client's roles, refused for others.
    #[serde(default)]
    pub client: Option<ClientId>,
    /// What they can do.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub skills: Vec<Skill>,
    /// The most open tickets that they should carry.
    #[serde(default)]
    #[schema(maximum = 10_000)]
    pub capacity: Option<u32>,
    /// When they work.
    #[serde(default)]
    pub working_hours: Option<WeeklyHours>,
    /// Where they work.
    #[serde(default)]
    pub zone: Option<Zone>,
}

/// What to change of a user; absent fields stay, `null` clears. The e-mail address and the client never change.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "capacity": 30 }))]
pub struct UserChanges {
    /// Another name.
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
    /// Another role, on the same side.
    pub role: Option<Role>,
    /// The skills from now on.
    #[schema(max_items = 50)]
    pub skills: Option<Vec<Skill>>,
    /// Another capacity; `null` for no limit.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, maximum = 10_000)]
    pub capacity: Option<Option<u32>>,
    /// Other working hours.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<WeeklyHours>)]
    pub working_hours: Option<Option<WeeklyHours>>,
    /// Another zone.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<Zone>)]
    pub zone: Option<Option<Zone>>,
}

/// An invitation and what is chosen with it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "token": "ten_01970000000070008000000000000001.usr_01970000000070008000000000000002.c2FtcGxl",
    "password": "marble window seventeen otters"
}))]
pub struct AcceptInvitation {
    /// What stood in the mail.
    pub token: Secret,
    /// At least 15 characters.
    pub password: Secret,
    /// How they write their name, if it was misspelt.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 120)]
    pub name: Option<String>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    /// Which user.
    pub id: UserId,
    /// How they sign in.
    pub email: Email,
    /// Their name.
    pub name: String,
    /// What they are to the desk.
    pub role: Role,
    /// Their client, on a client's side.
    pub client: Option<ClientId>,
    /// What they can do.
    pub skills: Vec<Skill>,
    /// The most open tickets that they should carry; none is no limit.
    pub capacity: Option<u32>,
    /// When they work.
    pub working_hours: Option<WeeklyHours>,
    /// Where they work.
    pub zone: Option<Zone>,
    /// Where they stand.
    pub state: UserState,
    /// When they were invited.
    #[schema(value_type = String, format = DateTime)]
    pub invited_at: Timestamp,
    /// Until when the invitation can be accepted.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub invitation_ends_at: Option<Timestamp>,
    /// When they accepted.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub joined_at: Option<Timestamp>,
    /// When they were deactivated.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deactivated_at: Option<Timestamp>,
    /// When they last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<User> for UserView {
    /// All but the tenant, which the reader knows, and the password's hash.
    fn from(user: User) -> Self {
        UserView {
            id: user.id,
            email: user.email,
            name: user.name,
            role: user.role,
            client: user.client,
            skills: user.skills,
            capacity: user.capacity,
            working_hours: user.working_hours,
            zone: user.zone,
            state: user.state,
            invited_at: user.invited_at,
            invitation_ends_at: user.invitation_ends_at,
            joined_at: user.joined_at,
            deactivated_at: user.deactivated_at,
            updated_at: user.updated_at,
        }
    }
}
