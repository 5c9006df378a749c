//! Give seats of a licence from a spreadsheet, in parts that each are true by themselves: whoever has a seat already keeps
//! it, so a file that was cut off is sent again and comes to the same.

use contract::licences::AtLicence;
use contract::seats::{IMPORT, ImportQuery, SeatFile, SeatsImported};
use domain::licences::import::{Fault, Read, Row, error_file, read};
use domain::licences::{Holder, Licence, Seat, seat};
use jiff::civil::Date;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

use crate::licensed::visible_licence;
use crate::reported::People;

/// Seats that one transaction writes; with the counter and the audit entry it stays below 100 actions.
const SEATS_A_PART: usize = 80;

/// The route.
pub fn route() -> Handler {
    Handler::new(IMPORT, import_seats)
}

async fn import_seats(cx: Cx, input: In<AtLicence, ImportQuery, SeatFile>) -> Result<Answer<SeatsImported>> {
    let licence = visible_licence(&cx, input.path.licence).await?.value.licence;
    let today = cx.here().await?.today;
    let people = People::of(cx.store.all_contacts(licence.client).await?);
    let Read { rows, mut faults } = read(&input.body.csv, |address| people.of_address(address))?;
    let (mut assigned, mut unchanged) = (0, 0);
    for part in rows.chunks(SEATS_A_PART) {
        let done = if input.query.dry_run {
            look_at(&cx, &licence, part, today).await?
        } else {
            cx.scribe()
                .write(|| async {
                    let done = look_at(&cx, &licence, part, today).await?;
                    let seats = done.seats.iter().map(|(before, after)| (before.as_ref(), after));
                    if done.seats.is_empty() {
                        return Ok((done, None));
                    }
                    let parked = cx.store.parked_review(licence.client).await?;
                    let commit = cx.store.commit().keep_seats(licence.id, seats).review_again(parked.as_ref());
                    Ok((done, Some(commit)))
                })
                .await?
        };
        assigned += done.seats.len();
        unchanged += done.unchanged;
        faults.extend(done.faults);
    }
    faults.sort_by_key(|fault| fault.row);
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let failed = faults.chunk_by(|a, b| a.row == b.row).count();
    let errors = (!faults.is_empty()).then(|| error_file(&faults));
    Ok(Answer::of(SeatsImported {
        assigned: count(assigned),
        unchanged: count(unchanged),
        failed: count(failed),
        errors,
    }))
}

/// What becomes of some rows.
#[derive(Default)]
struct Done {
    seats: Vec<(Option<Versioned<Seat>>, Seat)>,
    unchanged: usize,
    faults: Vec<Fault>,
}

async fn look_at(cx: &Cx, licence: &Licence, rows: &[Row], today: Date) -> Result<Done> {
    let holders: Vec<&Holder> = rows.iter().map(|row| &row.holder).collect();
    let known = cx.store.seats_of(licence.id, &holders).await?;
    let mut done = Done::default();
    for (row, before) in rows.iter().zip(known) {
        let held = before.as_ref().map(|read| read.value.clone());
        let since = row.since.unwrap_or(today);
        match seat::assign(held.clone(), licence, row.holder.clone(), since, today, cx.now) {
            Ok(seat) if held.as_ref() == Some(&seat) => done.unchanged += 1,
            Ok(seat) => done.seats.push((before, seat)),
            Err(refusal) => done.faults.push(Fault::of(row, refusal)?),
        }
    }
    Ok(done)
}
