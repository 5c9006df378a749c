//! What the invoice run keeps of its own: what an invoice that is too large for one transaction takes up, contracts that
//! wait for somebody, and what somebody let pass.

use std::collections::BTreeSet;

use domain::billing::bill::{Approval, Runs};
use domain::billing::charges::ClientCharge;
use domain::billing::contract::Parked;
use domain::billing::metering::UsageRecord;
use domain::billing::work::TimeEntry;
use domain::ids::{ChargeId, ClientId, ContractId, InvoiceId, TicketId, TimeEntryId, UsageId};
use futures::future::try_join_all;
use iso_currency::Currency;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// Records that are looked up at once.
const SIDE_BY_SIDE: usize = 25;
/// Most approvals that are remembered of a contract: each holds for one bill.
const MOST_APPROVALS: usize = 12;

/// What the invoice of a contract's next bill takes up, written before any of it is taken. Whoever goes on after a death
/// takes exactly this. It is over with the transaction that makes the invoice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillPlan {
    /// Of which contract.
    pub contract: ContractId,
    /// The date of the bill.
    pub on: Date,
    /// On which invoice.
    pub invoice: InvoiceId,
    /// Records of use.
    pub usage: BTreeSet<UsageId>,
    /// Time entries, each on its ticket.
    pub time: BTreeSet<(TicketId, TimeEntryId)>,
    /// Charges of the client.
    pub charges: BTreeSet<ChargeId>,
}

/// A contract's plan, while there is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptPlan {
    /// Of which contract.
    pub contract: ContractId,
    /// What is planned; none once its invoice was made.
    pub plan: Option<BillPlan>,
}

impl Record for KeptPlan {
    fn place(&self) -> Place {
        Place::at(keys::bill_plan(self.contract))
    }
}

/// A contract that the run leaves alone until somebody has looked at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParkedContract {
    /// Which contract.
    pub contract: ContractId,
    /// What people call it by.
    pub number: String,
    /// Its name.
    pub name: String,
    /// With whom.
    pub client: ClientId,
    /// The date of the bill that waits.
    pub on: Option<Date>,
    /// Since when, and why; none once somebody let it go on.
    pub parked: Option<Parked>,
}

impl Record for ParkedContract {
    fn place(&self) -> Place {
        let list = |parked: &Parked| (keys::list::PARKED.into(), format!("{}#{}", parked.since, self.contract));
        Place { list: self.parked.as_ref().map(list), ..Place::at(keys::parked(self.contract)) }
    }
}

impl Commit {
    /// That a contract waits, or waits no more; under the guard of the contract, which is written with it. `rev` is the
    /// contract's revision before.
    pub fn park(self, waits: &ParkedContract, rev: u64) -> Self {
        self.part(waits, rev)
    }
}

/// What the runs of a tenant came to in a currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptRuns {
    /// In which currency.
    pub currency: Currency,
    /// What they came to.
    pub runs: Runs,
}

impl Record for KeptRuns {
    fn place(&self) -> Place {
        Place::at(keys::runs(self.currency))
    }
}

/// What somebody let pass of a contract's bills.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approvals {
    /// Of which contract.
    pub contract: ContractId,
    /// The latest of them, oldest first.
    pub approvals: Vec<Approval>,
}

impl Approvals {
    /// With one more.
    #[must_use]
    pub fn with(mut self, approval: Approval) -> Self {
        self.approvals.push(approval);
        let over = self.approvals.len().saturating_sub(MOST_APPROVALS);
        self.approvals.drain(..over);
        self
    }
}

impl Record for Approvals {
    fn place(&self) -> Place {
        Place::at(keys::approvals(self.contract))
    }
}

impl TenantStore {
    /// What the next invoice of a contract takes up, if that has been planned.
    pub async fn bill_plan(&self, contract: ContractId) -> Result<Versioned<KeptPlan>> {
        let none = || Versioned { value: KeptPlan { contract, plan: None }, rev: 0 };
        Ok(self.find(&keys::bill_plan(contract)).await?.unwrap_or_else(none))
    }

    /// The planned records of use, as they are.
    pub async fn planned_usage(&self, plan: &BillPlan) -> Result<Vec<Versioned<UsageRecord>>> {
        self.all(plan.usage.iter().map(|id| keys::usage(plan.contract, *id)).collect()).await
    }

    /// The planned time entries, as they are.
    pub async fn planned_time(&self, plan: &BillPlan) -> Result<Vec<Versioned<TimeEntry>>> {
        self.all(plan.time.iter().map(|(ticket, id)| keys::time(*ticket, *id)).collect()).await
    }

    /// The planned charges, as they are.
    pub async fn planned_charges(&self, client: ClientId, plan: &BillPlan) -> Result<Vec<Versioned<ClientCharge>>> {
        self.all(plan.charges.iter().map(|id| keys::charge(client, *id)).collect()).await
    }

    async fn all<T: serde::de::DeserializeOwned>(&self, keys: Vec<keys::Key>) -> Result<Vec<Versioned<T>>> {
        let mut found = Vec::with_capacity(keys.len());
        for some in keys.chunks(SIDE_BY_SIDE) {
            found.extend(try_join_all(some.iter().map(|key| self.get(key))).await?);
        }
        Ok(found)
    }

    /// A page of the parked contracts, the longest parked first.
    pub async fn parked_contracts(&self, page: &PageRequest) -> Result<Slice<Versioned<ParkedContract>>> {
        let partition = keys::list::PARKED.to_owned();
        let query = partition.clone();
        let listing = Listing { by: By::List, partitions: vec![partition], newest_first: false, query };
        self.page(&listing, page, |waits: &ParkedContract| waits.parked.is_some()).await
    }

    /// What the runs came to in a currency; nothing, at revision 0, before the first.
    pub async fn runs(&self, currency: Currency) -> Result<Versioned<KeptRuns>> {
        let none = || Versioned { value: KeptRuns { currency, runs: Runs::default() }, rev: 0 };
        Ok(self.find(&keys::runs(currency)).await?.unwrap_or_else(none))
    }

    /// What somebody let pass of a contract's bills; nothing, at revision 0, before the first time.
    pub async fn approvals(&self, contract: ContractId) -> Result<Versioned<Approvals>> {
        let none = || Versioned { value: Approvals { contract, approvals: Vec::new() }, rev: 0 };
        Ok(self.find(&keys::approvals(contract)).await?.unwrap_or_else(none))
    }
}
