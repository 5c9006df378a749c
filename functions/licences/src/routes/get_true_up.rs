//! Read what is to be trued up.

use contract::clients::AtClient;
use contract::findings::{GET_TRUE_UP, TrueUpRow, TrueUpView};
use contract::{NoBody, NoQuery};
use domain::licences::true_up::TrueUp;
use runtime::{Answer, Cx, Handler, In, Result};
use store::findings::Review;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET_TRUE_UP, get_true_up)
}

async fn get_true_up(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<TrueUpView>> {
    cx.may_see(input.path.client)?;
    let Review { client, reviewed_on, true_up, left_out, not_computed, .. } =
        cx.store.review(input.path.client).await?.value;
    let names = cx.store.product_names(true_up.iter().map(|row| row.product)).await?;
    let named = |row: TrueUp| {
        let product_name = names.of(row.product);
        TrueUpRow::of(row, product_name)
    };
    let rows = true_up.into_iter().map(named).collect();
    Ok(Answer::of(TrueUpView { client, on: reviewed_on, rows, left_out, not_computed }))
}
