//! Change a client.

use contract::NoQuery;
use contract::clients::{AtClient, CHANGE, ClientChanges, ClientView, SiteChange, UnitChange};
use domain::budgets::still_named;
use domain::clients::{self, Client, Site, Unit, cost_centres_gone};
use domain::ids::{SiteId, UnitId};
use domain::outcome::Outcome;
use runtime::{Answer, Cx, Handler, In, Result, references};
use store::Commit;

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
    let changed = clients::change(read.value.clone(), named(&cx, changes), cx.now)?;
    references::exist(&cx.store, references::calendar_and_sla(calendar, sla)).await?;
    let Some(free) = without_budgets(&cx, &read.value, &changed.state).await? else {
        return Ok(cx.changed(changed, read.rev));
    };
    let Outcome { state, events } = changed;
    let commit = free.update(&state, read.rev).emit(events);
    Ok(Answer::after(commit, state.into()).rev(read.rev + 1))
}

/// Refuses to let a cost centre go that the chargeback or an open budget names. What it gives is written with the change, so that no budget is
/// added meanwhile; none where no cost centre goes.
async fn without_budgets(cx: &Cx, before: &Client, after: &Client) -> Result<Option<Commit>> {
    let gone = cost_centres_gone(before, after);
    if gone.is_empty() {
        return Ok(None);
    }
    cx.store.chargeback(before.id).await?.value.still_name(&gone)?;
    let review = cx.store.budget_review(before.id).await?;
    let budgets = cx.store.all_budgets(before.id).await?;
    still_named(budgets.iter().map(|read| &read.value), &gone)?;
    Ok(Some(cx.store.commit().unless_budgets_were_added(&review)))
}

/// What was asked for, with ids for what is new in it.
fn named(cx: &Cx, changes: ClientChanges) -> clients::ClientChanges {
    let ClientChanges { name, zone, sites, departments, cost_centres, calendar, sla, active } = changes;
    let site = |SiteChange { id, name, address, zone }| {
        let id = id.unwrap_or_else(|| SiteId::from_uuid(cx.id()));
        Site { id, name, address, zone }
    };
    let unit = |UnitChange { id, name, cost_centre }| {
        let id = id.unwrap_or_else(|| UnitId::from_uuid(cx.id()));
        Unit { id, name, cost_centre }
    };
    clients::ClientChanges {
        name,
        zone,
        sites: sites.map(|sites| sites.into_iter().map(site).collect()),
        departments: departments.map(|units| units.into_iter().map(unit).collect()),
        cost_centres,
        calendar,
        sla,
        active,
    }
}
