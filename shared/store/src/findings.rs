//! What was found at clients, and where each client's review stands.
//!
//! A finding, its client's sums and the sums of all clients move in one transaction, which the review's revision guards: so
//! the sums are always those of the findings, wherever a review died.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ClientId, ContactId, FindingId, LicenceId, UnitId};
use domain::licences::findings::{Amounts, Finding, Key, Totals, Whose};
use domain::licences::true_up::TrueUp;
use domain::money::LARGEST_MINOR;
use futures::future::try_join_all;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::due::PARKED_AT;
use crate::error::from_sdk;
use crate::item::{Place, Record, from_item, key_of, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that looks over every client's licences.
pub const REVIEW: &str = "licences-review";
/// Most rows of a true-up that are kept: an item has 400 KB.
pub const MOST_TRUE_UPS: usize = 500;
/// People and clients that are read side by side.
const SIDE_BY_SIDE: usize = 25;

/// Where a client's review stands. There from the client's first day on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Which client.
    pub client: ClientId,
    /// When the next one is due.
    pub due_at: Timestamp,
    /// The local day of the last one that was done.
    pub reviewed_on: Option<Date>,
    /// The sums of the client's findings.
    pub totals: Totals,
    /// Those of them by the departments of the people that findings are about; the rest is of none.
    #[serde(default)]
    pub by_unit: BTreeMap<UnitId, Totals>,
    /// Seats of each licence that findings which came true have claimed, ever.
    pub claimed: BTreeMap<LicenceId, u32>,
    /// Seats that are missing; see [`MOST_TRUE_UPS`].
    pub true_up: Vec<TrueUp>,
    /// How many rows of it were left out.
    pub left_out: u32,
    /// Licences in force whose amounts cannot be computed: the last review left them out, with what was found of them before.
    #[serde(default)]
    pub not_computed: Vec<LicenceId>,
}

/// Whom a finding is about, by what people call them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The person or the device; none where it is about a whole licence.
    pub person: Option<String>,
    /// The person's department, and its name unless it is there no more.
    pub unit: Option<(UnitId, Option<String>)>,
}

impl Review {
    /// What belongs to no department: of whole licences, of devices, and of people who are in none.
    pub fn of_none(&self) -> Totals {
        self.by_unit.values().fold(self.totals.clone(), |rest, own| rest.and(own, -1))
    }

    /// Before the first one.
    pub fn first(client: ClientId, due_at: Timestamp) -> Self {
        Review {
            client,
            due_at,
            reviewed_on: None,
            totals: Totals::default(),
            by_unit: BTreeMap::new(),
            claimed: BTreeMap::new(),
            true_up: Vec::new(),
            left_out: 0,
            not_computed: Vec::new(),
        }
    }
}

impl Record for Review {
    fn place(&self) -> Place {
        Place {
            list: self.reviewed_on.map(|_| (keys::list::SAVINGS.into(), self.client.to_string())),
            due: Some((REVIEW, self.due_at)),
            ..Place::at(keys::review(self.client))
        }
    }
}

impl Record for Finding {
    fn place(&self) -> Place {
        let live = self.state.is_live();
        // What saves most comes first.
        let minor = self.counted.map_or(0, |counted| counted.minor()).clamp(0, LARGEST_MINOR);
        let sort = format!("{:016}#{}", LARGEST_MINOR - minor, self.id);
        Place {
            list: Some((keys::list::findings(live), sort.clone())),
            refers: Some((keys::refers::client_findings(self.key.client, live), sort)),
            ..Place::at(keys::finding(self.key.client, self.id))
        }
    }
}

impl TenantStore {
    /// The id of the finding with this key: the same one for ever.
    pub fn finding_id(&self, key: &Key) -> FindingId {
        FindingId::from_uuid(self.id_of(&key.to_string()))
    }

    /// Where a client's review stands.
    pub async fn review(&self, client: ClientId) -> Result<Versioned<Review>> {
        self.get(&keys::review(client)).await
    }

    /// A client's review that its job parked; none while it goes on.
    pub async fn parked_review(&self, client: ClientId) -> Result<Option<Versioned<Review>>> {
        let found = self
            .store
            .dynamo
            .get_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, &keys::review(client))))
            .consistent_read(true)
            .send()
            .await
            .map_err(from_sdk)?;
        found.item.filter(|item| item.contains_key(PARKED_AT)).as_ref().map(from_item).transpose()
    }

    /// A finding.
    pub async fn finding(&self, client: ClientId, id: FindingId) -> Result<Versioned<Finding>> {
        self.get(&keys::finding(client, id)).await
    }

    /// All findings of a client, as they are at this moment; at most `most`.
    pub async fn all_findings(&self, client: ClientId, most: usize) -> Result<Vec<Versioned<Finding>>> {
        let partition = keys::client(client).pk;
        self.children(&partition, text("FINDING#"), text("FINDING#~"), true, most).await
    }

    /// A page of the findings of a client, or of all; those that are open or accepted, or all others.
    pub async fn findings(
        &self,
        client: Option<ClientId>,
        live: bool,
        page: &PageRequest,
        query: &str,
        keep: impl Fn(&Finding) -> bool,
    ) -> Result<Slice<Versioned<Finding>>> {
        let (by, partition) = match client {
            Some(client) => (By::Ref, keys::refers::client_findings(client, live)),
            None => (By::List, keys::list::findings(live)),
        };
        let query = format!("{partition}?{query}");
        let listing = Listing { by, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, keep).await
    }

    /// Whom these findings are about, in their order. Whoever gives them bounds how many they are: a page.
    pub async fn about(&self, findings: &[&Finding]) -> Result<Vec<About>> {
        let contact = |of: &&Finding| Some((of.key.client, of.key.whose.as_ref()?.contact()?));
        let people: Vec<(ClientId, ContactId)> =
            findings.iter().filter_map(contact).collect::<BTreeSet<_>>().into_iter().collect();
        let clients: BTreeSet<ClientId> =
            findings.iter().filter(|of| of.unit.is_some()).map(|of| of.key.client).collect();
        let (mut names, mut units) = (BTreeMap::new(), BTreeMap::new());
        for some in people.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|(client, id)| self.contact(*client, *id))).await?;
            names.extend(read.into_iter().map(|read| (read.value.id, read.value.name)));
        }
        for some in clients.into_iter().collect::<Vec<_>>().chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|client| self.client(*client))).await?;
            units.extend(read.into_iter().flat_map(|read| read.value.departments).map(|unit| (unit.id, unit.name)));
        }
        let about = |of: &&Finding| About {
            person: match &of.key.whose {
                Some(Whose::Contact { contact }) => names.get(contact).cloned(),
                Some(Whose::Device { device }) => Some(device.clone()),
                Some(Whose::Stranger { who }) => Some(who.clone()),
                None => None,
            },
            unit: of.unit.map(|unit| (unit, units.get(&unit).cloned())),
        };
        Ok(findings.iter().map(about).collect())
    }

    /// A page of the clients that have been reviewed.
    pub async fn reviews(&self, page: &PageRequest) -> Result<Slice<Versioned<Review>>> {
        self.page(&Listing::by_name(keys::list::SAVINGS), page, |_| true).await
    }

    /// The sums of all clients' findings.
    pub async fn savings(&self) -> Result<Totals> {
        let found = self
            .store
            .dynamo
            .get_item()
            .table_name(&self.store.names.main)
            .set_key(Some(key_of(self.scope, &keys::savings())))
            .consistent_read(true)
            .send()
            .await
            .map_err(from_sdk)?;
        let mut totals = Totals::default();
        for (name, value) in found.item.into_iter().flatten() {
            let Some(number) = value.as_n().ok().and_then(|n| n.parse::<i64>().ok()) else { continue };
            match name.split_once('#') {
                None if name == OPEN => totals.open = number,
                None if name == ACCEPTED => totals.accepted = number,
                None => {}
                Some((currency, what)) => {
                    let amounts = totals.amounts.entry(currency.to_owned()).or_default();
                    match what {
                        "open" => amounts.open = number,
                        "accepted" => amounts.accepted = number,
                        "realised" => amounts.realised = number,
                        "exposure" => amounts.exposure = number,
                        _ => {}
                    }
                }
            }
        }
        totals.amounts.retain(|_, amounts| *amounts != Amounts::default());
        Ok(totals)
    }
}

/// How many findings are open.
const OPEN: &str = "open";
/// How many are accepted.
const ACCEPTED: &str = "accepted";

impl Commit {
    /// Puts a client's review back that was parked: what is written beside it may be what it was parked for.
    pub fn review_again(self, parked: Option<&Versioned<Review>>) -> Self {
        match parked {
            Some(parked) => self.update(&parked.value, parked.rev),
            None => self,
        }
    }

    /// The next states of findings, each with what was read of it, together with the client's review, whose sums move with
    /// them, and the sums of all clients.
    pub fn keep_findings<'a>(
        self,
        review: &Versioned<Review>,
        after: Review,
        findings: impl IntoIterator<Item = (Option<&'a Versioned<Finding>>, &'a Finding)>,
    ) -> Self {
        let (mut commit, mut moved) = (self, Totals::default());
        let mut by_unit = review.value.by_unit.clone();
        for (before, after) in findings {
            let both = before.map(|before| (&before.value, -1)).into_iter().chain([(after, 1)]);
            for (finding, times) in both {
                let own = Totals::of(finding);
                moved = moved.and(&own, times);
                if let Some(unit) = finding.unit {
                    let sums = by_unit.entry(unit).or_default();
                    *sums = std::mem::take(sums).and(&own, times);
                }
            }
            commit = commit.update(after, before.map_or(0, |before| before.rev));
        }
        let totals = review.value.totals.clone().and(&moved, 1);
        let mut by = vec![(OPEN.to_owned(), moved.open), (ACCEPTED.to_owned(), moved.accepted)];
        for (currency, amounts) in &moved.amounts {
            let Amounts { open, accepted, realised, exposure } = *amounts;
            let named = [("open", open), ("accepted", accepted), ("realised", realised), ("exposure", exposure)];
            by.extend(named.into_iter().map(|(what, minor)| (format!("{currency}#{what}"), minor)));
        }
        by_unit.retain(|_, sums| *sums != Totals::default());
        commit.update(&Review { totals, by_unit, ..after }, review.rev).tally(&keys::savings(), by)
    }
}
