//! Sign up as an MSP.

use contract::tenants::{NewTenant, SIGN_UP, SignedUpView};
use contract::{NoPath, NoQuery};
use domain::ids::{TenantId, UserId};
use domain::passwords::check;
use domain::users::Owners;
use domain::{tenants, users};
use runtime::{Answer, Handler, In, PublicCx, Result};
use store::books::LedgerCheck;

use crate::passwords;

/// The route.
pub fn route() -> Handler {
    Handler::public(SIGN_UP, sign_up)
}

async fn sign_up(cx: PublicCx, input: In<NoPath, NoQuery, NewTenant>) -> Result<Answer<SignedUpView>> {
    let NewTenant { name, zone, currency, owner } = input.body;
    let known = [owner.email.as_str(), &owner.name, &name];
    check(owner.password.reveal(), &known).map_err(|refusal| refusal.within("/owner"))?;
    let (tenant, user) = (TenantId::from_uuid(cx.id()), UserId::from_uuid(cx.id()));
    let signed_up = tenants::sign_up(tenant, tenants::NewTenant { name, zone, currency }, user, cx.now)?;
    let hash = passwords::hash(&owner.password).await?;
    let owner = users::first_owner(user, tenant, owner.email, &owner.name, hash, cx.now)?;
    let commit = cx
        .store
        .for_tenant(tenant)
        .commit()
        .create(&signed_up.state)
        .create_user(&owner)
        .create(&Owners::FIRST)
        .create(&LedgerCheck::first(cx.now));
    let view = SignedUpView { tenant: signed_up.state.into(), owner: owner.into() };
    Ok(Answer::after(commit.emit(signed_up.events), view).by(user))
}
