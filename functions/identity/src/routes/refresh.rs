//! Trade a refresh token for the next one.

use contract::sessions::{REFRESH, Refresh, SessionView};
use contract::{NoPath, NoQuery};
use domain::sessions::{Presented, Rotation, rotate};
use runtime::{Answer, Error, Handler, In, PublicCx, Result};

use crate::refresh_token::RefreshToken;

/// Whatever is wrong with it: a caller learns nothing from the difference.
const ENDED: Error = Error::Unauthenticated("This session has ended. Sign in again.");

/// The route.
pub fn route() -> Handler {
    Handler::public(REFRESH, refresh)
}

async fn refresh(cx: PublicCx, input: In<NoPath, NoQuery, Refresh>) -> Result<Answer<SessionView>> {
    let secrets = cx.world.secrets()?;
    let token = RefreshToken::read(secrets, input.body.refresh_token.reveal()).ok_or(ENDED)?;
    let store = cx.store.for_tenant(token.tenant);
    let session = store.session(token.session).await.map_err(|error| match error {
        store::Error::NotFound => ENDED,
        other => other.into(),
    })?;
    let user = store.user(session.value.user).await?.value;
    let by = user.id;
    let next = token.next(secrets);
    let presented = Presented { generation: token.generation, hash: &token.hash() };
    match rotate(session.value, &user, presented, next.hash(), cx.now) {
        Rotation::Rotated(rotated) => {
            let commit = store.commit().update(&rotated, session.rev);
            Ok(Answer::after(commit, next.signed_in(&cx.world, user, cx.now)?).by(by))
        }
        Rotation::Repeated(_) => Ok(Answer::of(next.signed_in(&cx.world, user, cx.now)?)),
        Rotation::Reused(revoked) => {
            Ok(Answer::refused_after(store.commit().update(&revoked, session.rev), ENDED).by(by))
        }
        Rotation::Refused => Err(ENDED),
    }
}
