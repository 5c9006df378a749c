//! Read what a client spends.

use contract::NoBody;
use contract::clients::AtClient;
use contract::spending::{GET, SpendingQuery, SpendingView};
use runtime::{Answer, Cx, Handler, In, Result};

use crate::costs::{Asked, currencies};
use crate::spending::{Names, months, shown};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_spending)
}

async fn get_spending(cx: Cx, input: In<AtClient, SpendingQuery, NoBody>) -> Result<Answer<SpendingView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let here = cx.here().await?;
    let months = months(input.query.from, input.query.to, here.today)?;
    let asked = Asked::of(client.id, months, currencies(&cx.store).await?, &here);
    let costs = asked.read(&cx.store).await?;
    let names = Names::of(&cx.store, &client, &costs).await?;
    Ok(Answer::of(shown(&client, months, &costs, &names)?))
}
