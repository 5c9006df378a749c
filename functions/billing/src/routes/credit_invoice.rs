//! Credit an invoice.

use contract::NoQuery;
use contract::invoices::{AtInvoice, InvoiceView};
use contract::manual::{CREDIT, NewCredit};
use domain::billing::credit::{Credit, Credited, LineCredit, credit, credited_of};
use domain::billing::manual::MOST_LINES;
use domain::billing::number::SeriesKind;
use domain::error::Refusal;
use domain::events::Event;
use domain::ids::InvoiceId;
use domain::invalid::Check;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::Commit;
use store::invoices::{CreditedLines, KeptLines, KeptRecognition};

use crate::dunning::over;
use crate::house::House;
use crate::issued::visible_invoice;
use crate::releasing::out_of_run;

/// The route.
pub fn route() -> Handler {
    Handler::new(CREDIT, credit_invoice)
}

async fn credit_invoice(cx: Cx, input: In<AtInvoice, NoQuery, NewCredit>) -> Result<Answer<InvoiceView>> {
    let NewCredit { reason, lines: asked, total } = input.body;
    let read = visible_invoice(&cx, input.path.invoice).await?;
    let house = House::of(&cx.store, cx.now).await?;
    let invoice = read.value.invoice.clone();
    let (series, account, already, lines) = try_join!(
        cx.store.series(SeriesKind::CreditNote),
        cx.store.client_credit(invoice.client, invoice.currency),
        cx.store.credited_lines(invoice.id),
        cx.store.invoice_lines(&read.value)
    )?;
    let styled = house.settings.credit_numbers.style(series.value)?;
    let id = InvoiceId::from_uuid(cx.id());
    let stamp = house.stamp(&cx.store, id, "credit", cx.now);
    let (lines, before) = (&lines, &already.value.lines);
    let credited = match (asked, total) {
        (Some(asked), None) => {
            let mut check = Check::new();
            check.count("/lines", asked.len(), MOST_LINES);
            check.done()?;
            let what: Vec<LineCredit> = asked.iter().map(|line| LineCredit { n: line.n, net: line.net }).collect();
            let what = Credit::Lines { lines, already: before, what: &what };
            credit(invoice, &what, (id, &reason), account.value, styled, stamp)?
        }
        (None, total) => {
            let what = Credit::Amount { lines, already: before, total };
            credit(invoice, &what, (id, &reason), account.value, styled, stamp)?
        }
        (Some(_), Some(_)) => {
            let detail = "must name lines here, or a total, and not both; neither credits all that is left";
            return Err(Refusal::invalid("/lines", "required", detail).into());
        }
    };
    let Credited { invoice, note, lines, credit, recognition, series: next, posting } = credited;
    let kept = KeptLines::new(note.id, &lines)?;
    let mut taken = already.value.lines.clone();
    for (n, net) in credited_of(lines)? {
        let sum = taken.get(&n).map_or(Ok(net), |before| before.plus(net)).map_err(Refusal::from)?;
        taken.insert(n, sum);
    }
    let (mut counts, mut commit) = (read.value.run, cx.store.commit());
    if let Some(run) = counts {
        let (out, left) = run.credited(note.totals.net, invoice.noted.total()? == invoice.totals.total)?;
        (counts, commit) = (left, out_of_run(&cx.store, &invoice, out).await?);
    }
    commit = commit.update_counted(&read, &invoice, counts).update(&next, series.rev);
    commit = commit.create_invoice(&note, &kept).keep_lines(&kept.chunks);
    if taken != already.value.lines {
        commit = commit.update(&CreditedLines { invoice: invoice.id, lines: taken }, already.rev);
    }
    if credit != account.value {
        commit = commit.update(&credit, account.rev);
    }
    let (over, fees) = over(&cx.store, &invoice).await?;
    commit = commit.and(over);
    commit = posting.iter().fold(commit, Commit::create);
    let deferred = recognition.map(|recognition| KeptRecognition::new(recognition, &house.zone));
    commit = deferred.iter().fold(commit, Commit::create);
    let event = Event::InvoiceCredited {
        invoice: invoice.id,
        note: note.id,
        client: note.client,
        number: note.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        total: note.totals.total,
    };
    Ok(Answer::after(commit.emit([event]), InvoiceView::from(note).with_billed_fees(fees)).rev(1))
}
