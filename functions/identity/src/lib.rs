//! People and access: MSPs sign up, users are invited, everybody signs in.

pub mod passwords;
mod refresh_token;

/// What is called over HTTP: one file a route.
pub mod routes {
    pub mod accept_invitation;
    pub mod change_tenant;
    pub mod change_user;
    pub mod deactivate_user;
    pub mod get_me;
    pub mod get_tenant;
    pub mod get_user;
    pub mod invite_user;
    pub mod list_users;
    pub mod refresh;
    pub mod sign_in;
    pub mod sign_out;
    pub mod sign_up;
}

/// What stands between the services.
pub mod plumbing {
    pub mod authorize;
}

/// Every route of this area.
pub fn routes() -> Vec<runtime::Handler> {
    use routes::*;
    vec![
        sign_up::route(),
        get_tenant::route(),
        change_tenant::route(),
        sign_in::route(),
        refresh::route(),
        sign_out::route(),
        get_me::route(),
        invite_user::route(),
        accept_invitation::route(),
        list_users::route(),
        get_user::route(),
        change_user::route(),
        deactivate_user::route(),
    ]
}

/// What reads the access tokens before every route that is not public.
pub fn authorizer() -> runtime::AuthorizerHandler {
    plumbing::authorize::plumbing()
}
