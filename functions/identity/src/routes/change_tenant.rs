//! Change the MSP's settings.

use contract::tenants::{CHANGE, TenantChanges, TenantView};
use contract::{NoPath, NoQuery};
use domain::sla::SlaChoice;
use domain::tenants;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::there;

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<NoPath, NoQuery, TenantChanges>) -> Result<Answer<TenantView>> {
    let read = cx.unchanged(cx.store.tenant_record().await?)?;
    let TenantChanges { name, zone, sla, calendar } = input.body;
    if let Some(SlaChoice::Policy(policy)) = sla {
        there::policy(&cx, policy, "/sla").await?;
    }
    if let Some(Some(calendar)) = calendar {
        there::calendar(&cx, calendar, "/calendar").await?;
    }
    let changed = tenants::change(read.value, tenants::TenantChanges { name, zone, sla, calendar })?;
    if changed.events.is_empty() {
        return Ok(Answer::of(changed.state.into()).rev(read.rev));
    }
    let commit = cx.store.commit().update(&changed.state, read.rev).emit(changed.events);
    Ok(Answer::after(commit, changed.state.into()).rev(read.rev + 1))
}
