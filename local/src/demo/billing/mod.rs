//! The demo's money: contracts of every kind, and a year of their bills as the run makes them. The run itself bills, at
//! the instants of the past at which it would have; so invoices, postings and reports are what they always are.

pub(super) mod agreed;
mod charged;
mod credited;
mod dunned;
mod paid;
mod past;
mod settings;

use std::collections::BTreeSet;

use domain::billing::bill::Count;
use domain::billing::contract::Counted;
use domain::billing::metering::{ClientCount, NewUsage, UsageRecord, record};
use domain::billing::work::entry::log;
use domain::billing::work::{NewTimeEntry, TimeEntry};
use domain::ids::{ClientId, TicketId, TimeEntryId, UserId};
use domain::zone::Zone;
use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use runtime::Result;
use runtime::jobs::JobInput;
use store::Commit;
use store::metering::usage_id;
use uuid::Uuid;

use super::desk::Worked;
use super::house::House;
use super::random::Random;
use super::save::Batch;
use super::wrong;
use crate::app::App;
use agreed::{Agreed, contracts, midday};

/// The client whose work is billed by the hour.
const BY_THE_HOUR: u64 = 8;
/// Streams of chance, behind those of the tickets.
const WORK: u64 = 1_000_001;
const USED: u64 = 1_000_002;
const PAID: u64 = 1_000_003;

/// A piece of work on a ticket.
pub(super) struct Piece {
    ticket: TicketId,
    client: ClientId,
    person: UserId,
    began: Timestamp,
}

/// The work on tickets that somebody owned, before these are written.
pub(super) fn pieces(worked: &[Worked]) -> Vec<Piece> {
    let piece = |Worked { ticket, .. }: &Worked| {
        let began = ticket.opened_at + SignedDuration::from_mins(20);
        Some(Piece { ticket: ticket.id, client: ticket.client, person: ticket.assignee?, began })
    };
    worked.iter().filter_map(piece).collect()
}

/// Writes the contracts, and lets their year pass.
pub(super) async fn load(app: &App, house: &House, pieces: Vec<Piece>, now: Timestamp) -> Result<()> {
    let zone = &house.tenant.zone;
    let today = zone.date(now);
    let agreed = contracts(today, zone)?;
    let world = app.world();
    let mut batch = Batch::new(&world, house);
    settings::write(&mut batch, house, now).await?;
    for agreed in &agreed {
        let lines = agreed.contract.lines.len();
        batch.add(2 + lines, |commit| commit.create_contract(&agreed.contract, zone)).await?;
        // Drawn, so that the next contract's number is the next one.
        batch.store().next_contract_number(today).await?;
        if let Some(count) = counted(agreed) {
            batch.add(1, |commit| commit.create(&count)).await?;
        }
    }
    batch.write().await?;
    let mut happened = used(&agreed, today, zone)?;
    happened.extend(work(pieces, now)?);
    happened.sort_by_key(Happened::at);
    let mut happened = happened.into_iter().peekable();
    for on in bill_dates(&agreed, today)? {
        let at = on.to_datetime(time(0, 45, 0, 0)).to_zoned(zone.rules().clone()).map_err(wrong)?.timestamp();
        while let Some(happened) = happened.next_if(|happened| happened.at() < at) {
            happened.write(&mut batch).await?;
        }
        batch.write().await?;
        let run = JobInput { time: Some(at), ..JobInput::default() };
        let report = app.run_job("billing-invoice-run", run).await.map_err(wrong)?;
        if report.failed + report.parked > 0 {
            return Err(wrong(format!("the run of {on}: {report:?}")));
        }
    }
    for happened in happened {
        happened.write(&mut batch).await?;
    }
    batch.write().await?;
    paid::year(&world, house, &agreed, today).await
}

/// What happened between the bills.
enum Happened {
    Used(UsageRecord),
    Worked(Box<TimeEntry>),
}

impl Happened {
    fn at(&self) -> Timestamp {
        match self {
            Happened::Used(record) => record.recorded_at,
            Happened::Worked(entry) => entry.created_at,
        }
    }

    async fn write(&self, batch: &mut Batch<'_>) -> Result<()> {
        let write = |commit: Commit| match self {
            Happened::Used(record) => commit.create(record),
            Happened::Worked(entry) => commit.create(entry.as_ref()),
        };
        batch.add(1, write).await
    }
}

fn bill_dates(agreed: &[Agreed], today: Date) -> Result<BTreeSet<Date>> {
    let mut dates = BTreeSet::new();
    for agreed in agreed {
        dates.extend(agreed.bill_dates(today)?);
    }
    Ok(dates)
}

fn counted(agreed: &Agreed) -> Option<ClientCount> {
    let quantity = agreed.counts.filter(|_| agreed.is_counted())?.into();
    let (from, recorded_at) = (agreed.contract.schedule.starts_on, agreed.contract.created_at);
    let count = Count::new(Counted::Contacts.into(), from, quantity);
    Some(ClientCount { client: agreed.contract.client, count, recorded_at })
}

/// Half an hour to two of work on each ticket.
fn work(pieces: Vec<Piece>, now: Timestamp) -> Result<Vec<Happened>> {
    let mut random = Random::stream(WORK);
    let mut worked = Vec::with_capacity(pieces.len());
    for (n, Piece { ticket, client, person, began }) in (0_u128..).zip(pieces) {
        let minutes = u32::try_from(random.between(2, 8) * 15).unwrap_or(30);
        let on_site = random.percent(12);
        let logged = began + SignedDuration::from_mins(i64::from(minutes) + 5);
        if logged > now {
            continue;
        }
        let billable = client == super::id(BY_THE_HOUR, ClientId::from_uuid);
        let new = NewTimeEntry {
            ticket,
            client,
            contract: None,
            person,
            role: None,
            started_at: began,
            minutes,
            billable,
            work_type: super::known(if on_site { "on-site" } else { "remote" }),
            note: String::new(),
        };
        worked.push(Happened::Worked(Box::new(log(entry_id(logged, n), new, logged)?)));
    }
    Ok(worked)
}

/// An id that holds when it was made, as every time entry's does.
fn entry_id(at: Timestamp, n: u128) -> TimeEntryId {
    let millis = u128::try_from(at.as_millisecond()).unwrap_or_default();
    TimeEntryId::from_uuid(Uuid::from_u128(millis << 80 | 0x7 << 76 | 0b10 << 62 | n))
}

/// What was used, in the middle of each month.
fn used(agreed: &[Agreed], today: Date, zone: &Zone) -> Result<Vec<Happened>> {
    let mut random = Random::stream(USED);
    let mut used = Vec::new();
    for agreed in agreed {
        let Some((line, from, to)) = agreed.usage else { continue };
        let contract = &agreed.contract;
        let line = contract.lines.get(line).ok_or_else(|| wrong("a line that is used"))?.id;
        let mut on = contract.schedule.starts_on.saturating_add(14.days());
        while on <= today {
            let reference = format!("meter-{on}");
            let quantity = random.between(from, to).into();
            let new = NewUsage { id: usage_id(contract.id, &reference), reference, line, on, quantity };
            used.extend(record(contract, vec![new], on, midday(on, zone))?.into_iter().map(Happened::Used));
            on = on.saturating_add(1.month());
        }
    }
    Ok(used)
}
