//! What every route of a contract has in common: who may see it, which day it is, what was asked for, what is written.

use contract::amendments::{NewAmendment, NewChange};
use contract::contract_lines::NewLine;
use contract::contracts::ContractBrief;
use domain::billing::contract::{Amendment, Change, Contract, Followed, Line, amend_billed, check_amended_taxes};
use domain::billing::dated::Dated;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::{AmendmentId, ContractId, LineId};
use domain::invalid::Check;
use futures::try_join;
use jiff::civil::Date;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Here, Result};
use store::Versioned;
use store::contracts::{KeptAmendment, KeptContract, amendment_fits, lines_fit};

use crate::invoicing::waiting;

/// Reads a contract that the caller may see.
pub(crate) async fn visible_contract(cx: &Cx, id: ContractId) -> Result<Versioned<KeptContract>> {
    let read = cx.store.contract(id).await?;
    cx.may_see(read.value.contract.client)?;
    Ok(read)
}

/// Shows a contract as it was read.
pub(crate) fn shown<V: From<Contract>>(read: Versioned<KeptContract>) -> Answer<V> {
    Answer::read(read.map(|kept| kept.contract.into()))
}

/// Writes the next state of a contract, and shows it; writes nothing when nothing changed.
pub(crate) fn changed<V: From<Contract>>(
    cx: &Cx,
    before: Versioned<KeptContract>,
    after: Contract,
    here: &Here,
    event: Option<Event>,
) -> Result<Answer<V>> {
    if after == before.value.contract {
        return Ok(shown(before));
    }
    fits(&after)?;
    let commit = cx.store.commit().update_contract(&before, &after, &here.zone).emit(event);
    Ok(Answer::after(commit, after.into()).rev(before.rev + 1))
}

/// Amends a contract, keeps the amendment, and shows what came of it.
pub(crate) async fn amended(
    cx: &Cx,
    before: Versioned<KeptContract>,
    amendment: Amendment,
    here: &Here,
) -> Result<Answer<ContractBrief>> {
    if !amendment_fits(&amendment) {
        let detail = "is too large to be kept; split it into several amendments";
        return Err(Refusal::invalid("/changes", "too_large", detail).into());
    }
    let (book, settings) = try_join!(cx.store.contract_book(before.value.contract.id), cx.store.billing_settings())?;
    check_amended_taxes(&amendment, &settings.value)?;
    let book = book.value.book;
    let after = amend_billed(before.value.contract.clone(), &book, &amendment, here.today).map_err(as_asked)?;
    if !lines_fit(&after) {
        let detail = "are too long to be kept with the contract's lines; make two contracts of it";
        return Err(Refusal::invalid("/changes", "too_large", detail).into());
    }
    exist(&cx.store, named(&amendment)).await?;
    let event = Event::ContractAmended { contract: after.id, client: after.client };
    let kept = KeptAmendment { id: AmendmentId::from_uuid(cx.id()), contract: after.id, amendment };
    let commit = cx.store.commit().update_contract(&before, &after, &here.zone).create(&kept).emit([event]);
    // One that is parked is listed by the name and with the date that it has now.
    let commit = waiting(commit, &after, before.rev);
    Ok(Answer::after(commit, after.into()).rev(before.rev + 1))
}

/// What an amendment names that must be there, with its place in it.
pub(crate) fn named(amendment: &Amendment) -> Vec<(String, Option<Reference>)> {
    let slas = amendment.changes.iter().enumerate().filter_map(|(index, change)| match change {
        Change::SetSla { sla } => Some((format!("/changes/{index}/sla"), Reference::of_choice(*sla))),
        _ => None,
    });
    let product = |(at, of): (String, Followed)| (format!("{at}/product"), of.product.map(Reference::Product));
    slas.chain(followed(amendment).into_iter().map(product)).collect()
}

/// What an amendment makes lines follow, with the place of each quantity in it.
pub(crate) fn followed(amendment: &Amendment) -> Vec<(String, Followed)> {
    let mut followed = Vec::new();
    for (index, change) in amendment.changes.iter().enumerate() {
        match change {
            Change::SetQuantity { quantity, .. } => {
                followed.extend(quantity.follows().map(|of| (format!("/changes/{index}/quantity"), of)));
            }
            Change::AddLine { line } => {
                followed.extend(line.follows().map(|of| (format!("/changes/{index}/line/quantity"), of)));
            }
            _ => {}
        }
    }
    followed
}

/// The products whose licences lines follow, with their places in a contract's body.
pub(crate) fn products(lines: &[Line]) -> impl Iterator<Item = (String, Option<Reference>)> {
    lines.iter().enumerate().flat_map(|(index, line)| {
        let product =
            move |of: Followed| (format!("/lines/{index}/quantity/product"), of.product.map(Reference::Product));
        line.follows().map(product)
    })
}

/// Refuses lines that cannot be kept.
pub(crate) fn fits(contract: &Contract) -> Result<()> {
    let mut check = Check::new();
    check.that(lines_fit(contract), "/lines", "too_large", "are too long to be kept; make two contracts of it");
    Ok(check.done()?)
}

/// What is wrong with a contract, where its body has it: prices and quantities are kept with the date from which they hold, and
/// asked for without.
pub(crate) fn as_asked(refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut faults) = refusal else { return refusal };
    for fault in &mut faults {
        fault.field = fault.field.replace("/price/0/value", "/price").replace("/quantity/0/value", "/quantity");
    }
    Refusal::Invalid(faults)
}

/// An amendment that somebody asks for.
pub(crate) fn asked(cx: &Cx, new: NewAmendment) -> Amendment {
    let NewAmendment { effective_on, changes, note } = new;
    let changes = changes.into_iter().map(|change| change_asked(cx, change, effective_on)).collect();
    amendment(cx, effective_on, changes, note)
}

/// An amendment by the caller, made now.
pub(crate) fn amendment(cx: &Cx, effective_on: Date, changes: Vec<Change>, note: String) -> Amendment {
    Amendment { effective_on, changes, note: note.trim().to_owned(), by: cx.actor.user, at: cx.now }
}

fn change_asked(cx: &Cx, change: NewChange, on: Date) -> Change {
    match change {
        NewChange::SetQuantity { line, quantity } => Change::SetQuantity { line, quantity },
        NewChange::SetPrice { line, price } => Change::SetPrice { line, price },
        NewChange::SetTaxes { line, taxes } => Change::SetTaxes { line, taxes },
        NewChange::AddLine { line } => {
            Change::AddLine { line: Box::new(line_asked(*line, on, LineId::from_uuid(cx.id()))) }
        }
        NewChange::EndLine { line } => Change::EndLine { line },
        NewChange::AddDiscount { line, discount } => Change::AddDiscount { line, discount },
        NewChange::SetBucket { line, minutes } => Change::SetBucket { line, minutes },
        NewChange::Extend { until, auto } => Change::Extend { until, auto },
        NewChange::WithdrawNotice {} => Change::WithdrawNotice {},
        NewChange::SetUplift { uplift } => Change::SetUplift { uplift },
        NewChange::SetRenewal { auto, months, notice_days } => Change::SetRenewal { auto, months, notice_days },
        NewChange::SetTerms { terms } => Change::SetTerms { terms },
        NewChange::SetSla { sla } => Change::SetSla { sla },
        NewChange::Rename { name } => Change::Rename { name },
        NewChange::End {} => Change::End {},
        NewChange::GiveNotice {} => Change::GiveNotice {},
    }
}

/// Lines that somebody asks for; `known` are those whose ids they may keep. `starts_on` is the contract's first day.
pub(crate) fn lines_asked(cx: &Cx, lines: Vec<NewLine>, known: &[Line], starts_on: Date) -> Result<Vec<Line>> {
    let mut check = Check::new();
    for (index, line) in lines.iter().enumerate() {
        let holds = line.id.is_none_or(|id| known.iter().any(|known| known.id == id));
        let detail = "the contract has no line with this id; leave the id out to add one";
        check.that(holds, &format!("/lines/{index}/id"), "unknown", detail);
    }
    check.done()?;
    let asked = |line: NewLine| {
        let id = line.id.unwrap_or_else(|| LineId::from_uuid(cx.id()));
        line_asked(line, starts_on, id)
    };
    Ok(lines.into_iter().map(asked).collect())
}

fn line_asked(line: NewLine, starts_on: Date, id: LineId) -> Line {
    let NewLine { id: _, text, kind, timing, price, quantity, unit, from, until, .. } = line;
    let from = from.unwrap_or(starts_on);
    Line {
        id,
        text: text.trim().to_owned(),
        kind,
        timing,
        price: price.map(|price| Dated::new(from, price)).into_iter().collect(),
        quantity: quantity.map(|quantity| Dated::new(from, quantity)).into_iter().collect(),
        unit,
        from,
        until,
        proration: line.proration,
        taxes: line.taxes,
        discounts: line.discounts,
        block: line.block,
        bucket: line.bucket,
        bucket_minutes: Vec::new(),
    }
}
