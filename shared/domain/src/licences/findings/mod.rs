//! What a client's licences cost for nothing, and what is used without one: each finding with its rule, its evidence and
//! what it is worth in a year.
//!
//! [`find`] says what is there on a day; [`review`] lays it beside what was known; [`count`] says how much of it would
//! really be saved if all of it were done, so that nothing is counted twice; [`measure_all`] says what came true.

mod assigned;
mod count;
mod decide;
mod edition;
mod evidence;
mod facts;
mod finding;
mod idle;
mod measure;
mod of;
mod overlap;
mod review;
mod shadow;
mod totals;

pub use assigned::NEW_SEATS_DAYS;
pub use count::{Claimed, count};
pub use decide::{Decision, LONGEST_REASON, LONGEST_SNOOZE_DAYS, decide};
pub use edition::FEATURE_DAYS;
pub use evidence::Evidence;
pub use facts::{
    Cost, Edition, Ending, Facts, Licence, Licensed, MONTH_DAYS, Person, Product, Seat, Stranger, Use, Whose,
};
pub use finding::{Action, Baseline, Finding, Found, Key, Kind, State, Uncounted, Unknown, Worth};
pub use measure::{CameTrue, LONGEST_WAIT_DAYS, Measured, asks_for, given_back, measure, measure_all};
pub use of::yearly;
pub use review::review;
pub use shadow::SHADOW_DAYS;
pub(in crate::licences) use shadow::shadow_uses;
pub use totals::{Amounts, Totals};

use crate::error::Refusal;
use crate::ids::ClientId;
use facts::Heard;

/// All that is to be found of a client, in order of its keys. A seat is taken back for one reason at most: a leaver's seat
/// is that, an idle one is that, and only what is left is looked at for overlaps and editions.
///
/// # Errors
/// [`Refusal::Conflict`] for amounts that cannot be computed.
pub fn find(client: ClientId, facts: &Facts) -> Result<Vec<Found>, Refusal> {
    let (mut found, heard) = (Vec::new(), Heard::of(facts));
    for licence in &facts.licences {
        found.extend(assigned::over_assigned(client, facts, &heard, licence)?);
        found.extend(assigned::over_bought(client, facts, &heard, licence)?);
        for seat in &licence.held {
            let taken_back =
                idle::left(client, facts, licence, seat).or_else(|| idle::idle(client, facts, &heard, licence, seat));
            found.extend(taken_back);
        }
    }
    let doubles = overlap::overlaps(client, facts, &found)?;
    found.extend(doubles);
    let smaller = edition::wrong_editions(client, facts, &heard, &found)?;
    found.extend(smaller);
    found.extend(shadow::shadow_uses(client, facts)?);
    found.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(found)
}
