//! Change a licence.

use contract::NoQuery;
use contract::licences::{AmountFrom, AtLicence, CHANGE, LicenceChanges, LicenceView, SeatsFrom};
use domain::billing::dated::Dated;
use domain::licences::licence;
use jiff::civil::Date;
use runtime::references::exist;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Versioned;

use crate::licensed::{has_edition, has_units, owner_named, shown, visible_licence};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change)
}

async fn change(cx: Cx, input: In<AtLicence, NoQuery, LicenceChanges>) -> Result<Answer<LicenceView>> {
    let read = cx.unchanged(visible_licence(&cx, input.path.licence).await?)?;
    let before = &read.value.licence;
    let here = cx.here().await?;
    exist(&cx.store, [owner_named(before.client, input.body.owner.flatten())]).await?;
    let mut commit = cx.store.commit();
    if let Some(split) = &input.body.split {
        // Before the client: whoever lets a department of it go writes this too.
        let review = cx.store.budget_review(before.client).await?;
        has_units(&cx.store.client(before.client).await?.value, split)?;
        commit = commit.naming_departments(&review);
    }
    let product = cx.store.product(before.product).await?.value;
    if let Some(Some(edition)) = &input.body.edition {
        has_edition(&product, Some(edition))?;
    }
    let changed = licence::change(before.clone(), asked(input.body, here.today), here.today, cx.now)?;
    let assigned = cx.store.assigned(&[before.id]).await?[0];
    let view = shown(&cx, changed.state.clone(), product.name, assigned, here.today);
    if changed.state == *before {
        return Ok(Answer::read(Versioned { value: view, rev: read.rev }));
    }
    let parked = cx.store.parked_review(before.client).await?;
    let commit = commit.update_licence(&read, &changed.state, &here.zone).emit(changed.events);
    let commit = commit.review_again(parked.as_ref());
    Ok(Answer::after(commit, view).rev(read.rev + 1))
}

fn asked(changes: LicenceChanges, today: Date) -> licence::LicenceChanges {
    let amount = |AmountFrom { from, value }| Dated::new(from.unwrap_or(today), value);
    licence::LicenceChanges {
        name: changes.name,
        edition: changes.edition,
        seats: changes.seats.map(|SeatsFrom { from, value }| Dated::new(from.unwrap_or(today), value)),
        cost_per_seat: changes.cost_per_seat.map(amount),
        price_per_seat: changes.price_per_seat.map(amount),
        renews_on: changes.renews_on,
        months: changes.term_months,
        expires_on: changes.expires_on,
        terminates_on: changes.terminates_on,
        notice_days: changes.notice_days,
        auto_renew: changes.auto_renew,
        lead_days: changes.lead_days,
        owner: changes.owner,
        split: changes.split,
        documents: changes.documents,
        counted: changes.counted,
        spare_seats: changes.spare_seats,
    }
}
