//! When a draft waits for somebody to look at it: bounds that a mistake runs into, and a sound bill does not.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::draft::Draft;
use super::facts::Facts;
use crate::error::Refusal;
use crate::ids::LineId;
use crate::money::Money;

/// Why a draft is held, with both numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Hold {
    /// More invoice lines of one contract line in a day than the tenant allows.
    Lines {
        /// Of which.
        line: LineId,
        /// How many there would be today, this draft's included.
        lines: u32,
        /// How many are allowed.
        most: u32,
    },
    /// A total far above the last comparable one.
    Total {
        /// What the draft comes to, before taxes.
        net: Money,
        /// The last comparable one, without what it gave back.
        last: Money,
        /// How many times that one is allowed.
        times: u32,
    },
    /// A bill that has nothing of its own to be compared with, in a run that has far more of such than the last comparable
    /// run came to.
    Run {
        /// What such bills of the date come to with this draft, before taxes.
        sum: Money,
        /// The last comparable one: the largest of the [`super::COMPARED_DAYS`] before, or of all where there is none.
        last: Money,
        /// How many times that one is allowed.
        times: u32,
    },
}

impl std::fmt::Display for Hold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lines { line, lines, most } => {
                write!(f, "{lines} invoice lines of {line} in a day, where {most} are allowed; approve or correct it")
            }
            Self::Total { net, last, times } => {
                write!(f, "{net} is over {times} times {last}, the last comparable bill; approve or correct it")
            }
            Self::Run { sum, last, times } => {
                write!(
                    f,
                    "the contract has no bill to compare it with, and with it the run of this date has {sum} of such bills, \
                     over {times} times {last}, the last comparable run; approve or correct it"
                )
            }
        }
    }
}

/// Why a draft is held; nothing when nobody must look at it, or somebody did. A bill is compared with the contract's last
/// one; all that have none to be compared with are together compared with the last run.
///
/// # Errors
/// [`Refusal::Conflict`] for sums that are too large.
pub(super) fn of(draft: &Draft, facts: &Facts, today: Date) -> Result<Vec<Hold>, Refusal> {
    let approved = facts.approvals.iter().filter(|approval| approval.on == draft.on());
    let lines = approved.clone().map(|approval| approval.lines).max().unwrap_or(0);
    let net = approved.map(|approval| approval.net.minor()).max();

    let most = facts.limits.lines_a_day;
    let made = draft.made().into_iter().filter_map(|(line, made)| {
        let before = facts.book.lines.get(&line).filter(|book| book.made_on == Some(today));
        let lines = made + before.map_or(0, |book| book.made);
        (lines > most).then_some(Hold::Lines { line, lines, most })
    });
    let mut holds: Vec<Hold> =
        made.filter(|hold| !matches!(hold, Hold::Lines { lines: held, .. } if *held <= lines)).collect();
    let seen = net.is_some_and(|net| draft.net.minor() <= net);
    let times = facts.limits.times_the_last;
    let far = match facts.book.comparable {
        Some(last) => over_the_last(draft.net, last, times),
        None => facts.runs.over(draft.on(), draft.net, times, today)?,
    };
    holds.extend(far.filter(|_| !seen));
    Ok(holds)
}

/// Whether a total is over so many times the last comparable one: of a draft, and of a whole run of one currency.
pub fn over_the_last(net: Money, last: Money, times: u32) -> Option<Hold> {
    let over = i128::from(net.minor()) > i128::from(last.minor()) * i128::from(times);
    (over && last.minor() > 0 && net.currency() == last.currency()).then_some(Hold::Total { net, last, times })
}
