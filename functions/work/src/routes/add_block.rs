//! Sell a client a block of prepaid hours. The client's next invoice takes it up.

use contract::NoQuery;
use contract::blocks::{ADD, BlockView, NewBlock};
use contract::clients::AtClient;
use domain::billing::blocks;
use domain::events::Event;
use domain::ids::BlockId;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_block)
}

async fn add_block(cx: Cx, input: In<AtClient, NoQuery, NewBlock>) -> Result<Answer<BlockView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value.id;
    let NewBlock { minutes, price, text, bought_on, expires_on, work_types, taxes } = input.body;
    let today = cx.here().await?.today;
    let bought_on = bought_on.unwrap_or(today);
    let new = blocks::NewBlock { client, minutes, price, bought_on, expires_on, work_types, text, taxes };
    let (book, settings) = (cx.store.rate_book().await?.value, cx.store.billing_settings().await?.value);
    let sold = blocks::sell(BlockId::from_uuid(cx.id()), new, &book, &settings, cx.now)?;
    let event = Event::BlockSold { client, block: sold.block.id };
    let commit = cx.store.commit().create(&sold).emit([event]);
    Ok(Answer::after(commit, sold.into()).rev(1))
}
