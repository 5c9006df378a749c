//! A contract with all that its next bill depends on, at the revisions at which the bill takes it up.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::billing::bill::{Draft, Facts, MOST_TAKEN, Worked};
use domain::billing::blocks::{BlockState, SoldBlock};
use domain::billing::charges::{ChargeState, ClientCharge};
use domain::billing::client::ClientBilling;
use domain::billing::contract::{Contract, ContractState, LineKind};
use domain::billing::metering::UsageRecord;
use domain::billing::taxes::Taxing;
use domain::billing::work::{TimeEntry, TimeLine, TimeState, TimeTerms, price_time};
use domain::calendar::Calendar;
use domain::error::Refusal;
use domain::ids::{ContractId, InvoiceId, TimeEntryId};
use futures::try_join;
use jiff::SignedDuration;
use jiff::civil::Date;
use runtime::Result;
use store::contracts::{ContractBook, KeptContract};
use store::due_bills::{Approvals, BillPlan, KeptPlan, KeptRuns};
use store::{TenantStore, Versioned};

use crate::accounts::{Others, billed_from};
use crate::facts::counts_of;
use crate::house::House;

/// Longest text of a line of work, well under what a line may say.
const LONGEST_TEXT: usize = 400;

/// A contract with all that its next bill depends on.
#[derive(Clone)]
pub(crate) struct DueContract {
    pub(crate) contract: Versioned<KeptContract>,
    pub(crate) book: Versioned<ContractBook>,
    pub(crate) client: ClientBilling,
    pub(crate) approvals: Versioned<Approvals>,
    pub(crate) usage: Vec<Versioned<UsageRecord>>,
    pub(crate) time: Vec<Versioned<TimeEntry>>,
    pub(crate) charges: Vec<Versioned<ClientCharge>>,
    /// All blocks of prepaid hours of the client.
    pub(crate) blocks: Vec<Versioned<SoldBlock>>,
    /// What is to be taken up, when that was written down already.
    pub(crate) plan: Versioned<KeptPlan>,
    /// What the tenant's runs came to in the contract's currency.
    pub(crate) runs: Versioned<KeptRuns>,
    /// What other contracts bill; read for an open account, which bills what they do not.
    others: Option<Others>,
    counts: Vec<domain::billing::bill::Count>,
    calendar: Option<Arc<Calendar>>,
}

impl DueContract {
    /// Reads it. What is planned is exactly what the bill takes up; otherwise it is all that is open.
    pub(crate) async fn read(store: &TenantStore, house: &House, id: ContractId) -> Result<Self> {
        let contract = store.contract(id).await?;
        Self::of(store, house, contract).await
    }

    /// As [`DueContract::read`], of a contract that was read.
    pub(crate) async fn of(store: &TenantStore, house: &House, contract: Versioned<KeptContract>) -> Result<Self> {
        let agreed = &contract.value.contract;
        let (id, client) = (agreed.id, agreed.client);
        let quiet = house.quiet(client).await;
        let of_client = async {
            match &quiet {
                Some(billing) => Ok((billing.clone(), Vec::new())),
                None => try_join!(async { Ok(store.client_billing(client).await?.value) }, store.all_blocks(client)),
            }
        };
        let others = async {
            match agreed.open_account {
                true => Others::of(store, client, house.today).await.map(Some),
                false => Ok(None),
            }
        };
        let (book, approvals, plan, runs, others, (billing, blocks)) = try_join!(
            store.contract_book(id),
            store.approvals(id),
            store.bill_plan(id),
            store.runs(agreed.currency),
            others,
            of_client
        )?;
        let (mut usage, time, charges) = match &plan.value.plan {
            Some(plan) => {
                try_join!(store.planned_usage(plan), store.planned_time(plan), store.planned_charges(client, plan))?
            }
            None => try_join!(
                open_usage(store, agreed),
                open_of(quiet.is_some(), store.open_time(client)),
                open_of(quiet.is_some(), store.open_charges(client))
            )?,
        };
        // Of what was planned, some may have been taken back before it was reserved.
        usage.retain(|record| record.value.cancelled_at.is_none());
        if plan.value.plan.is_none()
            && time.is_empty()
            && charges.is_empty()
            && !blocks.iter().any(|sold| sold.value.is_unbilled())
        {
            house.is_quiet(&billing).await;
        }
        let from = book.value.book.counts_from(agreed);
        let counts = counts_of(store, agreed, from).await?;
        let calendar = if time.is_empty() { None } else { house.calendar_of(store, client).await? };
        let mut due = DueContract {
            contract,
            book,
            client: billing,
            approvals,
            usage,
            time,
            charges,
            blocks,
            plan,
            runs,
            others,
            counts,
            calendar,
        };
        due.keep_what_joins(house)?;
        Ok(due)
    }

    /// Leaves out what is another contract's. What was planned joined when it was.
    fn keep_what_joins(&mut self, house: &House) -> Result<(), Refusal> {
        if self.planned().is_some() {
            return Ok(());
        }
        let Contract { id, currency, .. } = self.contract.value.contract;
        let mine = |only: Option<ContractId>| only.is_none_or(|only| only == id);
        self.charges.retain(|charge| charge.value.currency == currency && mine(charge.value.contract));
        self.time.retain(|entry| mine(entry.value.contract) && entry.value.is_unbilled());
        // What nobody can tax stops the bill of the contract that it names, and no other.
        self.charges.retain(|charge| {
            let taxed = charge.value.contract.is_some() || house.settings.can_tax(&charge.value.charge.taxes);
            if !taxed {
                tracing::warn!(contract = %id, charge = %charge.value.charge.id, "a charge waits: it cannot be taxed");
            }
            taxed
        });
        // Work that was left to the run waits for a contract in the currency of the rates.
        if house.rates.card.currency != currency {
            self.time.retain(|entry| entry.value.contract == Some(id));
        }
        if let Some(others) = &self.others {
            let own = |only: Option<ContractId>| only == Some(id);
            let from = |entry: &TimeEntry| billed_from(entry, &house.zone);
            self.time.retain(|entry| own(entry.value.contract) || !others.bill_work(currency, from(&entry.value)));
            self.charges.retain(|charge| own(charge.value.contract) || !others.bill(currency, charge.value.charge.on));
        }
        self.time.sort_by_key(|entry| (entry.value.started_at, entry.value.id));
        self.time.truncate(MOST_TAKEN);
        Ok(())
    }

    /// The contract as it is.
    pub(crate) fn agreed(&self) -> &Contract {
        &self.contract.value.contract
    }

    /// Whether its bill would take up what another contract of the client could as well.
    pub(crate) fn takes_of_client(&self) -> bool {
        let own = Some(self.agreed().id);
        self.time.iter().any(|entry| entry.value.contract != own)
            || self.charges.iter().any(|charge| charge.value.contract != own)
            || self.sold().next().is_some()
    }

    /// The blocks that were sold by hand and are its to bill.
    fn sold(&self) -> impl Iterator<Item = &SoldBlock> {
        let currency = self.agreed().currency;
        let of_others = move |sold: &SoldBlock| {
            self.others.as_ref().is_some_and(|others| others.bill(currency, sold.block.bought_on))
        };
        let unbilled = self.blocks.iter().map(|sold| &sold.value).filter(|sold| sold.is_unbilled());
        unbilled.filter(move |sold| sold.block.price.currency() == currency && !of_others(sold))
    }

    /// What its next invoice takes up, when that was written down already.
    pub(crate) fn planned(&self) -> Option<&BillPlan> {
        self.plan.value.plan.as_ref()
    }

    /// What the bill is made from.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for work without a price.
    pub(crate) fn facts(&self, house: &House) -> Result<Facts, Refusal> {
        Ok(Facts {
            contract: self.agreed().clone(),
            book: self.book.value.book.clone(),
            counts: self.counts.clone(),
            usage: self.usage.iter().map(|record| record.value.usage).collect(),
            time: self.worked(house)?,
            charges: self.charges.iter().map(|charge| charge.value.charge.clone()).collect(),
            blocks: self.blocks.iter().map(|sold| sold.value.block.clone()).collect(),
            sold: self.sold().cloned().collect(),
            approvals: self.approvals.value.approvals.clone(),
            limits: house.settings.limits,
            runs: self.runs.value.runs.clone(),
        })
    }

    fn worked(&self, house: &House) -> Result<Vec<Worked>, Refusal> {
        let agreed = self.agreed();
        let card = &house.rates.card;
        if card.currency != agreed.currency && !self.time.is_empty() {
            let detail = format!(
                "work was logged for a contract in {}, and the rates are in {}; take it off the contract or write it off",
                agreed.currency.code(),
                card.currency.code()
            );
            return Err(Refusal::conflict("currencies", detail));
        }
        // What was reserved for this bill is priced like what is open.
        let open = |entry: &Versioned<TimeEntry>| TimeEntry { state: TimeState::Open {}, ..entry.value.clone() };
        let entries: Vec<TimeEntry> = self.time.iter().map(open).collect();
        let (zone, calendar) = (&house.zone, self.calendar.as_deref());
        let terms = TimeTerms { card, work_types: &house.rates.work_types, calendar, zone, contract: Some(agreed.id) };
        let worked = |time: TimeLine| {
            let work_type = house.rates.work_type(&time.work_type);
            let note = entries.iter().find(|entry| entry.id == time.entry).map_or("", |entry| entry.note.as_str());
            let name = work_type.map_or_else(|| time.work_type.to_string(), |work_type| work_type.name.clone());
            let text = one_line(&name, note);
            Worked { time, text, taxes: work_type.map(|work_type| work_type.taxes.clone()).unwrap_or_default() }
        };
        Ok(price_time(&entries, &terms)?.into_iter().map(worked).collect())
    }

    /// The newest local day of the work that a bill takes up.
    pub(crate) fn worked_until(&self, draft: &Draft, house: &House) -> Option<Date> {
        let taken = self.time.iter().map(|entry| &entry.value).filter(|entry| draft.taken.time.contains(&entry.id));
        let last = taken.map(|TimeEntry { started_at, minutes, .. }| {
            let minutes = SignedDuration::from_mins(i64::from(*minutes) - 1);
            started_at.saturating_add(minutes).unwrap_or(*started_at)
        });
        last.max().map(|last| house.zone.date(last))
    }

    /// Leaves to another contract of the client what its bill on the same invoice takes up.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for sums that are too large.
    pub(crate) fn leave(&mut self, other: &Draft, invoice: InvoiceId, today: Date) -> Result<(), Refusal> {
        if other.currency == self.agreed().currency {
            self.runs.value.runs = self.runs.value.runs.clone().with(other.on(), other.net, other.proven, today)?;
        }
        self.time.retain(|entry| !other.taken.time.contains(&entry.value.id));
        self.charges.retain(|charge| !other.taken.charges.contains(&charge.value.charge.id));
        for sold in &mut self.blocks {
            if other.taken.blocks.contains(&sold.value.block.id) {
                sold.value.state = BlockState::Billed { invoice };
            }
            if let Some(drawn) = other.hours.blocks.iter().find(|drawn| drawn.id == sold.value.block.id) {
                sold.value.block = drawn.clone();
            }
        }
        Ok(())
    }

    /// By what its client is taxed.
    pub(crate) fn taxing<'a>(&'a self, house: &'a House) -> Taxing<'a> {
        house.settings.taxing(self.client.exemption.as_slice())
    }

    /// As it stands after its own bill was written; what that took of the client's is left to it already.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] for taxes that cannot be reckoned.
    pub(crate) fn go_on(&mut self, draft: &Draft, house: &House) -> Result<(), Refusal> {
        let after = draft.contract_after(self.agreed().clone());
        self.contract.value.contract = after;
        self.book.value.book = self.book.value.book.clone().with_net(draft, self.taxing(house), house.today)?;
        self.usage.retain(|record| !draft.taken.usage.contains(&record.value.usage.id));
        self.plan.value.plan = None;
        Ok(())
    }

    /// What of the plan is not reserved for its invoice yet.
    pub(crate) fn unreserved(&self) -> Vec<Planned> {
        let open_usage = self.usage.iter().filter(|record| record.value.is_open());
        let open_time = self.time.iter().filter(|entry| entry.value.is_unbilled());
        let open_charges = self.charges.iter().filter(|charge| charge.value.state == ChargeState::Open {});
        let usage = open_usage.map(|record| Planned::Usage(record.value.usage.id));
        let time = open_time.map(|entry| Planned::Time(entry.value.ticket, entry.value.id));
        let charges = open_charges.map(|charge| Planned::Charge(charge.value.charge.id));
        usage.chain(time).chain(charges).collect()
    }

    /// Leaves out what could not be reserved: it was taken back or written off before its turn came.
    pub(crate) fn keep_reserved(&mut self, invoice: InvoiceId) {
        self.usage.retain(|record| record.value.billed == Some(invoice));
        self.time.retain(|entry| entry.value.state == TimeState::Billed { invoice });
        self.charges.retain(|charge| charge.value.state == ChargeState::Billed { invoice });
    }
}

/// A record that a plan takes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Planned {
    Usage(domain::ids::UsageId),
    Time(domain::ids::TicketId, TimeEntryId),
    Charge(domain::ids::ChargeId),
}

/// Some records as a plan of their own, so that they are read like one.
pub(crate) fn part_of(plan: &BillPlan, some: &[Planned]) -> BillPlan {
    let (usage, time, charges) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut part = BillPlan { usage, time, charges, ..plan.clone() };
    for planned in some {
        match *planned {
            Planned::Usage(id) => _ = part.usage.insert(id),
            Planned::Time(ticket, id) => _ = part.time.insert((ticket, id)),
            Planned::Charge(id) => _ = part.charges.insert(id),
        }
    }
    part
}

/// Whether a bill of a contract is to be made now.
pub(crate) fn is_due(contract: &Contract, house: &House) -> bool {
    let comes = contract.next_on.is_some_and(|on| on <= house.today);
    comes && contract.state == ContractState::Active && contract.parked.is_none()
}

/// What was used and is on no invoice yet; a contract without lines of usage has none.
async fn open_usage(store: &TenantStore, contract: &Contract) -> store::Result<Vec<Versioned<UsageRecord>>> {
    if contract.lines.iter().any(|line| line.kind == LineKind::Usage) {
        store.open_usage(contract.id).await
    } else {
        Ok(Vec::new())
    }
}

/// What is open of a client, unless it is known that nothing is.
async fn open_of<T>(quiet: bool, read: impl Future<Output = store::Result<Vec<T>>>) -> store::Result<Vec<T>> {
    if quiet { Ok(Vec::new()) } else { read.await }
}

fn one_line(name: &str, note: &str) -> String {
    let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = if note.is_empty() { name.to_owned() } else { format!("{name}: {note}") };
    if text.chars().count() <= LONGEST_TEXT {
        return text;
    }
    text.chars().take(LONGEST_TEXT - 1).chain(['…']).collect()
}
