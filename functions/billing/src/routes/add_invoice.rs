//! Write an invoice by hand.

use contract::invoices::InvoiceView;
use contract::manual::{ADD, NewInvoice as Asked, NewInvoiceLine};
use contract::{NoPath, NoQuery};
use domain::billing::bill::{DraftLine, taxed_lines};
use domain::billing::invoice::{InvoiceKind, NewInvoice, draft};
use domain::billing::manual::{NewLine, lines};
use domain::billing::owed::turned;
use domain::events::Event;
use domain::ids::InvoiceId;
use domain::invalid::Check;
use futures::try_join;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};
use store::invoices::KeptLines;

use crate::house::House;

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_invoice)
}

async fn add_invoice(cx: Cx, input: In<NoPath, NoQuery, Asked>) -> Result<Answer<InvoiceView>> {
    let Asked { client, currency, terms, lines: asked, note } = input.body;
    exist(&cx.store, [("/client", Some(Reference::Client(client)))]).await?;
    let (tenant, billing) = try_join!(cx.store.tenant_record(), cx.store.client_billing(client))?;
    let (house, billing) = (House::of(&cx.store, cx.now).await?, billing.value);
    let currency = currency.or(billing.currency).unwrap_or(tenant.value.currency);
    let mut check = Check::new();
    for (index, line) in asked.iter().enumerate() {
        house.settings.check_taxes(&format!("/lines/{index}/taxes"), &line.taxes, &mut check);
    }
    check.done()?;
    let drafted = lines(asked.into_iter().map(line_asked).collect(), currency, house.today)?;
    let drafted: Vec<&DraftLine> = drafted.iter().collect();
    let exemptions: Vec<_> = billing.exemption.clone().into_iter().collect();
    let rounding = house.settings.tax_rounding;
    let (lines, taxed) = taxed_lines(&drafted, currency, &house.settings.taxes, &exemptions, rounding)?;
    let new = NewInvoice {
        id: InvoiceId::from_uuid(cx.id()),
        kind: InvoiceKind::Manual,
        client,
        billed: Vec::new(),
        currency,
        terms: terms.unwrap_or_else(|| billing.terms(&house.settings)),
        taxes: taxed.summary,
        tax_rounding: taxed.rounding,
        exempted: taxed.exempted,
        note,
    };
    let (invoice, lines) = turned(draft(new, &lines, cx.now)?, lines);
    let kept = KeptLines::new(invoice.id, &lines)?;
    let event = Event::InvoiceDrafted { invoice: invoice.id, client, total: invoice.totals.total };
    let commit = cx.store.commit().create_invoice(&invoice, &kept).keep_lines(&kept.chunks).emit([event]);
    Ok(Answer::after(commit, invoice.into()).rev(1))
}

fn line_asked(line: NewInvoiceLine) -> NewLine {
    let NewInvoiceLine { text, service, quantity, unit, unit_price, discount, taxes } = line;
    NewLine { text, service, quantity, unit, unit_price, discount, taxes }
}
