//! Sessions: signing in, staying signed in, signing out.

use domain::access::Permission;
use domain::ids::TenantId;
use domain::users::Email;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::job::{Plumbing, Source};
use crate::need::{Index, Need};
use crate::route::{NoBody, NoPath, NoQuery, Nothing, Route, Writes};
use crate::secret::Secret;
use crate::tenants::TenantView;
use crate::users::UserView;

/// Sign in.
pub const SIGN_IN: Route<NoPath, NoQuery, NewSession, SessionView> = Route::post("identity-sign-in", "/v1/sessions")
    .summary("Sign in; at most five tries in any minute an account")
    .writes(Writes::Signs)
    .created()
    .touches(&[Need::Query(Index::Main), Need::Get, Need::Secret]);

/// Trade a refresh token for the next one.
pub const REFRESH: Route<NoPath, NoQuery, Refresh, SessionView> =
    Route::post("identity-refresh", "/v1/sessions/refresh")
        .summary("Trade a refresh token for new tokens; an old one used again ends the session")
        .writes(Writes::Signs)
        .touches(&[Need::Get, Need::Secret]);

/// Sign out.
pub const SIGN_OUT: Route<NoPath, NoQuery, NoBody, Nothing> = Route::post("identity-sign-out", "/v1/sessions/sign-out")
    .summary("End the session of the token")
    .permission(Permission::MeRead);

/// Who am I.
pub const GET_ME: Route<NoPath, NoQuery, NoBody, MeView> = Route::get("identity-get-me", "/v1/me")
    .summary("Read who is signed in, where, and what they may do")
    .permission(Permission::MeRead)
    .touches(&[Need::Get]);

/// Reads the access token of every request to a route that is not public.
pub const AUTHORIZE: Plumbing = Plumbing {
    name: "identity-authorize",
    summary: "Read who is calling from the access token, before every route that is not public",
    source: Source::Authorizer,
    touches: &[Need::Secret],
};

/// Who signs in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "email": "anna@nordlicht.example", "password": "harbour lantern violet tram" }))]
pub struct NewSession {
    /// The account's address.
    pub email: Email,
    /// Its password.
    pub password: Secret,
    /// Which MSP, for an address that has an account at several.
    #[serde(default)]
    pub tenant: Option<TenantId>,
}

/// A refresh token.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "refresh_token": "ten_01970000000070008000000000000001.ses_01970000000070008000000000000003.1.c2FtcGxl"
}))]
pub struct Refresh {
    /// The newest one that was given out.
    pub refresh_token: Secret,
}

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: Secret,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds for which the access token is good.
    pub expires_in: i64,
    /// For the next tokens; good once.
    pub refresh_token: Secret,
    /// Who is signed in.
    pub user: UserView,
}

/// Who is signed in, where, and what they may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MeView {
    /// Who.
    pub user: UserView,
    /// At which MSP, or served by which.
    pub tenant: TenantView,
    /// What their role may do.
    pub permissions: Vec<Permission>,
}
