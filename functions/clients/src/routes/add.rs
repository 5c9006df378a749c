//! Add a client.

use contract::clients::{ADD, ClientView, NewClient, NewSite, NewUnit};
use contract::{NoPath, NoQuery};
use domain::clients::{self, Site, Unit};
use domain::ids::{ClientId, SiteId, UnitId};
use domain::outcome::Outcome;
use domain::zone::Zone;
use runtime::{Answer, Cx, Handler, In, Result, references};
use store::findings::Review;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add)
}

async fn add(cx: Cx, input: In<NoPath, NoQuery, NewClient>) -> Result<Answer<ClientView>> {
    let (calendar, sla) = (input.body.calendar, input.body.sla);
    let tenant = cx.store.tenant_record().await?;
    let new = named(&cx, input.body, tenant.value.zone);
    let added = clients::add(ClientId::from_uuid(cx.id()), new, cx.now)?;
    references::exist(&cx.store, references::calendar_and_sla(calendar, sla)).await?;
    let Outcome { state: client, events } = added;
    // Its licences are looked over from its first day on.
    let review = Review::first(client.id, cx.now);
    let commit = cx.store.commit().create(&client).create(&review).emit(events);
    Ok(Answer::after(commit, client.into()).rev(1))
}

/// What was asked for, with ids for its parts.
fn named(cx: &Cx, new: NewClient, tenant_zone: Zone) -> clients::NewClient {
    let NewClient { name, zone, sites, departments, cost_centres, calendar, sla } = new;
    let site = |NewSite { name, address, zone }| Site { id: SiteId::from_uuid(cx.id()), name, address, zone };
    let unit = |NewUnit { name, cost_centre }| Unit { id: UnitId::from_uuid(cx.id()), name, cost_centre };
    clients::NewClient {
        name,
        zone: zone.unwrap_or(tenant_zone),
        sites: sites.into_iter().map(site).collect(),
        departments: departments.into_iter().map(unit).collect(),
        cost_centres,
        calendar,
        sla,
    }
}
