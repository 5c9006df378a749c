//! A finding: what was found, what it is worth, and what became of it.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::facts::{Cost, Licence, Whose};
use crate::error::Refusal;
use crate::ids::{ClientId, FindingId, LicenceId, ProductId, UnitId, UserId};
use crate::money::Money;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingKind))]
pub enum Kind {
    /// A seat of somebody who left.
    Left,
    /// A seat that was never used since it was assigned.
    NeverUsed,
    /// A seat that was used, and is not any more.
    Unused,
    /// A second seat that does the same for a person.
    Overlap,
    /// A seat of a larger edition than what is used of it.
    WrongEdition,
    /// Seats that nobody holds.
    OverBought,
    /// More holders than seats.
    OverAssigned,
    /// Used, and not licensed.
    ShadowUse,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Left,
        Self::NeverUsed,
        Self::Unused,
        Self::Overlap,
        Self::WrongEdition,
        Self::OverBought,
        Self::OverAssigned,
        Self::ShadowUse,
    ];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::NeverUsed => "never_used",
            Self::Unused => "unused",
            Self::Overlap => "overlap",
            Self::WrongEdition => "wrong_edition",
            Self::OverBought => "over_bought",
            Self::OverAssigned => "over_assigned",
            Self::ShadowUse => "shadow_use",
        }
    }

    /// Whether it takes a seat away from its holder.
    pub const fn takes_back(self) -> bool {
        matches!(self, Self::Left | Self::NeverUsed | Self::Unused | Self::Overlap)
    }
}

/// What makes a finding the same one from day to day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// At which client.
    pub client: ClientId,
    /// What is wrong.
    pub kind: Kind,
    /// With which product.
    pub product: ProductId,
    /// With which licence; none where there is none.
    pub licence: Option<LicenceId>,
    /// Whose seat or use; none where it is about a whole licence.
    pub whose: Option<Whose>,
}

impl fmt::Display for Key {
    /// One text for one key: the id is made of it. What somebody wrote comes last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "finding#{}#{}#{}#", self.client, self.kind.name(), self.product)?;
        match self.licence {
            Some(licence) => write!(f, "{licence}")?,
            None => f.write_str("-")?,
        }
        match &self.whose {
            None => Ok(()),
            Some(Whose::Contact { contact }) => write!(f, "#{contact}"),
            Some(Whose::Device { device }) => write!(f, "#device#{device}"),
            Some(Whose::Stranger { who }) => write!(f, "#stranger#{who}"),
        }
    }
}

/// What a finding is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingWorth))]
pub enum Worth {
    /// What is paid in a year for nothing.
    Saves {
        /// For all of it.
        yearly: Money,
        /// Seats that it is paid for.
        seats: u32,
    },
    /// Nothing is saved: putting it right costs so much a year.
    Costs {
        /// For all of it.
        yearly: Money,
        /// Seats that are missing.
        seats: u32,
    },
    /// No amount can be named.
    Unknown {
        /// Why not.
        why: Unknown,
    },
}

/// Why no amount can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingWorthUnknown))]
pub enum Unknown {
    /// Nobody has said what a seat costs.
    NoCost,
    /// The licence was paid for once: the seat can be given to somebody else, and no bill becomes smaller.
    Perpetual,
    /// What is used is paid for, and not seats.
    ByUse,
    /// Two amounts of two currencies.
    Currencies,
    /// A free seat is there: it only needs to be assigned.
    FreeSeat,
}

impl Unknown {
    /// For people: why, and what would help.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoCost => "Nobody has said what a seat costs; write the cost per seat on the licence.",
            Self::Perpetual => "The licence was paid for once: the seat can be given on, but no bill becomes smaller.",
            Self::ByUse => "What is used is paid for, and not seats.",
            Self::Currencies => "The amounts are in two currencies.",
            Self::FreeSeat => "A free seat is there; it only needs to be assigned.",
        }
    }
}

impl Worth {
    /// What one seat is worth that is not needed.
    pub(super) const fn of_a_seat(cost: Cost) -> Self {
        match cost {
            Cost::Yearly(yearly) => Self::Saves { yearly, seats: 1 },
            Cost::Perpetual => Self::Unknown { why: Unknown::Perpetual },
            Cost::ByUse => Self::Unknown { why: Unknown::ByUse },
            Cost::Unknown => Self::Unknown { why: Unknown::NoCost },
        }
    }

    /// What would be saved in a year, and on how many seats.
    pub const fn saves(self) -> Option<(Money, u32)> {
        match self {
            Self::Saves { yearly, seats } => Some((yearly, seats)),
            Self::Costs { .. } | Self::Unknown { .. } => None,
        }
    }

    /// What putting it right would cost in a year.
    pub const fn costs(self) -> Option<Money> {
        match self {
            Self::Costs { yearly, .. } => Some(yearly),
            Self::Saves { .. } | Self::Unknown { .. } => None,
        }
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = FindingAction))]
pub enum Action {
    /// Take the seat back.
    Reclaim {},
    /// Give the holder a seat of this edition instead.
    Downgrade {
        /// Which edition.
        edition: String,
    },
    /// Renew with fewer seats.
    ResizeAtRenewal {
        /// So many.
        seats: u32,
    },
    /// Buy what is missing.
    TrueUp {
        /// Seats that are missing.
        seats: u32,
    },
    /// Let the licence end.
    Cancel {},
    /// Assign a free seat.
    Assign {},
}

/// What was found on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What makes it itself.
    pub key: Key,
    /// What it is worth.
    pub worth: Worth,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub action: Action,
    /// The last day of notice of its licence: by then the saving is to be seen to. Once it has passed, the saving waits for another
    /// term.
    pub notice_by: Option<Date>,
}

impl Found {
    /// Of a licence and, if it is about one, a holder.
    pub(super) fn of(client: ClientId, kind: Kind, licence: &Licence, whose: Option<&Whose>) -> Key {
        Key { client, kind, product: licence.product, licence: Some(licence.id), whose: whose.cloned() }
    }
}

/// What a licence was when a finding was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Seats that were paid for.
    pub seats: u32,
    /// A year of a seat.
    pub yearly: Option<Money>,
    /// Seats of the licence that had been claimed by findings that came true until then.
    pub claimed: u32,
    /// The first day on which it does not hold any more, where it was terminated by then: what ends on that day ends anyway.
    #[serde(default)]
    pub ends_on: Option<Date>,
}

impl Baseline {
    /// Whether the licence ended as it was to end already when the finding was accepted: no bill is smaller by the finding then.
    pub(super) fn has_ended(&self, today: Date) -> bool {
        self.ends_on.is_some_and(|on| on <= today)
    }

    /// How many seats a licence of so many has been given up since, without those that other findings claimed since. `claimed`
    /// is what findings which came true have claimed of it by now.
    pub(super) fn given_up(&self, seats: u32, claimed: u32) -> u32 {
        let claimed_since = claimed.saturating_sub(self.claimed);
        self.seats.saturating_sub(seats).saturating_sub(claimed_since)
    }
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Somebody should decide.
    Open {},
    /// It is to be done; what it saves is measured.
    Accepted {
        /// Who said so.
        by: UserId,
        /// When.
        at: Timestamp,
        /// What the licence was then.
        baseline: Baseline,
        /// The day on which the seat was seen to be taken back, or the surplus gone.
        done_on: Option<Date>,
    },
    /// It is as it should be.
    Dismissed {
        /// Why.
        reason: String,
        /// Who said so.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// Not now.
    Snoozed {
        /// It is open again on this day.
        until: Date,
        /// Who said so.
        by: UserId,
        /// When.
        at: Timestamp,
    },
    /// It is not so any more.
    Gone {
        /// Since this day.
        on: Date,
    },
    /// It came true.
    Realised {
        /// On this day.
        on: Date,
        /// What is saved in a year by what came true then; at most what was found.
        yearly: Money,
    },
}

impl State {
    /// As it is written.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open {} => "open",
            Self::Accepted { .. } => "accepted",
            Self::Dismissed { .. } => "dismissed",
            Self::Snoozed { .. } => "snoozed",
            Self::Gone { .. } => "gone",
            Self::Realised { .. } => "realised",
        }
    }

    /// Whether what it is worth is still to be had: somebody should decide, or has said yes.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Open {} | Self::Accepted { .. })
    }

    /// Whether nothing is to be decided any more.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Realised { .. })
    }
}

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Made of its key.
    pub id: FindingId,
    /// What makes it itself.
    pub key: Key,
    /// What it is worth by itself. Of an accepted one, what it was worth when it was accepted.
    pub worth: Worth,
    /// What shows it.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub action: Action,
    /// The last day of notice of its licence.
    pub notice_by: Option<Date>,
    /// What became of it.
    pub state: State,
    /// The local date on which it was found, or found again.
    pub found_on: Date,
    /// The department of the person that it is about, as the last review knew it.
    #[serde(default)]
    pub unit: Option<UnitId>,
    /// What of its worth the totals take, in a year.
    pub counted: Option<Money>,
    /// Why that is less than its worth.
    pub uncounted: Option<Uncounted>,
    /// What came true of it, a year, over all times that it was found.
    pub came_true: Option<Money>,
}

impl Finding {
    /// What of an accepted finding came true by a lower cost: what a seat costs less since, where the whole licence became one of
    /// another edition, and at most what was found. `yearly` is what a seat costs now, if there is any.
    pub(super) fn cheaper(&self, yearly: Option<Money>) -> Result<Option<Money>, Refusal> {
        let (State::Accepted { baseline, .. }, Some((worth, _))) = (&self.state, self.worth.saves()) else {
            return Ok(None);
        };
        let (Some(before), Some(after)) = (baseline.yearly, yearly) else { return Ok(None) };
        if self.key.kind != Kind::WrongEdition || [before, after].iter().any(|own| own.currency() != worth.currency()) {
            return Ok(None);
        }
        let less = before.minus(after)?;
        Ok(if less.is_zero() || less.is_negative() { None } else { Some(less.at_most(worth)?) })
    }
}

/// Why the totals take less of a finding than it is worth by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Uncounted {
    /// The same seat is counted by another finding, which is done, or worth as much or more.
    SameSeat {
        /// Which one.
        finding: FindingId,
    },
    /// The seat fills one that is missing, or one that is kept free on purpose, so it cannot be given up.
    SeatNeeded {},
    /// What is free was counted where it was taken back.
    CountedWhenTakenBack {
        /// So many seats of it.
        seats: u32,
    },
    /// The seat was given to somebody else in the meantime.
    GivenOn {},
    /// The licence is not in force any more, or its cost changed its currency.
    NotPaid {},
    /// The seat is kept at a lower cost, and what that is less counts.
    LowerCost {},
    /// It is counted with the next review, in the night.
    NotYet {},
}

impl Uncounted {
    /// For people.
    pub fn sentence(&self) -> String {
        match self {
            Self::SameSeat { finding } => format!("The same seat is counted by {finding}."),
            Self::SeatNeeded {} => "The seat fills one that is missing, or one that is kept free.".into(),
            Self::CountedWhenTakenBack { seats } => {
                format!("{seats} of these seats are counted where they were taken back.")
            }
            Self::GivenOn {} => "The seat was given to somebody else in the meantime.".into(),
            Self::NotPaid {} => "The licence is not paid for any more.".into(),
            Self::LowerCost {} => "The seat is kept at a lower cost: what that is less counts.".into(),
            Self::NotYet {} => "It is counted with the next review, in the night.".into(),
        }
    }
}
