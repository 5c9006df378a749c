//! Show who owes how much.

use contract::reports::{ClientReceivables, CurrencyReceivables, RECEIVABLES, ReceivablesView};
use contract::{NoBody, NoPath, NoQuery};
use domain::billing::reports::{Receivables, days_sales_outstanding, receivables};
use domain::money::Money;
use runtime::{Answer, Cx, Handler, In, Result};

use crate::reports::Frame;

/// The month with today and so many before it are the sales that receivables are held against.
const MONTHS_OF_SALES: i32 = 3;

/// The route.
pub fn route() -> Handler {
    Handler::new(RECEIVABLES, report_receivables)
}

async fn report_receivables(cx: Cx, _: In<NoPath, NoQuery, NoBody>) -> Result<Answer<ReceivablesView>> {
    let frame = Frame::of(&cx, None).await?;
    let open = cx.store.unpaid_invoices().await?;
    let mut currencies = Vec::new();
    for found in receivables(&open.found, frame.today)? {
        currencies.push(with_sales(&cx, &frame, found).await?);
    }
    Ok(Answer::of(ReceivablesView { on: frame.today, complete: open.complete, currencies }))
}

async fn with_sales(cx: &Cx, frame: &Frame, found: Receivables) -> Result<CurrencyReceivables> {
    let Receivables { currency, all, clients } = found;
    let from = frame.month().plus(1 - MONTHS_OF_SALES);
    let months = cx.store.revenue_months(currency, from, frame.month()).await?;
    let sold = Money::new(months.values().map(|month| month.issued).sum(), currency);
    let sold_since = from.period().from;
    let days = i64::from((frame.today - sold_since).get_days()) + 1;
    Ok(CurrencyReceivables {
        currency,
        all,
        sold,
        sold_since,
        days_sales_outstanding: days_sales_outstanding(all.total, sold, days)?,
        clients: clients.into_iter().map(|(client, ages)| ClientReceivables { client, ages }).collect(),
    })
}
