//! Change a client.

use contract::NoQuery;
use contract::clients::{AtClient, CHANGE, ClientChanges, ClientView, SiteChange, UnitChange};
use domain::clients::{self, Site, Unit};
use domain::ids::{SiteId, UnitId};
use runtime::{Answer, Cx, Handler, In, Result, references};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<AtClient, NoQuery, ClientChanges>) -> Result<Answer<ClientView>> {
    cx.may_see(input.path.client)?;
    let changes = input.body;
    let (calendar, sla) = (changes.calendar.flatten(), changes.sla.unwrap_or_default());
    let read = cx.unchanged(cx.store.client(input.path.client).await?)?;
    let sites: Vec<_> = changes.sites.iter().flatten().map(|site| site.id).collect();
    let units: Vec<_> = changes.departments.iter().flatten().map(|unit| unit.id).collect();
    clients::keeps_ids(&read.value, &sites, &units)?;
    let changed = clients::change(read.value, named(&cx, changes), cx.now)?;
    references::exist(&cx.store, references::calendar_and_sla(calendar, sla)).await?;
    Ok(cx.changed(changed, read.rev))
}

/// What was asked for, with ids for what is new in it.
fn named(cx: &Cx, changes: ClientChanges) -> clients::ClientChanges {
    let ClientChanges { name, zone, sites, departments, calendar, sla, active } = changes;
    let site = |SiteChange { id, name, address, zone }| {
        let id = id.unwrap_or_else(|| SiteId::from_uuid(cx.id()));
        Site { id, name, address, zone }
    };
    let unit = |UnitChange { id, name }| Unit { id: id.unwrap_or_else(|| UnitId::from_uuid(cx.id())), name };
    clients::ClientChanges {
        name,
        zone,
        sites: sites.map(|sites| sites.into_iter().map(site).collect()),
        departments: departments.map(|units| units.into_iter().map(unit).collect()),
        calendar,
        sla,
        active,
    }
}
