//! Change the MSP's settings.

use contract::tenants::{CHANGE, TenantChanges, TenantView};
use contract::{NoPath, NoQuery};
use domain::tenants;
use runtime::{Answer, Cx, Handler, In, Result, references};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<NoPath, NoQuery, TenantChanges>) -> Result<Answer<TenantView>> {
    let TenantChanges { name, zone, sla, calendar } = input.body;
    let read = cx.unchanged(cx.store.tenant_record().await?)?;
    let changed = tenants::change(read.value, tenants::TenantChanges { name, zone, sla, calendar })?;
    references::exist(&cx.store, references::calendar_and_sla(calendar.flatten(), sla.unwrap_or_default())).await?;
    Ok(cx.changed(changed, read.rev))
}
