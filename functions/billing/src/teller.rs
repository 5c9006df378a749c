//! Charging an invoice to a saved way to pay.
//!
//! A try is noted before the provider is called and closed after, each in its own transaction. Whoever finds a try that
//! is not closed asks the provider, and charges nothing before it knows. The payment's id is made of the try, so that an
//! answer and a webhook that race are one payment.

use domain::billing::dunning::Held;
use domain::billing::invoice::Invoice;
use domain::billing::ledger::Stamp;
use domain::billing::payments::{Allocate, Allocation, Method, NewPayment, receive};
use domain::billing::retry::{Attempt, AttemptResult, Charging, DeclineClass, Next, Stopped};
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{InvoiceId, PaymentId, PaymentMethodId, PostingId};
use domain::money::Money;
use jiff::civil::{Date, time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use runtime::provider::{Charge, Charged, PaymentProvider, ProviderError};
use runtime::{Result, Scribe};
use store::charging::KeptCharging;
use store::invoices::KeptInvoice;
use store::{Commit, TenantStore, Versioned};

use crate::paid::{Account, taken};

/// How long a try may be on its way to the provider: what the provider does not know before that may still arrive.
const ON_THE_WAY: SignedDuration = SignedDuration::from_mins(2);
/// When the provider is asked again, or called again, that did not answer.
const LATER: SignedDuration = SignedDuration::from_mins(15);
/// Most steps in a row of one invoice; asking, charging and asking again are three.
const MOST_STEPS: usize = 6;

/// What a provider said of a try.
pub(crate) struct Said {
    pub(crate) result: AttemptResult,
    /// The provider's name for the payment.
    pub(crate) reference: Option<String>,
    /// Why it takes no such charge.
    pub(crate) why: Option<String>,
}

impl Said {
    const fn of(result: AttemptResult) -> Self {
        Said { result, reference: None, why: None }
    }

    pub(crate) fn succeeded(reference: String) -> Self {
        Said { reference: Some(reference), ..Said::of(AttemptResult::Succeeded {}) }
    }

    pub(crate) fn declined(code: &str) -> Self {
        Said::of(AttemptResult::Declined { class: DeclineClass::of(code) })
    }
}

impl From<Charged> for Said {
    fn from(charged: Charged) -> Self {
        match charged {
            Charged::Succeeded { reference } => Said::succeeded(reference),
            Charged::Declined { code } => Said::declined(&code),
            Charged::Pending => Said::of(AttemptResult::Unknown {}),
        }
    }
}

/// An invoice and its charging, as they are.
pub(crate) struct State {
    pub(crate) kept: Versioned<KeptCharging>,
    pub(crate) invoice: Versioned<KeptInvoice>,
}

impl State {
    fn owed(&self) -> Money {
        self.invoice.value.invoice.balance()
    }

    fn next(&self, now: Timestamp) -> Next {
        self.kept.value.charging.next(self.owed(), now)
    }
}

/// Who charges: one tenant's data, the provider, and in whose name it is written down.
pub(crate) struct Teller<'a> {
    pub(crate) store: &'a TenantStore,
    pub(crate) provider: &'a dyn PaymentProvider,
    pub(crate) scribe: Scribe,
    pub(crate) now: Timestamp,
}

/// What came of an attempt to get on with a charging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Got {
    /// Something became known.
    Further,
    /// Nothing is to be done now.
    Nowhere,
}

/// What came of noting a try.
enum Opened {
    /// It is to be sent.
    Sends(Attempt),
    /// Something else is to be done.
    Moved,
    /// It waits as long as the dunning does.
    Held,
}

impl Teller<'_> {
    /// Asks, charges and closes, until nothing is left to be done at this instant.
    pub(crate) async fn advance(&self, id: InvoiceId) -> Result<Got> {
        let mut got = Got::Nowhere;
        for _ in 0..MOST_STEPS {
            let Some(state) = state(self.store, id).await? else { return Ok(got) };
            let said = match state.next(self.now) {
                Next::Ask { n } => self.ask(&state, n).await?.map(|said| (n, said)),
                Next::Charge {} | Next::Resend { .. } => match self.open(id).await? {
                    Opened::Sends(attempt) => Some((attempt.n, self.send(&state, &attempt).await?)),
                    Opened::Moved => continue,
                    Opened::Held => return Ok(got),
                },
                _ => None,
            };
            let Some((n, said)) = said else {
                self.settle(id).await?;
                return Ok(got);
            };
            got = Got::Further;
            self.scribe.write(|| async { Ok(((), closing(self.store, id, n, &said, self.now).await?.1)) }).await?;
            if said.result == (AttemptResult::NeverArrived {}) && state.next(self.now) != (Next::Ask { n }) {
                return Ok(got);
            }
        }
        Ok(got)
    }

    /// What the provider knows of a try; none while that may still change.
    pub(crate) async fn ask(&self, state: &State, n: u32) -> Result<Option<Said>> {
        let Some(attempt) = state.kept.value.charging.attempts.iter().find(|attempt| attempt.n == n) else {
            return Ok(None);
        };
        let charge = self.charge(state, attempt).await?;
        Ok(match self.provider.find_charge(&charge).await {
            Ok(Some(Charged::Pending)) => None,
            Ok(Some(charged)) => Some(charged.into()),
            Ok(None) if self.now.duration_since(attempt.at) >= ON_THE_WAY => {
                Some(Said::of(AttemptResult::NeverArrived {}))
            }
            Ok(None) => None,
            Err(error) => {
                tracing::warn!(key = attempt.key, %error, "the provider could not be asked");
                None
            }
        })
    }

    /// Notes a try before it is sent, unless something else is to be done by now. What was planned waits as long as the dunning
    /// does: it is looked at again every morning, and is no try. It is charged to what the client agrees to now; where there is
    /// nothing any more, that is told like a card that will not work again. Of what is not owed nothing is charged.
    async fn open(&self, id: InvoiceId) -> Result<Opened> {
        self.scribe
            .write(|| async {
                let Some(State { kept, invoice }) = state(self.store, id).await? else {
                    return Ok((Opened::Moved, None));
                };
                let (invoice, before) = (&invoice.value.invoice, kept.value.charging.clone());
                let owed = invoice.balance();
                let asked_for = match before.next(owed, self.now) {
                    Next::Charge {} => None,
                    Next::Resend { n } => Some(n),
                    _ => return Ok((Opened::Moved, None)),
                };
                let wallet = self.store.wallet(kept.value.client).await?.value;
                let charging = if asked_for.is_some_and(|n| before.is_seen_through(n, &wallet)) {
                    before
                } else if invoice.is_forgiven() {
                    let after = KeptCharging { due_at: None, ..kept.value.clone() };
                    return Ok((Opened::Held, Some(self.store.commit().update(&after, kept.rev))));
                } else if held(self.store, id, self.now).await?.is_some() {
                    let tomorrow = today(self.store, self.now).await?.saturating_add(1.day());
                    let due_at = Some(morning(self.store, tomorrow).await?);
                    let after = KeptCharging { due_at, ..kept.value.clone() };
                    let moved = after != kept.value;
                    return Ok((Opened::Held, moved.then(|| self.store.commit().update(&after, kept.rev))));
                } else {
                    before.by_itself(&wallet, self.now)
                };
                let (charging, attempt) = match charging.next(owed, self.now) {
                    Next::Charge {} => charging.begin(owed, self.now)?,
                    Next::Resend { n } => charging.resend(n, owed, self.now)?,
                    next => {
                        let commit = kept_next(self.store, &kept, charging, owed, self.now);
                        let told = (next == Next::Stop(Stopped::NeedsMethod)).then(|| failed(invoice, owed));
                        return Ok((Opened::Moved, Some(commit.emit(told))));
                    }
                };
                Ok((Opened::Sends(attempt), Some(kept_next(self.store, &kept, charging, owed, self.now))))
            })
            .await
    }

    /// Sends a try that was noted. Whatever happens on the way is something to be noted.
    pub(crate) async fn send(&self, state: &State, attempt: &Attempt) -> Result<Said> {
        let charge = self.charge(state, attempt).await?;
        Ok(match self.provider.charge(&charge).await {
            Ok(charged) => charged.into(),
            Err(error @ ProviderError::Unknown(_)) => {
                tracing::warn!(key = attempt.key, %error, "a charge's answer was lost");
                Said::of(AttemptResult::Unknown {})
            }
            Err(error @ (ProviderError::NotTaken(_) | ProviderError::Absent)) => {
                tracing::error!(key = attempt.key, %error, "a charge was not taken");
                Said::of(AttemptResult::NeverArrived {})
            }
            Err(ProviderError::Refused(why)) => {
                tracing::error!(key = attempt.key, why, "a charge was refused");
                let class = DeclineClass::NotTaken;
                Said { why: Some(why), ..Said::of(AttemptResult::Declined { class }) }
            }
        })
    }

    async fn charge(&self, state: &State, attempt: &Attempt) -> Result<Charge> {
        let invoice = &state.invoice.value.invoice;
        let wallet = self.store.wallet(invoice.client).await?.value;
        let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
        Ok(Charge {
            key: attempt.key.clone(),
            tenant: self.store.tenant(),
            invoice: invoice.id,
            text: number,
            customer: wallet.customer.clone().unwrap_or_default(),
            // What was removed since is only asked for, by its key.
            method: wallet.method(attempt.method).map(|method| method.token.clone()).unwrap_or_default(),
            amount: attempt.amount,
            at: attempt.at,
        })
    }

    /// Writes when the charging goes on, if that is another time than before.
    async fn settle(&self, id: InvoiceId) -> Result<()> {
        self.scribe
            .write(|| async {
                let Some(State { kept, invoice }) = state(self.store, id).await? else { return Ok(((), None)) };
                let after =
                    next_of(&kept.value, kept.value.charging.clone(), invoice.value.invoice.balance(), self.now);
                let moved = after != kept.value;
                Ok(((), moved.then(|| self.store.commit().update(&after, kept.rev))))
            })
            .await
    }
}

/// What is told of an invoice whose way to pay is not there any more.
fn failed(invoice: &Invoice, amount: Money) -> Event {
    let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let class = DeclineClass::Hard;
    Event::ChargeFailed { invoice: invoice.id, number, client: invoice.client, amount, class, next: None }
}

/// When an invoice is charged by itself: in the morning of the day on which it is due, and at once after that.
pub(crate) async fn planned_for(store: &TenantStore, invoice: &Invoice, now: Timestamp) -> Result<Timestamp> {
    let Some(due_on) = invoice.due_on else { return Ok(now) };
    Ok(morning(store, due_on).await?.max(now))
}

/// The first try of an invoice, planned for then.
pub(crate) fn first_try(invoice: &Invoice, method: PaymentMethodId, from: Timestamp, now: Timestamp) -> KeptCharging {
    let charging = Charging::new(invoice.id, method, from);
    let due_at = charging.due_at(invoice.balance(), now);
    KeptCharging { charging, client: invoice.client, due_at, asked_by: None }
}

/// What is written of the charging of an invoice that is open again because what paid it belongs elsewhere: it goes on, or begins
/// if the client agreed to be charged. Not before the next morning: until then it can be paid otherwise, or paused.
pub(crate) async fn charged_again(store: &TenantStore, invoice: &Invoice, now: Timestamp) -> Result<Commit> {
    if invoice.is_forgiven() {
        return Ok(store.commit());
    }
    let morning = morning(store, today(store, now).await?.saturating_add(1.day())).await?;
    let Some(kept) = store.charging(invoice.id).await? else {
        let wallet = store.wallet(invoice.client).await?.value;
        let Some(method) = wallet.by_itself() else { return Ok(store.commit()) };
        let from = planned_for(store, invoice, now).await?.max(morning);
        return Ok(store.commit().create(&first_try(invoice, method, from, now)));
    };
    let after = next_of(&kept.value, kept.value.charging.clone(), invoice.balance(), now);
    // What is still to be looked at is looked at when it was to be.
    let Some(due_at) = after.due_at.filter(|_| kept.value.due_at.is_none()) else { return Ok(store.commit()) };
    let after = KeptCharging { due_at: Some(due_at.max(morning)), ..after };
    Ok(store.commit().update(&after, kept.rev))
}

/// What is written of the charging of an invoice that is open again because its money went back: what is still planned stays
/// planned, and what is not is charged by hand only, and says why.
pub(crate) async fn not_charged_again(store: &TenantStore, invoice: &Invoice, now: Timestamp) -> Result<Commit> {
    let Some(kept) = store.charging(invoice.id).await? else {
        let wallet = store.wallet(invoice.client).await?.value;
        let Some(method) = wallet.by_itself() else { return Ok(store.commit()) };
        let charging = Charging::new(invoice.id, method, now).went_back();
        let kept = KeptCharging { charging, client: invoice.client, due_at: None, asked_by: None };
        return Ok(store.commit().create(&kept));
    };
    let charging = kept.value.charging.clone().went_back();
    if kept.value.due_at.is_some() || charging == kept.value.charging {
        return Ok(store.commit());
    }
    Ok(store.commit().update(&KeptCharging { charging, ..kept.value }, kept.rev))
}

/// What a planned try waits for: the dunning's pause, if it has one today. Who charges by hand does not wait.
pub(crate) async fn held(store: &TenantStore, id: InvoiceId, now: Timestamp) -> Result<Option<Held>> {
    let Some(kept) = store.dunning(id).await? else { return Ok(None) };
    Ok(kept.value.dunning.held(today(store, now).await?))
}

/// Six in the morning in the tenant's zone: banks are at work, and who is told of a decline is awake soon.
pub(crate) async fn morning(store: &TenantStore, on: Date) -> Result<Timestamp> {
    let zone = store.tenant_record().await?.value.zone;
    Ok(zone.at(on, time(6, 0, 0, 0)))
}

/// An invoice and its charging, if that has begun.
pub(crate) async fn state(store: &TenantStore, id: InvoiceId) -> Result<Option<State>> {
    let Some(kept) = store.charging(id).await? else { return Ok(None) };
    Ok(Some(State { kept, invoice: store.invoice(id).await? }))
}

/// A charging as it is kept: with the time at which it goes on.
pub(crate) fn next_of(before: &KeptCharging, charging: Charging, owed: Money, now: Timestamp) -> KeptCharging {
    let due_at = match charging.next(owed, now) {
        Next::Ask { .. } | Next::Resend { .. } => Some(now.saturating_add(LATER).unwrap_or(Timestamp::MAX)),
        _ => charging.due_at(owed, now),
    };
    KeptCharging { charging, due_at, ..before.clone() }
}

fn kept_next(
    store: &TenantStore,
    before: &Versioned<KeptCharging>,
    charging: Charging,
    owed: Money,
    now: Timestamp,
) -> Commit {
    store.commit().update(&next_of(&before.value, charging, owed, now), before.rev)
}

/// What is written when something became known of a try, and how the charging stands after; nothing when it was known.
///
/// # Errors
/// 404 when there is no such try, or not any more.
pub(crate) async fn closing(
    store: &TenantStore,
    id: InvoiceId,
    n: u32,
    said: &Said,
    now: Timestamp,
) -> Result<(KeptCharging, Option<Commit>)> {
    let State { kept, invoice } = state(store, id).await?.ok_or(Refusal::NotFound)?;
    let policy = store.billing_settings().await?.value.retry;
    let before = &kept.value.charging;
    let charging = before.clone().close(n, said.result, &policy, chance(store, id, n), now)?;
    if charging == *before {
        return Ok((kept.value, None));
    }
    let charging = match &said.why {
        Some(why) => charging.quoting(n, why),
        None => charging,
    };
    let charging = match said.result {
        // What was tried by hand plans nothing that the client did not agree to.
        AttemptResult::Declined { .. } => {
            let wallet = store.wallet(kept.value.client).await?.value;
            charging.by_itself(&wallet, planned_for(store, &invoice.value.invoice, now).await?)
        }
        _ => charging,
    };
    let attempt = charging.attempts.iter().find(|attempt| attempt.n == n).ok_or(Refusal::NotFound)?.clone();
    let (client, owed) = (invoice.value.invoice.client, invoice.value.invoice.balance());
    let number = invoice.value.invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut commit = store.commit();
    let mut left = owed;
    match attempt.result {
        AttemptResult::Succeeded {} => {
            left = left_of(owed, attempt.amount)?;
            let method = Method::Saved { method: attempt.method };
            let came = Came { what: &attempt.key, method, amount: attempt.amount, reference: said.reference.clone() };
            commit = came.into_books(store, commit, invoice, now).await?;
            commit = commit.emit([Event::ChargeSucceeded { invoice: id, number, client, amount: attempt.amount }]);
        }
        AttemptResult::Declined { class: DeclineClass::NotTaken } => {
            let (amount, said) = (attempt.amount, attempt.said.unwrap_or_default());
            commit = commit.emit([Event::ChargeRefused { invoice: id, number, client, amount, said }]);
        }
        AttemptResult::Declined { class } => {
            let next = charging.due_at(owed, now);
            let amount = attempt.amount;
            commit = commit.emit([Event::ChargeFailed { invoice: id, number, client, amount, class, next }]);
        }
        _ => {}
    }
    let after = next_of(&kept.value, charging, left, now);
    let commit = commit.update(&after, kept.rev);
    Ok((after, Some(commit)))
}

/// What is left of it once so much was paid.
fn left_of(owed: Money, paid: Money) -> Result<Money, Refusal> {
    Ok(owed.minus(owed.at_most(paid)?)?)
}

/// The id of the payment that there is one of, for ever, of a try or of what the provider has this name for.
pub(crate) fn payment_of(store: &TenantStore, what: &str) -> PaymentId {
    PaymentId::from_uuid(store.id_of(&format!("payment#{what}")))
}

/// Money that came in through the provider.
pub(crate) struct Came<'a> {
    /// What there is one payment of, for ever.
    pub(crate) what: &'a str,
    pub(crate) method: Method,
    pub(crate) amount: Money,
    pub(crate) reference: Option<String>,
}

impl Came<'_> {
    /// The payment's id.
    pub(crate) fn payment(&self, store: &TenantStore) -> PaymentId {
        payment_of(store, self.what)
    }

    /// Pays the invoice with it, also if nothing is expected of that any more; what is over is the client's credit.
    pub(crate) async fn into_books(
        self,
        store: &TenantStore,
        commit: Commit,
        invoice: Versioned<KeptInvoice>,
        now: Timestamp,
    ) -> Result<Commit> {
        let client = invoice.value.invoice.client;
        let how = named(&invoice.value.invoice, self.amount)?;
        let today = today(store, now).await?;
        let credit = store.client_credit(client, self.amount.currency()).await?;
        let account = Account { client: store.client_billing(client).await?, credit, invoices: vec![invoice] };
        let new = NewPayment {
            id: self.payment(store),
            client,
            method: self.method,
            amount: self.amount,
            received_on: today,
            reference: None,
            provider_key: self.reference,
        };
        let posting = PostingId::from_uuid(store.id_of(&format!("posting#{}", self.what)));
        let stamp = Stamp { id: posting, at: now, on: today };
        let received = receive(new, account.credit.value, account.open(), &how, stamp)?;
        Ok(taken(commit, &account, received))
    }
}

/// What money that came for an invoice pays: what was written off of it gets it only when it is named.
fn named(invoice: &Invoice, amount: Money) -> Result<Allocate, Refusal> {
    if !invoice.is_lost() || invoice.currency != amount.currency() {
        return Ok(Allocate::OldestFirst {});
    }
    let amount = invoice.written_off.at_most(amount)?;
    Ok(Allocate::Chosen { allocations: vec![Allocation { invoice: invoice.id, amount }] })
}

/// The tenant's local date.
pub(crate) async fn today(store: &TenantStore, now: Timestamp) -> Result<Date> {
    let zone = store.tenant_record().await?.value.zone;
    Ok(zone.date(now))
}

/// Chance, the same whenever this try is closed, so that a repeat plans the same next one.
fn chance(store: &TenantStore, id: InvoiceId, n: u32) -> u64 {
    let digest = store.id_of(&format!("chance#{id}#{n}")).as_u128();
    u64::try_from(digest >> 64).unwrap_or_default()
}
