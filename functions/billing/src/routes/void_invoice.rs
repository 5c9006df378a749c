//! Void an invoice.

use contract::NoQuery;
use contract::invoices::{AtInvoice, InvoiceView, VOID, VoidInvoice};
use domain::billing::issue::void;
use domain::events::Event;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::dunning::over;
use crate::house::House;
use crate::issued::{closed, visible_invoice};
use crate::releasing::{MOST_ACTIONS, Voided, opened, out_of_run, parts, taken_of, undone};

/// The route.
pub fn route() -> Handler {
    Handler::new(VOID, void_invoice)
}

async fn void_invoice(cx: Cx, input: In<AtInvoice, NoQuery, VoidInvoice>) -> Result<Answer<InvoiceView>> {
    let VoidInvoice { bill_again } = input.body;
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let invoice = read.value.invoice.clone();
    let (recognition, taken) = (cx.store.recognition(invoice.id).await?, taken_of(&cx.store, &invoice).await?);
    let lines = if bill_again { cx.store.invoice_lines(&read.value).await? } else { Vec::new() };
    let stamp = house.stamp(&cx.store, invoice.id, "void", cx.now);
    let deferred = recognition.as_ref().map(|kept| kept.value.recognition.clone());
    let closes = void(invoice.clone(), deferred, stamp)?;

    let by = cx.actor.user;
    let voided = Voided { invoice: &invoice, lines: &lines, bill_again, by, now: cx.now };
    let parts = parts(&cx.store, &voided, &taken, house.today)?;
    let mut undone = undone(&cx.store, &house, &voided, &taken).await?;
    if let Some(run) = read.value.run {
        undone = undone.and(out_of_run(&cx.store, &invoice, run).await?);
    }
    let (over, fees) = over(&cx.store, &closes.invoice).await?;
    undone = undone.and(over);
    let event = Event::InvoiceVoided { invoice: invoice.id, client: invoice.client, bill_again, by };
    // What is too much for one transaction follows by the event.
    let back = if undone.actions() + parts.len() <= MOST_ACTIONS {
        undone.and(opened(&cx.store, &voided, &parts).await?)
    } else {
        undone
    };
    Ok(closed(&cx, &house, &read, recognition, closes, event, (back, fees)))
}
