//! Add a client.

use contract::clients::{ADD, ClientView, NewClient};
use contract::{NoPath, NoQuery};
use domain::clients;
use domain::ids::{ClientId, SiteId, UnitId};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add)
}

async fn add(cx: Cx, input: In<NoPath, NoQuery, NewClient>) -> Result<Answer<ClientView>> {
    let tenant = cx.store.tenant_record().await?;
    let new = named(&cx, input.body, tenant.value.zone);
    let added = clients::add(ClientId::from_uuid(cx.id()), new, cx.now)?;
    let commit = cx.store.commit().create(&added.state).emit(added.events);
    Ok(Answer::after(commit, added.state.into()).rev(1))
}

/// What was asked for, with ids for what is new in it.
fn named(cx: &Cx, new: NewClient, tenant_zone: domain::zone::Zone) -> clients::NewClient {
    clients::NewClient {
        name: new.name,
        zone: new.zone.unwrap_or(tenant_zone),
        sites: new.sites.into_iter().map(|site| site.named(SiteId::from_uuid(cx.id()))).collect(),
        departments: new.departments.into_iter().map(|unit| unit.named(UnitId::from_uuid(cx.id()))).collect(),
        calendar: new.calendar,
        sla: new.sla,
    }
}
