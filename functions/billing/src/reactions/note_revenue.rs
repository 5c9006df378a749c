//! Note what was earned, where and when. What a document moves follows from its lines, which never change, and sums only
//! add: events in any order come to the same.

use contract::reports::NOTE_REVENUE;
use domain::billing::reports::{Month, revenue, rhythm};
use runtime::{ReactionCx, ReactionHandler, Result};
use store::Commit;
use store::reports::Tally;

use crate::booked::Booked;

/// Most sums that one transaction moves; DynamoDB takes 100 actions. What an invoice bills for years takes several.
const TALLIES_A_COMMIT: usize = 90;

/// The reaction.
pub fn reaction() -> ReactionHandler {
    ReactionHandler::new(NOTE_REVENUE, note_revenue)
}

async fn note_revenue(cx: ReactionCx) -> Result<Commit> {
    let tallies = Booked::of(&cx.store, &cx.envelope.event).await?.as_ref().map(moved).unwrap_or_default();
    let mut parts: Vec<&[Tally]> = tallies.chunks(TALLIES_A_COMMIT).collect();
    let last = parts.pop().unwrap_or_default();
    for (n, part) in parts.into_iter().enumerate() {
        // Each part has a mark of its own: a reaction that dies in between goes on behind it.
        let mark = format!("{}#{n}", NOTE_REVENUE.name);
        cx.reconcile(|| async {
            if cx.store.has_handled(&mark, cx.envelope.id).await? {
                return Ok(((), None));
            }
            Ok(((), Some(cx.store.commit().tallies(part).handled(&mark, cx.envelope.id, cx.now))))
        })
        .await?;
    }
    Ok(cx.store.commit().tallies(last))
}

/// The sums that a document moves.
fn moved(booked: &Booked) -> Vec<Tally> {
    let Booked { document, lines, issued_on, .. } = booked;
    let mut cells = revenue(lines, *issued_on);
    cells.values_mut().for_each(|minor| *minor = booked.signed(*minor));
    let mut rhythms = rhythm(lines, *issued_on);
    for rhythm in rhythms.values_mut() {
        rhythm.once = booked.signed(rhythm.once);
        rhythm.served.values_mut().for_each(|minor| *minor = booked.signed(*minor));
    }
    let issued = (Month::of(*issued_on), booked.signed(document.totals.total.minor()));
    Tally::revenue(document.currency, document.client, &cells, &rhythms, issued)
}
