//! Change a client.

use std::collections::BTreeMap;

use contract::NoQuery;
use contract::clients::{AtClient, CHANGE, ClientChanges, ClientView, SiteChange, UnitChange};
use domain::budgets::{Budget, Scope, still_named};
use domain::clients::{self, Client, Site, Unit, cost_centres_gone, departments_gone, keeps_departments};
use domain::ids::{ClientId, SiteId, UnitId};
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
    let Some(free) = unused(&cx, &read.value, &changed.state).await? else {
        return Ok(cx.changed(changed, read.rev));
    };
    let Outcome { state, events } = changed;
    let commit = free.update(&state, read.rev).emit(events);
    Ok(Answer::after(commit, state.into()).rev(read.rev + 1))
}

/// Refuses to let a cost centre go that the chargeback or an open budget names, and a department that anything names. What it
/// gives is written with the change, so that no budget is added meanwhile, nor a department named by a licence or a rule; none
/// where neither goes.
async fn unused(cx: &Cx, before: &Client, after: &Client) -> Result<Option<Commit>> {
    let (gone, units) = (cost_centres_gone(before, after), departments_gone(before, after));
    if gone.is_empty() && units.is_empty() {
        return Ok(None);
    }
    // Before all that may name one: who names one writes it too.
    let review = cx.store.budget_review(before.id).await?;
    let rules = cx.store.chargeback(before.id).await?.value;
    rules.still_name(&gone)?;
    let budgets = cx.store.all_budgets(before.id).await?;
    still_named(budgets.iter().map(|read| &read.value), &gone)?;
    if !units.is_empty() {
        let of_unit = |budget: &Budget| match budget.scope {
            Scope::Unit { unit } if budget.closed_at.is_none() => Some(unit),
            _ => None,
        };
        for budget in &budgets {
            let used = format!("has the budget {}; close it first", budget.value.name);
            keeps_departments(&units, of_unit(&budget.value), &used)?;
        }
        keeps_departments(&units, rules.departments(), "carries a part of costs; change the chargeback first")?;
        nobody_is_in(cx, before.id, &units).await?;
    }
    Ok(Some(cx.store.commit().unless_budgets_were_added(&review)))
}

/// Refuses departments in which people are, that a licence is split between as long as it holds, or that rules give costs to.
async fn nobody_is_in(cx: &Cx, client: ClientId, gone: &BTreeMap<UnitId, &str>) -> Result<()> {
    for person in cx.store.all_contacts(client).await? {
        let used = format!("is that of {}; give them another one first, or none", person.name);
        keeps_departments(gone, person.unit, &used)?;
    }
    let today = cx.here().await?.today;
    for (name, split) in cx.store.splits(client, today).await? {
        let used = format!("has a part of the licence {name}; split it otherwise first");
        keeps_departments(gone, split.iter().map(|share| share.unit), &used)?;
    }
    let rules = cx.store.insight_settings(Some(client)).await?.value.units;
    let used = "gets costs of files by a rule; change the client's rules for them first";
    Ok(keeps_departments(gone, rules.iter().map(|rule| rule.unit), used)?)
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
