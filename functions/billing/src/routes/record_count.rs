//! Say how many a client has of something.

use contract::NoQuery;
use contract::clients::AtClient;
use contract::metering::{CountView, NewCount, RECORD_COUNT};
use domain::billing::bill::Count;
use domain::billing::metering;
use runtime::references::{Reference, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(RECORD_COUNT, record_count)
}

async fn record_count(cx: Cx, input: In<AtClient, NoQuery, NewCount>) -> Result<Answer<CountView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let NewCount { what, product, on, quantity } = input.body;
    let here = cx.here().await?;
    let count = Count { what, product, from: on, quantity };
    let counted = metering::count(client.id, count, here.today, cx.now)?;
    exist(&cx.store, [("/product", product.map(Reference::Product))]).await?;
    let rev = cx.store.count_rev(client.id, count.of(), on).await?;
    Ok(Answer::after(cx.store.commit().update(&counted, rev), counted.into()))
}
