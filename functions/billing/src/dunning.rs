//! What is done about an invoice that is not paid: overdue on its day, then step by step in business days.

use std::borrow::Cow;

use domain::billing::charges::{self, ChargeState, ClientCharge, NewCharge};
use domain::billing::dunning::{Dunning, DunningPolicy, DunningStep, Pause, PauseReason, StepKind};
use domain::billing::interest::interest;
use domain::billing::invoice::Invoice;
use domain::calendar::BusinessDays;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{ChargeId, ClientId, InvoiceId};
use domain::money::Money;
use domain::zone::Zone;
use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use rust_decimal::Decimal;
use store::dunning::KeptDunning;
use store::{Commit, TenantStore};

use crate::house::House;

/// Hour of the tenant's morning at which steps are taken: letters come when somebody reads them.
const MORNING: i8 = 8;
/// So many charges are remembered of an invoice: each is withdrawn with it while it is on no invoice itself, and older ones
/// were billed long ago.
const MOST_CHARGES: usize = 24;

/// How a tenant duns.
pub(crate) struct Rules {
    pub(crate) house: House,
    pub(crate) days: BusinessDays,
}

impl Rules {
    /// As it is at an instant.
    pub(crate) async fn of(store: &TenantStore, now: Timestamp) -> Result<Self> {
        let house = House::of(store, now).await?;
        let days = match house.calendar {
            Some(calendar) => store.calendar(calendar).await?.value.days(),
            None => BusinessDays::weekdays(),
        };
        Ok(Rules { house, days })
    }

    fn policy(&self) -> &DunningPolicy {
        &self.house.settings.dunning
    }

    /// What is done about this invoice.
    fn policy_of(&self, invoice: &Invoice, due_on: Date) -> Cow<'_, DunningPolicy> {
        self.policy().of(invoice.issued_on, due_on, &self.days)
    }

    /// When an invoice is looked at next: the morning of its next step, the night in which it becomes overdue, or where it bears
    /// interest the morning of a month's last day. Of one that was paid that is still to be charged for the days before.
    pub(crate) fn due_at(&self, invoice: &Invoice, kept: &KeptDunning, from: Date) -> Option<Timestamp> {
        let due_on = invoice.due_on.filter(|_| !invoice.is_forgiven())?;
        let late = due_on.tomorrow().ok()?;
        let month_end = at(from.max(late).last_of_month(), MORNING, &self.house.zone);
        if !invoice.is_open() {
            let left = self.interest_left(invoice, kept).is_ok_and(|left| left.minor() > 0);
            return left.then_some(month_end);
        }
        let step = kept.dunning.next_on(&self.policy_of(invoice, due_on), due_on, &self.days, from);
        let step = step.map(|on| at(on, MORNING, &self.house.zone));
        let night = Some(late).filter(|late| *late > self.house.today).map(|on| at(on, 0, &self.house.zone));
        let interest = self.percent().filter(|_| invoice.bears_fees()).map(|_| month_end);
        step.into_iter().chain(night).chain(interest).min()
    }

    fn percent(&self) -> Option<Decimal> {
        self.policy().interest_percent.filter(|percent| *percent > Decimal::ZERO)
    }

    /// The interest of all days until today that was not charged yet.
    fn interest_left(&self, invoice: &Invoice, kept: &KeptDunning) -> Result<Money, Refusal> {
        match self.percent().zip(invoice.due_on) {
            Some((percent, due_on)) => interest(percent, due_on, &invoice.owed()?, self.house.today, kept.interest),
            None => Ok(Money::zero(invoice.currency)),
        }
    }
}

/// Half past, as the nightly runs: where clocks are put forward at midnight, that hour is there.
fn at(on: Date, hour: i8, zone: &Zone) -> Timestamp {
    zone.at(on, time(hour, 30, 0, 0))
}

/// The dunning of an invoice that was just issued.
pub(crate) fn begun(rules: &Rules, invoice: &Invoice) -> KeptDunning {
    let begun = KeptDunning {
        invoice: invoice.id,
        client: invoice.client,
        dunning: Dunning::default(),
        interest: Money::zero(invoice.currency),
        due_at: None,
        disputes: None,
        charges: Vec::new(),
    };
    KeptDunning { due_at: rules.due_at(invoice, &begun, rules.house.today), ..begun }
}

/// What is written of the dunning of an invoice that was paid and is open again: it goes on from its due date with the
/// steps that were not taken yet, the next morning at the earliest: whoever gave the money back can still pause it. By a
/// dispute that was lost it waits until somebody lets it go on.
pub(crate) async fn reopened(
    store: &TenantStore,
    invoice: &Invoice,
    lost: Option<&str>,
    now: Timestamp,
) -> Result<Commit> {
    let rules = Rules::of(store, now).await?;
    let today = rules.house.today;
    let kept = store.dunning(invoice.id).await?;
    let (mut after, from) = match &kept {
        Some(kept) => (kept.value.clone(), today.saturating_add(1.day())),
        None => (begun(&rules, invoice), today),
    };
    if let Some(waiting) = lost.map(|name| waits_for(&after, name, today)).transpose()?.flatten() {
        after = waiting;
    }
    after.due_at = rules.due_at(invoice, &after, from);
    Ok(store.commit().update(&after, kept.map_or(0, |kept| kept.rev)))
}

/// The dunning once it waits for a dispute at the provider, by its name; none when it waits for it already, or because
/// somebody said so: then it goes on when somebody says so.
fn waits_for(kept: &KeptDunning, name: &str, today: Date) -> Result<Option<KeptDunning>, Refusal> {
    let mut disputes = kept.disputes.clone().unwrap_or_default();
    let holds = |pause: &Pause| pause.why == PauseReason::Dispute && pause.until.is_none_or(|until| until > today);
    let paused = kept.dunning.pauses.iter().any(holds);
    if disputes.iter().any(|known| known == name) || (paused && disputes.is_empty()) {
        return Ok(None);
    }
    disputes.push(name.to_owned());
    let mut dunning = kept.dunning.clone();
    if !paused {
        dunning = dunning.pause(Pause { why: PauseReason::Dispute, from: today, until: None })?;
    }
    Ok(Some(KeptDunning { dunning, disputes: Some(disputes), ..kept.clone() }))
}

/// Lets the dunning of these invoices wait for as long as their payment is disputed; those that wait because somebody said so
/// stay as they are. Says which now wait for it.
pub(crate) async fn wait_for_dispute(
    store: &TenantStore,
    name: &str,
    invoices: &[InvoiceId],
    now: Timestamp,
) -> Result<(Vec<InvoiceId>, Commit)> {
    let rules = Rules::of(store, now).await?;
    let today = rules.house.today;
    let (mut waiting, mut commit) = (Vec::new(), store.commit());
    for id in invoices {
        let Some(kept) = store.dunning(*id).await? else { continue };
        let Some(after) = waits_for(&kept.value, name, today)? else { continue };
        commit = commit.update(&looked_at(store, &rules, after, today).await?, kept.rev);
        waiting.push(*id);
    }
    Ok((waiting, commit))
}

/// Lets the dunning of these invoices go on, once the last dispute that it waited for is decided for the tenant. One that was
/// lost lets it wait until somebody says that it goes on.
pub(crate) async fn settle_dispute(
    store: &TenantStore,
    name: &str,
    invoices: &[InvoiceId],
    now: Timestamp,
) -> Result<Commit> {
    let rules = Rules::of(store, now).await?;
    let today = rules.house.today;
    let mut commit = store.commit();
    for id in invoices {
        let Some(kept) = store.dunning(*id).await? else { continue };
        let mut after = kept.value.clone();
        // What was written before the names were kept has none, and waits for this one alone.
        if let Some(disputes) = &mut after.disputes {
            let before = disputes.len();
            disputes.retain(|known| known != name);
            if disputes.len() == before {
                continue;
            }
        }
        if after.disputes.as_ref().is_none_or(Vec::is_empty) {
            after.dunning = after.dunning.resume(PauseReason::Dispute, today);
        }
        commit = commit.update(&looked_at(store, &rules, after, today).await?, kept.rev);
    }
    Ok(commit)
}

/// An invoice's dunning after a pause began or ended, with the time of the next look.
async fn looked_at(store: &TenantStore, rules: &Rules, kept: KeptDunning, today: Date) -> Result<KeptDunning> {
    let invoice = store.invoice(kept.invoice).await?.value.invoice;
    let due_at = rules.due_at(&invoice, &kept, today);
    Ok(KeptDunning { due_at, ..kept })
}

/// What an invoice's dunning comes to at this instant, with what is written of it; nothing when nothing is to be done.
pub(crate) async fn dun(store: &TenantStore, rules: &Rules, id: InvoiceId, now: Timestamp) -> Result<Option<Commit>> {
    let Some(kept) = store.dunning(id).await? else { return Ok(None) };
    if kept.value.due_at.is_none_or(|due_at| due_at > now) {
        return Ok(None);
    }
    let read = store.invoice(id).await?;
    let (today, mut after, mut commit) = (rules.house.today, kept.value.clone(), store.commit());
    let invoice = read.value.invoice.clone().overdue(today, now)?;
    if invoice != read.value.invoice {
        commit = commit.emit([Event::InvoiceOverdue {
            invoice: id,
            number: number(&invoice),
            client: invoice.client,
            balance: invoice.balance(),
        }]);
    }
    let policy = invoice.due_on.map_or(Cow::Borrowed(rules.policy()), |due_on| rules.policy_of(&invoice, due_on));
    let due = due(rules, &policy, &invoice, &after.dunning, now);
    let flags = due.is_some_and(|(_, step)| step.kind == StepKind::Suspend);
    // Who pays at this moment takes the flag down, or finds none yet: one of both comes second.
    if flags || invoice != read.value.invoice {
        commit = commit.update_invoice(&read, &invoice);
    }
    if let Some((due_on, step)) = due {
        after.dunning = after.dunning.take(step.kind, &policy, due_on, &rules.days, today)?;
    }
    for charge in charges(store, rules, &invoice, &mut after, due.map(|(_, step)| step), now)? {
        let event = Event::ChargeAdded { client: charge.client, charge: charge.charge.id };
        commit = commit.create(&charge).emit([event]);
    }
    if let Some((due_on, step)) = due {
        commit = commit.emit([Event::DunningStepTaken {
            invoice: id,
            number: number(&invoice),
            client: invoice.client,
            step: step.kind,
            balance: invoice.balance(),
            due_on,
            late_fee: fee(step, &invoice),
        }]);
    }
    if flags {
        let client = store.client_billing(invoice.client).await?;
        commit = commit.update(&client.value.clone().suspended(id, today), client.rev);
    }
    after.due_at = next_look(rules, &invoice, &after, now);
    Ok(Some(commit.update(&after, kept.rev)))
}

fn number(invoice: &Invoice) -> String {
    invoice.number.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Whether it is the time of day at which something is done: the night only notes what is overdue.
fn is_morning(rules: &Rules, now: Timestamp) -> bool {
    at(rules.house.today, MORNING, &rules.house.zone) <= now
}

/// The step of today, in the morning at the earliest.
fn due<'p>(
    rules: &Rules,
    policy: &'p DunningPolicy,
    invoice: &Invoice,
    dunning: &Dunning,
    now: Timestamp,
) -> Option<(Date, &'p DunningStep)> {
    let owed = invoice.is_open() && !invoice.is_forgiven();
    let due_on = invoice.due_on.filter(|_| is_morning(rules, now) && owed)?;
    let step = dunning.due(policy, due_on, &rules.days, rules.house.today)?;
    Some((due_on, step))
}

/// The next look is after now, whatever was done: a second step of the same day waits for the next morning.
fn next_look(rules: &Rules, invoice: &Invoice, kept: &KeptDunning, now: Timestamp) -> Option<Timestamp> {
    let today = rules.due_at(invoice, kept, rules.house.today).filter(|at| *at > now);
    today.or_else(|| rules.due_at(invoice, kept, rules.house.today.saturating_add(1.day())))
}

/// What a step charges of this invoice.
fn fee(step: &DunningStep, invoice: &Invoice) -> Option<Money> {
    step.late_fee.filter(|fee| fee.currency() == invoice.currency && invoice.bears_fees())
}

/// The late fee of a step, and the interest until today; on the client's next invoice. Interest is charged with each step, at the
/// end of each month, but not while dunning waits, and once the invoice is paid.
fn charges(
    store: &TenantStore,
    rules: &Rules,
    invoice: &Invoice,
    kept: &mut KeptDunning,
    step: Option<&DunningStep>,
    now: Timestamp,
) -> Result<Vec<ClientCharge>, Refusal> {
    let mut charged = Vec::new();
    let number = number(invoice);
    if let Some((step, fee)) = step.and_then(|step| Some((step, fee(step, invoice)?))) {
        let id = fee_id(store, invoice.id, step.kind);
        charged.push(charge(rules, invoice, id, format!("Late fee, invoice {number}"), fee, now)?);
    }
    let waits = kept.dunning.is_paused(rules.house.today) || !is_morning(rules, now);
    let more = rules.interest_left(invoice, kept)?;
    if more.minor() > 0 && (step.is_some() || !invoice.is_open() || !waits) {
        // What was charged before grows with each charge, so that each has a name of its own.
        let id = ChargeId::from_uuid(store.id_of(&format!("interest#{}#{}", invoice.id, kept.interest.minor())));
        let text = format!("Interest until {}, invoice {number}", rules.house.today);
        charged.push(charge(rules, invoice, id, text, more, now)?);
        kept.interest = kept.interest.plus(more)?;
    }
    kept.charges.extend(charged.iter().map(|charge| charge.charge.id));
    let over = kept.charges.len().saturating_sub(MOST_CHARGES);
    kept.charges.drain(..over);
    Ok(charged)
}

fn fee_id(store: &TenantStore, invoice: InvoiceId, step: StepKind) -> ChargeId {
    ChargeId::from_uuid(store.id_of(&format!("fee#{invoice}#{step:?}")))
}

/// What is written of the dunning of an invoice that is void, written off or credited in full: nothing more is done about it, and
/// what was charged for being late with it is withdrawn, unless it is on an invoice already. Where that is owed, somebody has to
/// credit it there, and it is given back here.
async fn forgiven(store: &TenantStore, invoice: &Invoice) -> Result<(Commit, Vec<ClientCharge>)> {
    let Some(kept) = store.dunning(invoice.id).await?.filter(|_| invoice.is_forgiven()) else {
        return Ok((store.commit(), Vec::new()));
    };
    let mut ids = kept.value.charges.clone();
    // What was charged before charges were remembered has its name by the step.
    let steps = kept.value.dunning.taken.iter().map(|taken| taken.kind);
    ids.extend(steps.clone().map(|step| fee_id(store, invoice.id, step)));
    ids.extend(steps.map(|step| ChargeId::from_uuid(store.id_of(&format!("interest#{}#{step:?}", invoice.id)))));
    ids.sort_unstable();
    ids.dedup();
    let mut commit = store.commit().update(&KeptDunning { due_at: None, ..kept.value }, kept.rev);
    let mut billed = Vec::new();
    for id in ids {
        let read = match store.charge(invoice.client, id).await {
            Ok(read) => read,
            Err(store::Error::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        let on = match read.value.state {
            ChargeState::Open {} => {
                commit = commit.update(&charges::withdraw(read.value)?, read.rev);
                continue;
            }
            ChargeState::Withdrawn {} => continue,
            ChargeState::Billed { invoice } => invoice,
        };
        if !store.invoice(on).await?.value.invoice.is_forgiven() {
            billed.push(read.value);
        }
    }
    Ok((commit, billed))
}

/// What is written of the flag of a client once these invoices are not open any more: it falls with the last of those for which
/// dunning set it.
pub(crate) async fn unflagged(store: &TenantStore, client: ClientId, closed: &[InvoiceId]) -> Result<Commit> {
    let billing = store.client_billing(client).await?;
    let after = billing.value.clone().settled(closed);
    if after == billing.value { Ok(store.commit()) } else { Ok(store.commit().update(&after, billing.rev)) }
}

/// What is written of the flag of a client once these invoices are open again: those for which dunning had set it bring it back.
pub(crate) async fn flagged_again(
    store: &TenantStore,
    client: ClientId,
    opened: &[InvoiceId],
    on: Date,
) -> Result<Commit> {
    let mut flags = Vec::new();
    for id in opened {
        let kept = store.dunning(*id).await?;
        if kept.is_some_and(|kept| kept.value.dunning.taken.iter().any(|taken| taken.kind == StepKind::Suspend)) {
            flags.push(*id);
        }
    }
    if flags.is_empty() {
        return Ok(store.commit());
    }
    let billing = store.client_billing(client).await?;
    let after = flags.into_iter().fold(billing.value.clone(), |after, invoice| after.suspended(invoice, on));
    if after == billing.value { Ok(store.commit()) } else { Ok(store.commit().update(&after, billing.rev)) }
}

/// What is written besides when an invoice is void, written off or credited; and, where nothing of it is owed any more, the fees
/// for it that other invoices have charged already.
pub(crate) async fn over(store: &TenantStore, invoice: &Invoice) -> Result<(Commit, Vec<ClientCharge>)> {
    let (commit, billed) = forgiven(store, invoice).await?;
    if invoice.is_open() {
        return Ok((commit, billed));
    }
    Ok((commit.and(unflagged(store, invoice.client, &[invoice.id]).await?), billed))
}

fn charge(
    rules: &Rules,
    invoice: &Invoice,
    id: ChargeId,
    text: String,
    amount: Money,
    now: Timestamp,
) -> Result<ClientCharge, Refusal> {
    let new = NewCharge {
        id,
        client: invoice.client,
        currency: invoice.currency,
        contract: None,
        on: rules.house.today,
        text,
        quantity: Decimal::ONE,
        unit: None,
        unit_price: amount.major(),
        taxes: Vec::new(),
        late_for: Some(invoice.id),
    };
    charges::add(new, None, now)
}
