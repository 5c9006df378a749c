//! What is done about an invoice that is not paid: overdue on its day, then step by step in business days.

use domain::billing::charges::{self, ClientCharge, NewCharge};
use domain::billing::dunning::{Dunning, DunningPolicy, DunningStep, Pause, PauseReason, StepKind, interest};
use domain::billing::invoice::Invoice;
use domain::calendar::BusinessDays;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{ChargeId, InvoiceId};
use domain::money::Money;
use domain::zone::Zone;
use jiff::civil::{Date, time};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use rust_decimal::Decimal;
use store::dunning::{KeptDunning, Seen};
use store::{Commit, TenantStore, Versioned};

use crate::house::House;

/// Hour of the tenant's morning at which steps are taken: letters come when somebody reads them.
const MORNING: i8 = 8;
/// What was left to pay is kept for so many changes; older ones are settled by the interest that was charged on them.
const MOST_SEEN: usize = 100;

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

    /// When an invoice is looked at next: the morning of its next step, or the night in which it becomes overdue.
    pub(crate) fn due_at(&self, invoice: &Invoice, dunning: &Dunning, from: Date) -> Option<Timestamp> {
        let due_on = invoice.due_on.filter(|_| invoice.is_open())?;
        let step = dunning.next_on(self.policy(), due_on, &self.days, from);
        let step = step.map(|on| at(on, MORNING, &self.house.zone));
        let late = due_on.tomorrow().ok().filter(|late| *late > self.house.today);
        let late = late.map(|on| at(on, 0, &self.house.zone));
        step.into_iter().chain(late).min()
    }
}

/// Half past, as the nightly runs: where clocks are put forward at midnight, that hour is there.
fn at(on: Date, hour: i8, zone: &Zone) -> Timestamp {
    zone.at(on, time(hour, 30, 0, 0))
}

/// The dunning of an invoice that was just issued.
pub(crate) fn begun(rules: &Rules, invoice: &Invoice) -> KeptDunning {
    let dunning = Dunning::default();
    let due_at = rules.due_at(invoice, &dunning, rules.house.today);
    let (nothing, from) = (Money::zero(invoice.currency), rules.house.today);
    let seen = vec![Seen { from, balance: invoice.balance() }];
    KeptDunning {
        invoice: invoice.id,
        client: invoice.client,
        dunning,
        seen,
        looked_on: from,
        interest: nothing,
        due_at,
        disputes: None,
    }
}

/// What is written of the dunning of an invoice that was paid and is open again: it goes on from its due date with the
/// steps that were not taken yet, the next morning at the earliest: whoever gave the money back can still pause it. `before`
/// is what it was while it was paid. By a dispute that was lost it waits until somebody lets it go on.
pub(crate) async fn reopened(
    store: &TenantStore,
    before: &Invoice,
    invoice: &Invoice,
    lost: Option<&str>,
    now: Timestamp,
) -> Result<Commit> {
    let rules = Rules::of(store, now).await?;
    let today = rules.house.today;
    let kept = store.dunning(invoice.id).await?;
    let (mut after, from) = match &kept {
        Some(kept) => {
            let mut after = kept.value.clone();
            see(&mut after, before, today);
            see(&mut after, invoice, today);
            (after, today.saturating_add(1.day()))
        }
        None => (begun(&rules, invoice), today),
    };
    if let Some(waiting) = lost.map(|name| waits_for(&after, name, today)).transpose()?.flatten() {
        after = waiting;
    }
    after.due_at = rules.due_at(invoice, &after.dunning, from);
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
    let due_at = rules.due_at(&invoice, &kept.dunning, today);
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
        commit = commit.update_invoice(&read, &invoice).emit([Event::InvoiceOverdue {
            invoice: id,
            number: number(&invoice),
            client: invoice.client,
            balance: invoice.balance(),
        }]);
    }
    see(&mut after, &invoice, today);
    if let Some((due_on, step)) = due(rules, &invoice, &after.dunning, now) {
        after.dunning = after.dunning.take(step.kind, rules.policy(), due_on, &rules.days, today)?;
        for charge in charges(store, rules, &invoice, due_on, &mut after, step, now)? {
            let event = Event::ChargeAdded { client: charge.client, charge: charge.charge.id };
            commit = commit.create(&charge).emit([event]);
        }
        commit = commit.emit([Event::DunningStepTaken {
            invoice: id,
            number: number(&invoice),
            client: invoice.client,
            step: step.kind,
            balance: invoice.balance(),
            due_on,
            late_fee: fee(step, &invoice),
        }]);
        if step.kind == StepKind::Suspend {
            let Versioned { value: mut client, rev } = store.client_billing(invoice.client).await?;
            client.suspended_since.get_or_insert(today);
            commit = commit.update(&client, rev);
        }
    }
    after.due_at = next_look(rules, &invoice, &after.dunning, now);
    Ok(Some(commit.update(&after, kept.rev)))
}

fn number(invoice: &Invoice) -> String {
    invoice.number.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The step of today, in the morning at the earliest: the night only notes what is overdue.
fn due<'r>(rules: &'r Rules, invoice: &Invoice, dunning: &Dunning, now: Timestamp) -> Option<(Date, &'r DunningStep)> {
    let is_morning = at(rules.house.today, MORNING, &rules.house.zone) <= now;
    let due_on = invoice.due_on.filter(|_| is_morning && invoice.is_open())?;
    let step = dunning.due(rules.policy(), due_on, &rules.days, rules.house.today)?;
    Some((due_on, step))
}

/// The next look is after now, whatever was done: a second step of the same day waits for the next morning.
fn next_look(rules: &Rules, invoice: &Invoice, dunning: &Dunning, now: Timestamp) -> Option<Timestamp> {
    let today = rules.due_at(invoice, dunning, rules.house.today).filter(|at| *at > now);
    today.or_else(|| rules.due_at(invoice, dunning, rules.house.today.saturating_add(1.day())))
}

/// Notes what is left to pay. A balance that fell since the last look counts from the day after that look: of what was
/// owed at both ends alone is interest taken.
fn see(kept: &mut KeptDunning, invoice: &Invoice, today: Date) {
    let balance = invoice.balance();
    match kept.seen.last().copied() {
        Some(last) if last.balance == balance => {}
        Some(last) => {
            let fell = balance.minor() < last.balance.minor();
            let from = if fell { kept.looked_on.saturating_add(1.day()).min(today) } else { today };
            kept.seen.push(Seen { from, balance });
        }
        None => kept.seen.push(Seen { from: today, balance }),
    }
    kept.looked_on = today;
    let over = kept.seen.len().saturating_sub(MOST_SEEN);
    kept.seen.drain(..over);
}

/// What a step charges of this invoice.
fn fee(step: &DunningStep, invoice: &Invoice) -> Option<Money> {
    step.late_fee.filter(|fee| fee.currency() == invoice.currency)
}

/// The late fee of a step, and the interest until today; on the client's next invoice.
fn charges(
    store: &TenantStore,
    rules: &Rules,
    invoice: &Invoice,
    due_on: Date,
    kept: &mut KeptDunning,
    step: &DunningStep,
    now: Timestamp,
) -> Result<Vec<ClientCharge>, Refusal> {
    let mut charged = Vec::new();
    let number = number(invoice);
    if let Some(fee) = fee(step, invoice) {
        let what = format!("fee#{}#{:?}", invoice.id, step.kind);
        charged.push(charge(store, rules, invoice, &what, format!("Late fee, invoice {number}"), fee, now)?);
    }
    if let Some(percent) = rules.policy().interest_percent.filter(|percent| *percent > Decimal::ZERO) {
        let more = interest(percent, due_on, &kept.owed(), rules.house.today, kept.interest)?;
        if more.minor() > 0 {
            let what = format!("interest#{}#{:?}", invoice.id, step.kind);
            let text = format!("Interest until {}, invoice {number}", rules.house.today);
            charged.push(charge(store, rules, invoice, &what, text, more, now)?);
            kept.interest = kept.interest.plus(more)?;
        }
    }
    Ok(charged)
}

fn charge(
    store: &TenantStore,
    rules: &Rules,
    invoice: &Invoice,
    what: &str,
    text: String,
    amount: Money,
    now: Timestamp,
) -> Result<ClientCharge, Refusal> {
    let new = NewCharge {
        id: ChargeId::from_uuid(store.id_of(what)),
        client: invoice.client,
        currency: invoice.currency,
        contract: None,
        on: rules.house.today,
        text,
        quantity: Decimal::ONE,
        unit: None,
        unit_price: amount.major(),
        taxes: Vec::new(),
    };
    charges::add(new, None, now)
}
