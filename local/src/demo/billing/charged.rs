//! What became of the invoices that are charged to a card: most on their day, some when there was enough on it again, one
//! when the client gave another card for the one that had expired, some never.

use domain::billing::payments::Method;
use domain::billing::retry::{Attempt, AttemptResult, Charging, DeclineClass, RetryPolicy};
use domain::billing::wallet::{MethodKind, SavedMethod, Shown};
use domain::ids::{ClientId, InvoiceId, PaymentMethodId};
use domain::money::Money;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use runtime::Result;
use store::charging::KeptCharging;

use super::agreed::{Card, hour};
use super::past::{Came, Past};
use crate::demo::wrong;
use crate::provider::EXPIRED;

/// The hour at which what is due is charged.
const MORNING: i8 = 6;
/// Days until a client gives another card for one that expired, and the hour at which it does.
const ANOTHER_CARD_AFTER: (i64, i8) = (2, 15);

/// What is tried, and until when.
struct Tries {
    owed: Money,
    /// How many are declined before one is not.
    declined: u8,
    expired: Option<PaymentMethodId>,
    until: Timestamp,
}

impl Past<'_> {
    /// Charges an invoice on the day on which it is due, and again by the policy.
    pub(super) async fn charged(&self, id: InvoiceId, card: &Card, nth: usize) -> Result<bool> {
        let kept = self.store.invoice(id).await?;
        let invoice = &kept.value.invoice;
        let (client, owed) = (invoice.client, invoice.balance());
        let due_on = invoice.due_on.ok_or_else(|| wrong("an invoice that is never due"))?;
        let first = hour(due_on, MORNING, &self.house.tenant.zone);
        let before = self.store.wallet(client).await?;
        let mut wallet = before.value.clone();
        let customer = format!("cus_{client}");
        let this = self.method(client, &card.token, &card.last4, first);
        if nth == 0 {
            let method = match card.renewed_at {
                Some(_) => self.method(client, EXPIRED, "0069", first),
                None => this.clone(),
            };
            wallet = wallet.with(customer.clone(), method, true)?;
        }
        let default = wallet.default.ok_or_else(|| wrong("a client without a card"))?;
        let expired = (card.renewed_at == Some(nth)).then_some(default);
        let tries = Tries { owed, declined: card.declined(nth), expired, until: self.world.now() };
        let (mut charging, mut paid) = self.tried(Charging::new(id, default, first), &tries)?;
        let (days, at) = ANOTHER_CARD_AFTER;
        let renewed = hour(due_on.saturating_add(days.days()), at, &self.house.tenant.zone);
        if expired.is_some() && renewed <= tries.until {
            let method = SavedMethod { added_at: renewed, ..this };
            charging = charging.with_method(method.id, renewed);
            wallet = wallet.with(customer, method, true)?;
            (charging, paid) = self.tried(charging, &tries)?;
        }
        let mut commit = self.store.commit();
        if wallet != before.value {
            commit = commit.update(&wallet, before.rev);
        }
        let mut left = owed;
        if let Some(Attempt { key, method, amount, at, .. }) = &paid {
            let named = Some(format!("pi_{key}"));
            let method = Method::Saved { method: *method };
            let came = Came { what: key.clone(), method, amount: *amount, at: *at, named };
            let (received, after) = self.received(&kept, came).await?;
            (commit, left) = (commit.and(received), after.balance());
        }
        if !charging.attempts.is_empty() {
            let due_at = charging.due_at(left, tries.until);
            commit = commit.create(&KeptCharging { charging, client, due_at, asked_by: None });
        }
        self.write(commit).await?;
        Ok(!left.is_zero())
    }

    /// Tries until the money is there, the card is given up, or the time has not come yet.
    fn tried(&self, mut charging: Charging, tries: &Tries) -> Result<(Charging, Option<Attempt>)> {
        let policy = RetryPolicy::default();
        loop {
            let at = next_full_hour(charging.not_before);
            if charging.stopped.is_some() || at > tries.until {
                return Ok((charging, None));
            }
            let (begun, attempt) = charging.begin(tries.owed, at)?;
            let declined = |class| AttemptResult::Declined { class };
            let result = if Some(attempt.method) == tries.expired {
                declined(DeclineClass::Hard)
            } else if begun.tries <= tries.declined {
                declined(DeclineClass::Soft)
            } else {
                AttemptResult::Succeeded {}
            };
            let digest = self.store.id_of(&format!("chance#{}#{}", begun.invoice, attempt.n)).as_u128();
            let chance = u64::try_from(digest >> 64).unwrap_or_default();
            charging = begun.close(attempt.n, result, &policy, chance, at)?;
            if charging.succeeded {
                return Ok((charging, Some(attempt)));
            }
        }
    }

    fn method(&self, client: ClientId, token: &str, last4: &str, first: Timestamp) -> SavedMethod {
        let id = PaymentMethodId::from_uuid(self.store.id_of(&format!("method#{client}#{token}")));
        let added_at = first - SignedDuration::from_hours(14 * 24);
        let month = |date: Date| date.strftime("%Y-%m").to_string();
        let good_until =
            if token == EXPIRED { month(self.today.saturating_sub(5.months())) } else { "2034-12".to_owned() };
        let (brand, last4) = ("visa".to_owned(), Some(last4.to_owned()));
        let shown = Shown { kind: MethodKind::Card, brand, last4, good_until: Some(good_until) };
        SavedMethod { id, token: token.to_owned(), shown, added_at, agreed: true }
    }
}

/// When the job that charges comes next.
fn next_full_hour(at: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600;
    let second = at.as_second() + i64::from(at.subsec_nanosecond() > 0);
    Timestamp::from_second(second.div_euclid(HOUR) * HOUR + if second % HOUR > 0 { HOUR } else { 0 }).unwrap_or(at)
}
