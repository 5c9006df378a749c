//! Clients: the companies that an MSP looks after, with their sites, departments and cost centres.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cost_centres::{CostCentre, CostCode, MOST_COST_CENTRES};
use crate::error::Refusal;
use crate::events::Event;
use crate::ids::{CalendarId, ClientId, ContractId, SiteId, UnitId};
use crate::invalid::Check;
use crate::outcome::Outcome;
use crate::sla::SlaChoice;
use crate::zone::Zone;

/// Long enough for any company's, site's or department's name.
pub const LONGEST_NAME: usize = 120;
/// Long enough for a postal address.
pub const LONGEST_ADDRESS: usize = 500;
/// Sites and departments live inside the client's item, which must stay small.
pub const MOST_SITES: usize = 100;
/// See [`MOST_SITES`].
pub const MOST_UNITS: usize = 100;
/// Contracts with an SLA of their own that a client remembers at once; of more, the oldest are forgotten.
pub const MOST_CONTRACT_SLAS: usize = 50;

/// A customer of an MSP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// Which client.
    pub id: ClientId,
    /// The company's name.
    pub name: String,
    /// Where it works.
    pub zone: Zone,
    /// Where it has offices.
    #[serde(default)]
    pub sites: Vec<Site>,
    /// How it is organised.
    #[serde(default)]
    pub departments: Vec<Unit>,
    /// What its accounting books their costs on.
    #[serde(default)]
    pub cost_centres: Vec<CostCentre>,
    /// When it works, if that differs from the tenant.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// Its SLA.
    #[serde(default)]
    pub sla: SlaChoice,
    /// What its contracts in force say about SLAs, the latest last. It stands here so that no ticket has to look for
    /// them.
    #[serde(default)]
    pub contract_slas: Vec<ContractSla>,
    /// Whether it is still a client; an inactive one opens no tickets.
    pub active: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a contract in force says about SLAs; never [`SlaChoice::Inherit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContractSla {
    /// Which contract.
    pub contract: ContractId,
    /// What it says.
    pub sla: SlaChoice,
}

/// A place where a client works.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Site {
    /// Which site.
    pub id: SiteId,
    /// Its name.
    pub name: String,
    /// Its postal address.
    #[serde(default)]
    pub address: Option<String>,
    /// Its zone, if it differs from the client's.
    #[serde(default)]
    pub zone: Option<Zone>,
}

/// A department of a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Unit {
    /// Which department.
    pub id: UnitId,
    /// Its name.
    pub name: String,
    /// The code of the client's cost centre that its costs are booked on; none where nobody has said.
    #[serde(default)]
    pub cost_centre: Option<CostCode>,
}

/// A client to be added.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClient {
    /// The company's name.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
    /// Its sites.
    pub sites: Vec<Site>,
    /// Its departments.
    pub departments: Vec<Unit>,
    /// Its cost centres.
    pub cost_centres: Vec<CostCentre>,
    /// Its calendar.
    pub calendar: Option<CalendarId>,
    /// Its SLA.
    pub sla: SlaChoice,
}

/// What to change; absent fields stay, `Some(None)` clears, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientChanges {
    /// Another name.
    pub name: Option<String>,
    /// Another zone.
    pub zone: Option<Zone>,
    /// The sites from now on.
    pub sites: Option<Vec<Site>>,
    /// The departments from now on.
    pub departments: Option<Vec<Unit>>,
    /// The cost centres from now on.
    pub cost_centres: Option<Vec<CostCentre>>,
    /// Another calendar.
    pub calendar: Option<Option<CalendarId>>,
    /// Another SLA.
    pub sla: Option<SlaChoice>,
    /// Whether it is still a client.
    pub active: Option<bool>,
}

/// Adds a client.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields.
pub fn add(id: ClientId, new: NewClient, now: Timestamp) -> Result<Outcome<Client>, Refusal> {
    let client = Client {
        id,
        name: new.name.trim().to_owned(),
        zone: new.zone,
        sites: new.sites,
        departments: new.departments,
        cost_centres: new.cost_centres,
        calendar: new.calendar,
        sla: new.sla,
        contract_slas: Vec::new(),
        active: true,
        created_at: now,
        updated_at: now,
    };
    check(&client)?;
    let event = Event::ClientAdded { client: id, name: client.name.clone() };
    Ok(Outcome::by(client, event))
}

impl Client {
    /// The cost centre of each department that has one.
    pub fn centres(&self) -> BTreeMap<UnitId, CostCode> {
        self.departments.iter().filter_map(|unit| Some((unit.id, unit.cost_centre.clone()?))).collect()
    }

    /// Its cost centres by their codes.
    pub fn codes(&self) -> BTreeSet<&CostCode> {
        self.cost_centres.iter().map(|centre| &centre.code).collect()
    }

    /// What its contracts say about SLAs: the one that was signed last, of those that say something.
    pub fn contract_sla(&self) -> Option<SlaChoice> {
        self.contract_slas.last().map(|of| of.sla)
    }
}

/// Notes what a contract says about SLAs: what it says in force, [`SlaChoice::Inherit`] when it is not in force. One that
/// is known keeps its place among the others.
#[must_use]
pub fn under_contract(client: Client, contract: ContractId, sla: SlaChoice, now: Timestamp) -> Outcome<Client> {
    let mut slas = client.contract_slas.clone();
    match slas.iter().position(|of| of.contract == contract) {
        Some(at) if sla == SlaChoice::Inherit => {
            slas.remove(at);
        }
        Some(at) => slas[at].sla = sla,
        None if sla == SlaChoice::Inherit => {}
        None => slas.push(ContractSla { contract, sla }),
    }
    slas.drain(..slas.len().saturating_sub(MOST_CONTRACT_SLAS));
    if slas == client.contract_slas {
        return Outcome::unchanged(client);
    }
    let event = Event::ClientChanged { client: client.id };
    Outcome::by(Client { contract_slas: slas, updated_at: now, ..client }, event)
}

/// Refuses ids that the client has not given to a site or department of its own: what is new gets its id here.
///
/// # Errors
/// [`Refusal::Invalid`] with the place of each such id in the lists.
pub fn keeps_ids(client: &Client, sites: &[Option<SiteId>], units: &[Option<UnitId>]) -> Result<(), Refusal> {
    const HINT: &str = "the client has none with this id; leave the id out to add one";
    let mut check = Check::new();
    for (index, id) in sites.iter().enumerate() {
        let known = id.is_none_or(|id| client.sites.iter().any(|site| site.id == id));
        check.that(known, &format!("/sites/{index}/id"), "unknown", HINT);
    }
    for (index, id) in units.iter().enumerate() {
        let known = id.is_none_or(|id| client.departments.iter().any(|unit| unit.id == id));
        check.that(known, &format!("/departments/{index}/id"), "unknown", HINT);
    }
    check.done()
}

/// Changes a client.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields; [`Refusal::Conflict`] `cost_centre_in_use` where a department that is not changed
/// with it belongs to a cost centre that goes.
pub fn change(client: Client, changes: ClientChanges, now: Timestamp) -> Result<Outcome<Client>, Refusal> {
    let keeps_departments = changes.departments.is_none();
    let mut after = Client {
        name: changes.name.map_or_else(|| client.name.clone(), |name| name.trim().to_owned()),
        zone: changes.zone.unwrap_or_else(|| client.zone.clone()),
        sites: changes.sites.unwrap_or_else(|| client.sites.clone()),
        cost_centres: changes.cost_centres.unwrap_or_else(|| client.cost_centres.clone()),
        departments: changes.departments.unwrap_or_else(|| client.departments.clone()),
        calendar: changes.calendar.unwrap_or(client.calendar),
        sla: changes.sla.unwrap_or(client.sla),
        active: changes.active.unwrap_or(client.active),
        ..client.clone()
    };
    if after == client {
        return Ok(Outcome::unchanged(client));
    }
    if keeps_departments {
        belong(&after)?;
    }
    check(&after)?;
    after.updated_at = now;
    let event = Event::ClientChanged { client: after.id };
    Ok(Outcome::by(after, event))
}

/// Refuses departments that belong to no cost centre of the client any more: nobody has spoken of them in this change.
fn belong(client: &Client) -> Result<(), Refusal> {
    let codes = client.codes();
    let lost = |unit: &&Unit| unit.cost_centre.as_ref().is_some_and(|code| !codes.contains(code));
    let Some(unit) = client.departments.iter().find(lost) else { return Ok(()) };
    let code = unit.cost_centre.as_ref().map_or("", CostCode::as_str);
    let detail = format!("{} belongs to the cost centre {code}; give it another one first, or none.", unit.name);
    Err(Refusal::conflict("cost_centre_in_use", detail))
}

/// The cost centres that a client has no more after a change.
pub fn cost_centres_gone<'a>(before: &'a Client, after: &Client) -> BTreeSet<&'a CostCode> {
    let left = after.codes();
    before.codes().into_iter().filter(|code| !left.contains(code)).collect()
}

/// The departments that a client has no more after a change, by name.
pub fn departments_gone<'a>(before: &'a Client, after: &Client) -> BTreeMap<UnitId, &'a str> {
    let stays = |unit: &Unit| after.departments.iter().any(|own| own.id == unit.id);
    before.departments.iter().filter(|unit| !stays(unit)).map(|unit| (unit.id, unit.name.as_str())).collect()
}

/// Refuses that a department goes which something names still. `used` says what does so, and what to do first.
///
/// # Errors
/// [`Refusal::Conflict`] `department_in_use`.
pub fn keeps_departments(
    gone: &BTreeMap<UnitId, &str>,
    named: impl IntoIterator<Item = UnitId>,
    used: &str,
) -> Result<(), Refusal> {
    let Some(name) = named.into_iter().find_map(|unit| gone.get(&unit)) else { return Ok(()) };
    Err(Refusal::conflict("department_in_use", format!("The department {name} {used}.")))
}

fn check(client: &Client) -> Result<(), Refusal> {
    let mut check = Check::new();
    check.line("/name", &client.name, LONGEST_NAME);
    check.count("/sites", client.sites.len(), MOST_SITES);
    check.count("/departments", client.departments.len(), MOST_UNITS);

    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for (index, site) in client.sites.iter().enumerate() {
        check.line(&format!("/sites/{index}/name"), &site.name, LONGEST_NAME);
        if let Some(address) = &site.address {
            check.prose(&format!("/sites/{index}/address"), address, LONGEST_ADDRESS);
        }
        unique(&mut check, &format!("/sites/{index}"), ids.insert(site.id), names.insert(site.name.to_lowercase()));
    }

    check.count("/cost_centres", client.cost_centres.len(), MOST_COST_CENTRES);
    let mut codes = HashSet::new();
    for (index, centre) in client.cost_centres.iter().enumerate() {
        let at = |name: &str| format!("/cost_centres/{index}/{name}");
        check.line(&at("name"), &centre.name, LONGEST_NAME);
        let new = codes.insert(&centre.code);
        check.that(new, &at("code"), "duplicate", "this code is in the list already; leave one of them out");
    }

    let (mut ids, mut names) = (HashSet::new(), HashSet::new());
    for (index, unit) in client.departments.iter().enumerate() {
        check.line(&format!("/departments/{index}/name"), &unit.name, LONGEST_NAME);
        let at = format!("/departments/{index}");
        unique(&mut check, &at, ids.insert(unit.id), names.insert(unit.name.to_lowercase()));
        let known = unit.cost_centre.as_ref().is_none_or(|code| codes.contains(code));
        check.that(known, &format!("{at}/cost_centre"), "unknown", "must be the code of a cost centre of this client");
    }
    check.done()
}

fn unique(check: &mut Check, at: &str, new_id: bool, new_name: bool) {
    check.that(new_id, &format!("{at}/id"), "duplicate", "this id is in the list already; leave one of them out");
    check.that(new_name, &format!("{at}/name"), "duplicate", "this name is in the list already; choose another");
}
