//! Add a licence of a client.

use contract::licences::{ADD, LicenceView, NewLicence};
use contract::{NoPath, NoQuery};
use domain::Money;
use domain::billing::dated::Dated;
use domain::ids::LicenceId;
use domain::licences::licence::LEAD_DAYS;
use domain::licences::{Product, Term, licence};
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::licensed::{has_edition, has_units, owner_named, shown};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add)
}

async fn add(cx: Cx, input: In<NoPath, NoQuery, NewLicence>) -> Result<Answer<LicenceView>> {
    let new = input.body;
    let tenant = cx.store.tenant_record().await?.value;
    let named = [
        ("/client", Some(Reference::Client(new.client))),
        ("/product", Some(Reference::Product(new.product))),
        owner_named(new.client, new.owner),
    ];
    exist(&cx.store, named).await?;
    // Before the client: whoever lets a department of it go writes this too.
    let review = if new.split.is_empty() { None } else { Some(cx.store.budget_review(new.client).await?) };
    let client = cx.store.client(new.client).await?.value;
    has_units(&client, &new.split)?;
    let product = cx.store.product(new.product).await?.value;
    has_edition(&product, new.edition.as_deref())?;
    let today = tenant.zone.date(cx.now);
    let id = LicenceId::from_uuid(cx.id());
    let added = licence::add(id, asked(new, &product, tenant.currency), today, cx.now)?;
    let parked = cx.store.parked_review(added.state.client).await?;
    let commit = cx.store.commit().create_licence(&added.state, &tenant.zone).emit(added.events);
    let commit = commit.review_again(parked.as_ref());
    let commit = match review {
        Some(review) => commit.naming_departments(&review),
        None => commit,
    };
    Ok(Answer::after(commit, shown(&cx, added.state, product.name, 0, today)).rev(1))
}

/// What was asked for, in the currency of its amounts, or in the tenant's.
fn asked(new: NewLicence, product: &Product, tenants: iso_currency::Currency) -> licence::NewLicence {
    let first = |history: &[Dated<Money>]| history.first().map(|dated| dated.value);
    let cost = new.cost_per_seat.or_else(|| first(&new.cost_history));
    let amount = cost.or(new.price_per_seat).or_else(|| first(&new.price_history));
    let with_edition = new.edition.as_deref().map(|edition| format!("{} {edition}", product.name));
    licence::NewLicence {
        client: new.client,
        product: new.product,
        name: new.name.unwrap_or_else(|| named(with_edition.unwrap_or_else(|| product.name.clone()))),
        edition: new.edition,
        kind: new.kind,
        currency: amount.map_or(tenants, Money::currency),
        seats: new.seats,
        seat_history: new.seat_history,
        cost_per_seat: new.cost_per_seat,
        cost_history: new.cost_history,
        price_per_seat: new.price_per_seat,
        price_history: new.price_history,
        cycle: new.cycle,
        term: Term {
            starts_on: new.starts_on,
            renews_on: new.renews_on,
            anchor: None,
            months: new.term_months,
            expires_on: new.expires_on,
            terminates_on: new.terminates_on,
            notice_days: new.notice_days,
            auto_renew: new.auto_renew,
            lead_days: new.lead_days.unwrap_or_else(|| LEAD_DAYS.to_vec()),
        },
        owner: new.owner,
        split: new.split,
        documents: new.documents,
        counted: new.counted,
        spare_seats: new.spare_seats,
    }
}

/// A name that is made, as long as one may be.
fn named(name: String) -> String {
    name.chars().take(licence::LONGEST_NAME).collect()
}
