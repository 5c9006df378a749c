//! Charging a saved method, and trying again when it fails.
//!
//! An attempt is noted before the provider is called, and closed after. What became of an attempt that is not closed is
//! asked at the provider before anything else is charged, so that a lost answer is never a second charge.

mod policy;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::policy::WINDOW;
pub use self::policy::{LONGEST_FIRST_WAIT_H, MOST_FACTOR, MOST_JITTER_PERCENT, MOST_TRIES, RetryPolicy, WINDOW_DAYS};
use super::wallet::Wallet;
use crate::error::Refusal;
use crate::ids::{InvoiceId, PaymentMethodId};
use crate::money::Money;

/// Most characters that are kept of what a provider said.
pub const MOST_SAID: usize = 500;

/// Why a method was not charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DeclineClass {
    /// It may work later: too little on the account, a limit reached, no reason given.
    Soft,
    /// It will never work again: a card that is lost, expired or closed. Waits for another method.
    Hard,
    /// The payer has to confirm it; waits for them on the pay page, or for another method.
    NeedsAuthentication,
    /// The provider takes no such charge, of its amount or in its currency: no method is at fault, and none is tried again
    /// by itself.
    NotTaken,
}

/// What is known of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AttemptResult {
    /// It was noted; the provider may have been called or not.
    Open {},
    /// The provider was called, and what came of it is not known.
    Unknown {},
    /// The provider knows nothing of it. It is sent again under its own key, so that it is still the same charge.
    NeverArrived {},
    /// The money is here. Final.
    Succeeded {},
    /// Nothing was charged.
    Declined {
        /// Why.
        class: DeclineClass,
    },
}

impl AttemptResult {
    /// Whether the provider has to be asked before anything else is charged.
    pub const fn must_be_asked(self) -> bool {
        matches!(self, Self::Open {} | Self::Unknown {})
    }
}

/// A try to charge a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// From 1, over all methods.
    pub n: u32,
    /// Under which the provider charges it once, however often it is sent.
    pub key: String,
    /// What is charged.
    pub method: PaymentMethodId,
    /// How much.
    pub amount: Money,
    /// When it was last sent, or was to be.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// When it was closed.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>, format = DateTime))]
    pub closed_at: Option<Timestamp>,
    /// What came of it.
    pub result: AttemptResult,
    /// Whether somebody asked for it; else it was planned.
    #[serde(default)]
    pub by_hand: bool,
    /// What the provider said of a charge that it does not take; for the MSP's own people.
    #[serde(default)]
    pub said: Option<String>,
}

/// The charging of one invoice by saved methods, one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charging {
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// The method to charge.
    pub method: PaymentMethodId,
    /// Tries of this method.
    pub tries: u8,
    /// Attempts so far, over all methods.
    pub attempts_made: u32,
    /// The attempts of the last [`WINDOW_DAYS`], and any that is still open; at most [`MOST_TRIES`] and one.
    pub attempts: Vec<Attempt>,
    /// Not before this.
    pub not_before: Timestamp,
    /// Why the method is not tried any more.
    #[serde(default)]
    pub stopped: Option<Stopped>,
    /// Whether an attempt succeeded, and nothing was asked for since.
    #[serde(default)]
    pub succeeded: bool,
    /// What paid it last. If that money goes back, it is charged by hand only.
    #[serde(default)]
    pub paid_with: Option<PaymentMethodId>,
}

/// Why a method is not tried any more. Another method, or a payment by other means, goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Stopped {
    /// It will never work.
    NeedsMethod,
    /// The payer has to confirm it.
    NeedsPayer,
    /// It was tried as often as the policy says.
    TriedEnough,
    /// The provider takes no such charge, whatever the method.
    Refused,
    /// It is charged by hand only: the client did not agree, or not any more, that it is charged by itself.
    ByHand,
    /// It was paid, and the money went back: refunded, or by a dispute that was lost. Whether it is charged again, somebody
    /// has to say.
    WentBack,
}

/// What is to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Ask the provider what became of this attempt; nothing is charged before that is known.
    Ask {
        /// Which one.
        n: u32,
    },
    /// Send this attempt again, under its own key.
    Resend {
        /// Which one.
        n: u32,
    },
    /// Begin another attempt.
    Charge {},
    /// Nothing before this.
    Wait {
        /// The first instant at which something is to be done.
        until: Timestamp,
    },
    /// Nothing, until another method is there.
    Stop(Stopped),
    /// Nothing: it is paid.
    Done {},
}

impl Charging {
    /// Will charge a method from `not_before` on.
    pub const fn new(invoice: InvoiceId, method: PaymentMethodId, not_before: Timestamp) -> Self {
        Self {
            invoice,
            method,
            tries: 0,
            attempts_made: 0,
            attempts: Vec::new(),
            not_before,
            stopped: None,
            succeeded: false,
            paid_with: None,
        }
    }

    /// What is to be done, when so much is still owed.
    pub fn next(&self, owed: Money, now: Timestamp) -> Next {
        if let Some(open) = self.attempts.iter().find(|attempt| attempt.result.must_be_asked()) {
            return Next::Ask { n: open.n };
        }
        if owed.minor() <= 0 {
            return Next::Done {};
        }
        if self.succeeded {
            return Next::Stop(Stopped::WentBack);
        }
        if let Some(lost) = self.attempts.iter().find(|attempt| self.is_resent(attempt, owed)) {
            return Next::Resend { n: lost.n };
        }
        if let Some(stopped) = self.stopped {
            return Next::Stop(stopped);
        }
        let until = self.not_before.max(self.room_at(now));
        if now < until { Next::Wait { until } } else { Next::Charge {} }
    }

    /// Why it is not tried any more by itself, when so much is still owed; of what is paid there is nothing to try.
    pub fn stands(&self, owed: Money) -> Option<Stopped> {
        match owed.minor() {
            ..=0 => None,
            _ if self.succeeded => Some(Stopped::WentBack),
            _ => self.stopped,
        }
    }

    /// Notes that what had paid it otherwise went back, when nothing is planned any more: it is not charged by itself.
    #[must_use]
    pub fn went_back(mut self) -> Self {
        if !self.succeeded {
            self.stopped = self.stopped.or(Some(Stopped::WentBack));
        }
        self
    }

    /// When a job has to look at it next; none while only somebody else can go on.
    pub fn due_at(&self, owed: Money, now: Timestamp) -> Option<Timestamp> {
        match self.next(owed, now) {
            Next::Ask { .. } | Next::Resend { .. } | Next::Charge {} => Some(now),
            Next::Wait { until } => Some(until),
            Next::Stop(_) | Next::Done {} => None,
        }
    }

    /// The latest attempt, if it never arrived and is still what is wanted: a provider takes a key with one amount and
    /// one method only. Where nothing goes on by itself any more, only what somebody asked for is.
    fn is_resent(&self, attempt: &Attempt, owed: Money) -> bool {
        let wanted = match self.stopped {
            None => true,
            Some(stopped) => stopped == Stopped::ByHand && attempt.by_hand,
        };
        wanted
            && attempt.result == AttemptResult::NeverArrived {}
            && attempt.n == self.attempts_made
            && attempt.method == self.method
            && attempt.amount == owed
    }

    /// When the last 60 days have room for another try.
    fn room_at(&self, now: Timestamp) -> Timestamp {
        let mut sent: Vec<Timestamp> =
            self.attempts.iter().map(|attempt| attempt.at).filter(|at| counts(*at, now)).collect();
        sent.sort_unstable();
        let over = sent.len().checked_sub(usize::from(MOST_TRIES));
        // Of eight, the oldest has to leave; of nine, the second oldest too.
        over.and_then(|index| sent.get(index))
            .map_or(Timestamp::MIN, |at| at.saturating_add(WINDOW).unwrap_or(Timestamp::MAX))
    }

    /// Notes an attempt over all that is owed, before the provider is called with it.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] unless [`Charging::next`] says to charge.
    pub fn begin(mut self, owed: Money, now: Timestamp) -> Result<(Self, Attempt), Refusal> {
        if self.next(owed, now) != (Next::Charge {}) {
            return Err(Refusal::conflict("not_now", "nothing is to be charged now; ask what is to be done first"));
        }
        self.attempts.retain(|attempt| counts(attempt.at, now));
        self.attempts_made += 1;
        self.tries = self.tries.saturating_add(1);
        let attempt = Attempt {
            n: self.attempts_made,
            key: format!("{}-{}", self.invoice, self.attempts_made),
            method: self.method,
            amount: owed,
            at: now,
            closed_at: None,
            result: AttemptResult::Open {},
            by_hand: false,
            said: None,
        };
        self.attempts.push(attempt.clone());
        Ok((self, attempt))
    }

    /// Opens an attempt that never arrived, before the provider is called with it again. It is the same try.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] unless [`Charging::next`] says to send this one again.
    pub fn resend(mut self, n: u32, owed: Money, now: Timestamp) -> Result<(Self, Attempt), Refusal> {
        if self.next(owed, now) != (Next::Resend { n }) {
            return Err(Refusal::conflict(
                "not_now",
                "this attempt is not to be sent again; ask what is to be done first",
            ));
        }
        let attempt = self.attempt(n)?;
        attempt.result = AttemptResult::Open {};
        (attempt.at, attempt.closed_at) = (now, None);
        let attempt = attempt.clone();
        Ok((self, attempt))
    }

    /// Notes what the provider said of an attempt: when it was called, when it was asked, or by itself. What was said
    /// before, or is older than what is known, changes nothing; a success always counts. `random` as for
    /// [`RetryPolicy::wait`].
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for an attempt that there is not, or that is over for 60 days.
    pub fn close(
        mut self,
        n: u32,
        result: AttemptResult,
        policy: &RetryPolicy,
        random: u64,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let attempt = self.attempt(n)?;
        let (was, method, sent) = (attempt.result, attempt.method, attempt.at);
        let succeeds = result == (AttemptResult::Succeeded {}) && was != result;
        if !succeeds && (!was.must_be_asked() || result == (AttemptResult::Open {})) {
            return Ok(self);
        }
        attempt.result = result;
        attempt.closed_at = (!result.must_be_asked()).then_some(now);
        match result {
            AttemptResult::Succeeded {} => {
                (self.succeeded, self.paid_with, self.stopped) = (true, Some(method), None);
            }
            // What an earlier method's attempt came to says nothing of this one.
            AttemptResult::Declined { class } if method == self.method => {
                self.stopped = match class {
                    DeclineClass::Hard => Some(Stopped::NeedsMethod),
                    DeclineClass::NeedsAuthentication => Some(Stopped::NeedsPayer),
                    DeclineClass::NotTaken => Some(Stopped::Refused),
                    DeclineClass::Soft if self.tries >= policy.most_tries() => Some(Stopped::TriedEnough),
                    DeclineClass::Soft => None,
                };
                self.not_before = sent.saturating_add(policy.wait(self.tries, random)).unwrap_or(Timestamp::MAX);
            }
            _ => {}
        }
        Ok(self)
    }

    /// Keeps what the provider said of an attempt, for the MSP's own people.
    #[must_use]
    pub fn quoting(mut self, n: u32, said: &str) -> Self {
        if let Ok(attempt) = self.attempt(n) {
            attempt.said = Some(said.chars().take(MOST_SAID).collect());
        }
        self
    }

    /// Takes another method from an instant on, with tries of its own but under the same cap. The same one again changes
    /// nothing.
    #[must_use]
    pub fn with_method(mut self, method: PaymentMethodId, from: Timestamp) -> Self {
        if method != self.method {
            (self.method, self.not_before) = (method, from);
            self = self.anew();
        }
        self
    }

    /// What was tried before says nothing any more, but for the cap.
    const fn anew(mut self) -> Self {
        (self.tries, self.stopped, self.succeeded) = (0, None, false);
        self
    }

    /// Tries again at once, because somebody asked for it: also what was paid, if its money went back. What will never work
    /// stays as it is, and so does the cap.
    #[must_use]
    pub fn hurried(mut self, now: Timestamp) -> Self {
        if self.succeeded {
            self = self.anew();
        }
        self.not_before = self.not_before.min(now);
        self.stopped = self.stopped.filter(|stopped| matches!(stopped, Stopped::NeedsMethod | Stopped::NeedsPayer));
        self
    }

    /// Notes that somebody asked for an attempt.
    #[must_use]
    pub fn asked_for(mut self, n: u32) -> Self {
        if let Ok(attempt) = self.attempt(n) {
            attempt.by_hand = true;
        }
        self
    }

    /// Whether an attempt that is to be sent again may be: somebody asked for it, and its method is still there.
    pub fn is_seen_through(&self, n: u32, wallet: &Wallet) -> bool {
        let asked = |attempt: &Attempt| attempt.n == n && attempt.by_hand && wallet.method(attempt.method).is_ok();
        self.attempts.iter().any(asked)
    }

    /// What goes on by itself: the method that the client agreed to, also if another was planned or tried by hand. That one
    /// begins at `from`. Without any it stops, and so it does with one whose money went back.
    #[must_use]
    pub fn by_itself(mut self, wallet: &Wallet, from: Timestamp) -> Self {
        if self.stopped == Some(Stopped::Refused) {
            return self;
        }
        match wallet.by_itself() {
            Some(method) if method == self.method && !self.has_paid(method) => {}
            Some(method) if method != self.method && self.may_work(method) => self = self.with_method(method, from),
            _ if wallet.method(self.method).is_ok() => self.stopped = self.stopped.or(Some(Stopped::ByHand)),
            _ => self.stopped = self.stopped.or(Some(Stopped::NeedsMethod)),
        }
        self
    }

    /// Goes on with a method that the client agreed to: what waits for one from `from` on, what is planned when it was
    /// planned. A method that will not work, or whose money went back, is not tried again.
    #[must_use]
    pub fn agreed(mut self, method: PaymentMethodId, from: Timestamp) -> Self {
        let waits = self.stopped.is_some() || self.succeeded;
        if method == self.method && self.stopped == Some(Stopped::ByHand) && !self.has_paid(method) {
            (self.stopped, self.not_before) = (None, self.not_before.max(from));
        } else if method != self.method && self.stopped != Some(Stopped::Refused) && self.may_work(method) {
            let from = if waits { from } else { self.not_before };
            self = self.with_method(method, from);
        }
        self
    }

    /// Nothing is planned any more with a method that is there and that the client does not agree to any more.
    #[must_use]
    pub fn withdrawn(self, wallet: &Wallet, from: Timestamp) -> Self {
        if wallet.method(self.method).is_ok() { self.by_itself(wallet, from) } else { self }
    }

    /// Whether a method paid it before: what is owed all the same went back.
    fn has_paid(&self, method: PaymentMethodId) -> bool {
        let paid = |attempt: &Attempt| attempt.method == method && attempt.result == AttemptResult::Succeeded {};
        self.paid_with == Some(method) || self.attempts.iter().any(paid)
    }

    /// Whether a method may be charged by itself, by what came of its attempts.
    fn may_work(&self, method: PaymentMethodId) -> bool {
        let latest = self.attempts.iter().rfind(|attempt| attempt.method == method);
        let fails = latest.is_some_and(|attempt| match attempt.result {
            AttemptResult::Declined { class } => class != DeclineClass::Soft,
            _ => false,
        });
        !fails && !self.has_paid(method)
    }

    /// The latest attempt, unless it is over for 60 days.
    pub fn latest(&self) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.n == self.attempts_made)
    }

    fn attempt(&mut self, n: u32) -> Result<&mut Attempt, Refusal> {
        self.attempts.iter_mut().find(|attempt| attempt.n == n).ok_or(Refusal::NotFound)
    }
}

/// Whether what was sent at `at` is one of the last 60 days' tries.
fn counts(at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(at) < WINDOW
}
