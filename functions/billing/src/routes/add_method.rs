//! Save a client's way to pay.

use contract::NoQuery;
use contract::charging::{ADD_METHOD, MethodView, NewMethod};
use contract::clients::AtClient;
use domain::billing::wallet::{LONGEST_NAME, SavedMethod};
use domain::events::Event;
use domain::ids::PaymentMethodId;
use domain::invalid::Check;
use runtime::provider;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD_METHOD, add_method)
}

async fn add_method(cx: Cx, input: In<AtClient, NoQuery, NewMethod>) -> Result<Answer<MethodView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let NewMethod { token, automatic } = input.body;
    let mut check = Check::new();
    check.line("/token", &token, LONGEST_NAME);
    check.done()?;
    let read = cx.store.wallet(client.id).await?;
    let tenant = cx.store.tenant();
    let customer = read.value.customer.clone();
    let new = provider::NewMethod { tenant, client: client.id, name: client.name.clone(), customer, token };
    // A repeat saves the same one: the provider knows it by its token.
    let saved = cx.world.payments()?.provider.save(&new).await?;
    let id = PaymentMethodId::from_uuid(cx.store.id_of(&format!("method#{}#{}", client.id, saved.token)));
    let method = SavedMethod { id, token: saved.token, shown: saved.shown, added_at: cx.now, agreed: automatic };
    let wallet = read.value.with(saved.customer, method, automatic)?;
    let view = MethodView::of(&wallet, wallet.method(id)?);
    let event = Event::PaymentMethodAdded { client: client.id, method: id };
    Ok(Answer::after(cx.store.commit().update(&wallet, read.rev).emit([event]), view))
}
