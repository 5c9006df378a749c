//! Change the MSP's settings.

use contract::tenants::{CHANGE, TenantChanges, TenantView};
use contract::{NoPath, NoQuery};
use domain::tenants;
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<NoPath, NoQuery, TenantChanges>) -> Result<Answer<TenantView>> {
    let TenantChanges { name, zone, sla, calendar, intake } = input.body;
    let read = cx.unchanged(cx.store.tenant_record().await?)?;
    let changed = tenants::change(read.value, tenants::TenantChanges { name, zone, sla, calendar, intake })?;
    let named = references::calendar_and_sla(calendar.flatten(), sla.unwrap_or_default());
    let intake = ("/intake".to_owned(), intake.flatten().map(Reference::Department));
    references::exist(&cx.store, named.chain([intake])).await?;
    Ok(cx.changed(changed, read.rev))
}
