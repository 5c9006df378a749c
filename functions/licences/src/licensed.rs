//! What every route of a licence has in common: who may see it, which day it is, how it is shown, what it may name.

use contract::licences::LicenceView;
use domain::billing::dated::Dated;
use domain::clients::Client;
use domain::error::Refusal;
use domain::ids::{ClientId, LicenceId, ProductId};
use domain::invalid::Check;
use domain::licences::renewal::coming;
use domain::licences::{Coming, Licence, LicenceFile, Owner, Product, Share};
use domain::money::Money;
use jiff::civil::Date;
use runtime::references::Reference;
use runtime::{Cx, Result};
use store::Versioned;
use store::licences::KeptLicence;

/// Reads a licence that the caller may see.
pub(crate) async fn visible_licence(cx: &Cx, id: LicenceId) -> Result<Versioned<KeptLicence>> {
    let read = cx.store.licence(id).await?;
    cx.may_see(read.value.licence.client)?;
    Ok(read)
}

/// A product that a body names.
pub(crate) async fn product_named(cx: &Cx, id: ProductId) -> Result<Option<Product>> {
    match cx.store.product(id).await {
        Ok(read) => Ok(Some(read.value)),
        Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Refuses an edition that the product has not.
pub(crate) fn has_edition(product: &Product, edition: Option<&str>) -> Result<(), Refusal> {
    let mut check = Check::new();
    let known = edition.is_none_or(|name| product.edition(name).is_some());
    let names: Vec<&str> = product.editions.iter().map(|edition| edition.name.as_str()).collect();
    let detail = match names.as_slice() {
        [] => "must be left out: the product has no editions".to_owned(),
        names => format!("is no edition of the product; it has {}", names.join(", ")),
    };
    check.that(known, "/edition", "unknown", &detail);
    check.done()
}

/// Refuses departments that the client has not.
pub(crate) fn has_units(client: &Client, split: &[Share]) -> Result<(), Refusal> {
    let mut check = Check::new();
    for (index, share) in split.iter().enumerate() {
        let known = client.departments.iter().any(|unit| unit.id == share.unit);
        let detail = "the client has no such department; add it to the client first";
        check.that(known, &format!("/split/{index}/unit"), "unknown", detail);
    }
    check.done()
}

/// The owner, as something that must exist.
pub(crate) fn owner_named(client: ClientId, owner: Option<Owner>) -> (&'static str, Option<Reference>) {
    match owner {
        None => ("/owner", None),
        Some(Owner::User { user }) => ("/owner/user", Some(Reference::User(user))),
        Some(Owner::Contact { contact }) => ("/owner/contact", Some(Reference::Contact(client, contact))),
    }
}

/// Whether the caller sees a file of a licence that they see.
pub(crate) fn sees_file(cx: &Cx, file: &LicenceFile) -> bool {
    file.client_sees || !cx.actor.role.is_client_side()
}

/// A licence as the caller may see it.
///
/// What the MSP pays is nobody's at the client: where the client is charged, its side sees that as its cost. `product_name` is
/// what its product is called.
pub(crate) fn shown(cx: &Cx, licence: Licence, product_name: String, assigned: u32, today: Date) -> LicenceView {
    let licence = domain::licences::renewal::rolled(licence, today);
    let notice_by = coming(&licence, today).and_then(|Coming { notice_by, .. }| notice_by);
    let (state, seats_today) = (licence.state(today), licence.seats_on(today));
    let charged = cx.actor.role.is_client_side() && !licence.price_per_seat.is_empty();
    let cost_per_seat: Vec<Dated<Money>> =
        if charged { licence.price_per_seat.clone() } else { licence.cost_per_seat.clone() };
    let licence = Licence { cost_per_seat, ..licence };
    // What cannot be computed is shown without it, so that it can be corrected.
    let cost_a_year = licence.cost_a_year(today).unwrap_or_default();
    let Licence { id, client, product, name, edition, kind, currency, seats, cost_per_seat, .. } = licence;
    let Licence { price_per_seat, cycle, term, owner, split, documents, files, counted, spare_seats, .. } = licence;
    let Licence { created_at, updated_at, .. } = licence;
    LicenceView {
        id,
        client,
        product,
        product_name,
        name,
        edition,
        kind,
        state,
        currency,
        seats,
        seats_today,
        assigned,
        cost_per_seat,
        price_per_seat,
        cost_a_year,
        cycle,
        starts_on: term.starts_on,
        renews_on: term.renews_on,
        notice_by,
        expires_on: term.expires_on,
        terminates_on: term.terminates_on,
        term_months: term.months,
        notice_days: term.notice_days,
        auto_renew: term.auto_renew,
        lead_days: term.lead_days,
        owner,
        split,
        documents,
        files: files.into_iter().filter(|file| sees_file(cx, file)).map(Into::into).collect(),
        counted,
        spare_seats,
        created_at,
        updated_at,
    }
}
