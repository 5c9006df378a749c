//! What whoever pays is written: a subject and a text with placeholders, the tenant's own or the [`standard`] ones.

mod next;
mod standard;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::next::what_next;
use crate::billing::documents::words::Language;
use crate::billing::dunning::step::StepKind;
use crate::billing::retry::DeclineClass;
use crate::invalid::Check;
use crate::money::Money;
use crate::zone::Zone;

/// Longest subject of a message, in characters, before its placeholders are filled.
pub const LONGEST_SUBJECT: usize = 200;
/// Longest text of a message, in characters, before its placeholders are filled: the settings are one item, with one for
/// each step of dunning.
pub const LONGEST_TEXT: usize = 3_000;
/// So much is repeated of what was taken for a placeholder, in characters.
const SHOWN: usize = 40;

/// A message with placeholders such as `{number}`. A brace always belongs to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Message {
    /// The subject line.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 200))]
    pub subject: String,
    /// The text, whole: the greeting, where to pay and who writes are in it or nowhere.
    #[cfg_attr(feature = "schema", schema(min_length = 1, max_length = 3000))]
    pub text: String,
}

/// What is written of charges of saved ways to pay, and of invoices that are made void.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChargeMessages {
    /// When one was declined, with `{client}`, `{company}`, `{number}`, `{amount}`, `{what_next}` and `{pay_link}`; none as
    /// everybody starts.
    #[serde(default)]
    pub declined: Option<Message>,
    /// When the money is there, with `{client}`, `{company}`, `{number}`, `{amount}` and `{pay_link}`; none as everybody
    /// starts.
    #[serde(default)]
    pub received: Option<Message>,
    /// When an invoice that had gone to the client is void, with `{client}`, `{company}`, `{number}`, `{amount}` and
    /// `{pay_link}`; none as everybody starts.
    #[serde(default)]
    pub voided: Option<Message>,
}

/// What is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// The client's name.
    Client,
    /// The name on the letterhead.
    Company,
    /// The invoice's number.
    Number,
    /// What is left to pay of it.
    Balance,
    /// The last day on which paying is in time.
    DueOn,
    /// How many days ago that was.
    DaysOverdue,
    /// What the step charges.
    LateFee,
    /// What was charged, or was to be; of an invoice that is void all that was to pay.
    Amount,
    /// When a declined charge is tried again, or what the payer can do: a sentence.
    WhatNext,
    /// Where it is paid.
    PayLink,
}

impl Placeholder {
    /// As it stands between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Company => "company",
            Self::Number => "number",
            Self::Balance => "balance",
            Self::DueOn => "due_on",
            Self::DaysOverdue => "days_overdue",
            Self::LateFee => "late_fee",
            Self::Amount => "amount",
            Self::WhatNext => "what_next",
            Self::PayLink => "pay_link",
        }
    }

    const REMINDER: &[Self] = &[Self::Client, Self::Company, Self::Number, Self::Balance, Self::DueOn, Self::PayLink];
    const STEP: &[Self] =
        &[Self::Client, Self::Company, Self::Number, Self::Balance, Self::DueOn, Self::DaysOverdue, Self::PayLink];
    const STEP_WITH_FEE: &[Self] = &[
        Self::Client,
        Self::Company,
        Self::Number,
        Self::Balance,
        Self::DueOn,
        Self::DaysOverdue,
        Self::LateFee,
        Self::PayLink,
    ];
    const DECLINED: &[Self] = &[Self::Client, Self::Company, Self::Number, Self::Amount, Self::WhatNext, Self::PayLink];
    const RECEIVED: &[Self] = &[Self::Client, Self::Company, Self::Number, Self::Amount, Self::PayLink];
    const VOIDED: &[Self] = Self::RECEIVED;

    /// Those of a step's message. A reminder is before the due date, and not every step charges a fee.
    pub const fn of_step(kind: StepKind, has_fee: bool) -> &'static [Self] {
        match (kind, has_fee) {
            (StepKind::Reminder, _) => Self::REMINDER,
            (_, false) => Self::STEP,
            (_, true) => Self::STEP_WITH_FEE,
        }
    }
}

/// What whoever pays is written of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// A step of dunning was taken.
    Dunned {
        /// Which step.
        step: StepKind,
        /// What is left to pay.
        balance: Money,
        /// The last day on which paying is in time.
        due_on: Date,
        /// What the step charged; none when that is nothing.
        late_fee: Option<Money>,
        /// When it was taken.
        on: Date,
    },
    /// A saved way to pay was declined.
    Declined {
        /// What was to be charged.
        amount: Money,
        /// Why.
        class: DeclineClass,
        /// When it is tried again; none when it is not.
        next: Option<Timestamp>,
    },
    /// A saved way to pay was charged.
    Received {
        /// How much.
        amount: Money,
    },
    /// An invoice that had gone to the client turned out never to have been owed.
    Voided {
        /// What was to pay.
        amount: Money,
    },
}

/// All that a message's placeholders are filled from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The client's name.
    pub client: &'a str,
    /// The name on the letterhead.
    pub company: &'a str,
    /// The invoice's number.
    pub number: &'a str,
    /// Where it is paid.
    pub pay_link: &'a str,
    /// What it is about.
    pub news: News,
    /// The language of dates, amounts and sentences.
    pub language: Language,
    /// Whose clock it tells.
    pub zone: &'a Zone,
}

impl ChargeMessages {
    /// Notes what is wrong with them.
    pub fn check(&self, field: &str, check: &mut Check) {
        let messages = [
            ("declined", &self.declined, Placeholder::DECLINED),
            ("received", &self.received, Placeholder::RECEIVED),
            ("voided", &self.voided, Placeholder::VOIDED),
        ];
        for (name, message, known) in messages {
            if let Some(message) = message {
                message.check(&format!("{field}/{name}"), known, check);
            }
        }
    }
}

impl Message {
    /// Notes what is wrong with it, if these placeholders can be filled.
    pub fn check(&self, field: &str, known: &[Placeholder], check: &mut Check) {
        let (subject, text) = (format!("{field}/subject"), format!("{field}/text"));
        check.line(&subject, &self.subject, LONGEST_SUBJECT);
        check.prose(&text, &self.text, LONGEST_TEXT);
        for (field, template) in [(subject, &self.subject), (text, &self.text)] {
            // Of several the first: whoever mends one with the list of all before them mends the others.
            let wrong = pieces(template).find_map(|piece| match piece {
                Piece::Text(_) => None,
                Piece::Named(name) if known.iter().any(|known| known.name() == name) => None,
                Piece::Named(name) => Some(format!("{{{}}}", name.chars().take(SHOWN).collect::<String>())),
                Piece::Brace(brace) => Some(brace.to_owned()),
            });
            if let Some(wrong) = wrong {
                let known: Vec<String> = known.iter().map(|known| format!("{{{}}}", known.name())).collect();
                let known = known.join(", ");
                check.fault(
                    field,
                    "unknown_placeholder",
                    format!("{wrong} is not filled in here; write one of {known}"),
                );
            }
        }
    }

    /// The message with its placeholders filled. What was filled in is not looked at again, whatever a client is called.
    #[must_use]
    pub fn filled(&self, facts: &Facts<'_>) -> Self {
        let fill = |template: &str| {
            let filled = pieces(template).map(|piece| match piece {
                Piece::Text(text) | Piece::Brace(text) => text.to_owned(),
                Piece::Named(name) => facts.value(name).unwrap_or_else(|| format!("{{{name}}}")),
            });
            filled.collect::<String>()
        };
        Self { subject: fill(&self.subject), text: fill(&self.text) }
    }
}

impl Facts<'_> {
    /// What stands for a placeholder; none for one that says nothing here.
    fn value(&self, name: &str) -> Option<String> {
        let language = self.language;
        let is = |placeholder: Placeholder| placeholder.name() == name;
        let of_all = [
            (Placeholder::Client, self.client),
            (Placeholder::Company, self.company),
            (Placeholder::Number, self.number),
            (Placeholder::PayLink, self.pay_link),
        ];
        if let Some((_, value)) = of_all.into_iter().find(|(placeholder, _)| is(*placeholder)) {
            return Some(value.to_owned());
        }
        match self.news {
            News::Dunned { balance, .. } if is(Placeholder::Balance) => Some(language.money(balance)),
            News::Dunned { due_on, .. } if is(Placeholder::DueOn) => Some(language.date(due_on)),
            News::Dunned { due_on, on, .. } if is(Placeholder::DaysOverdue) => {
                Some((on - due_on).get_days().max(0).to_string())
            }
            News::Dunned { late_fee, balance, .. } if is(Placeholder::LateFee) => {
                Some(language.money(late_fee.unwrap_or_else(|| Money::zero(balance.currency()))))
            }
            News::Declined { amount, .. } | News::Received { amount } | News::Voided { amount }
                if is(Placeholder::Amount) =>
            {
                Some(language.money(amount))
            }
            News::Declined { class, next, .. } if is(Placeholder::WhatNext) => {
                let next = next.map(|next| language.instant(next, self.zone));
                Some(what_next(language, class, next.as_deref()))
            }
            _ => None,
        }
    }
}

/// A part of a template.
enum Piece<'a> {
    /// What stands as it is.
    Text(&'a str),
    /// What stands between two braces.
    Named(&'a str),
    /// A brace without its other.
    Brace(&'a str),
}

/// A template's parts, in their order.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let at = rest.find(['{', '}']).unwrap_or(rest.len());
        if at > 0 {
            let (text, after) = rest.split_at(at);
            rest = after;
            return Some(Piece::Text(text));
        }
        let named = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        if let Some((name, after)) = named {
            rest = after;
            return Some(Piece::Named(name));
        }
        // Both braces are one byte long; nothing is left at the end.
        let (brace, after) = rest.split_at_checked(1)?;
        rest = after;
        Some(Piece::Brace(brace))
    })
}
