//! The payment provider's page, on this machine: one button instead of a card's number, and the same webhook after it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use bytes::Bytes;
use contract::Secret;
use http::Request;
use maud::{DOCTYPE, html};
use runtime::provider::PayPage;
use runtime::webhooks::sign;
use serde_json::json;

use crate::App;
use crate::app::WEBHOOK_SECRETS;
use crate::problem::problem;

impl App {
    /// Pays on a page of the test provider, which tells of it by its webhook; none when there is no such page, or somebody paid
    /// on it before: as with the real one, it is done with one payment. Who pays on two pages has paid twice.
    pub async fn pay(&self, key: &str) -> Option<PayPage> {
        let name = (self.parts().ids)().simple();
        let reference = format!("pi_{name}");
        let page = self.provider().is_paid(key, &reference)?;
        let amount = page.amount;
        let event = json!({
            "id": format!("evt_{name}"), "type": "payment_intent.succeeded", "api_version": "2026-01-01",
            "data": { "object": {
                "id": reference, "amount": amount.minor(), "currency": amount.currency().code().to_lowercase(),
                "metadata": { "tenant": page.tenant, "invoice": page.invoice },
            } },
        });
        let body = Bytes::from(event.to_string());
        let header = sign(&[Secret::from(WEBHOOK_SECRETS[0].to_owned())], &body, self.clock().now());
        let told = Request::post("/v1/webhooks/payments").header("stripe-signature", header).body(body).ok()?;
        let heard = self.call(told).await;
        if !heard.status().is_success() {
            tracing::error!(status = %heard.status(), "a payment on a page was not heard");
        }
        Some(page)
    }
}

pub(crate) async fn show(State(app): State<App>, Path(key): Path<String>) -> Response {
    let Some(page) = app.provider().page(&key) else { return nowhere() };
    let shown = html! {
        (DOCTYPE)
        meta charset="utf-8";
        title { "Test payment" }
        h1 { "The payment provider's page" }
        p { "No money moves here." }
        form method="post" { button { "Pay " (page.amount) " for " (page.text) } }
    };
    Html(shown.into_string()).into_response()
}

pub(crate) async fn pay(State(app): State<App>, Path(key): Path<String>) -> Response {
    let paid = app.pay(&key).await;
    // Who comes to a page that is done is where they would be after paying.
    match paid.or_else(|| app.provider().page(&key)) {
        Some(page) => Redirect::to(&page.back_to).into_response(),
        None => nowhere(),
    }
}

fn nowhere() -> Response {
    problem(StatusCode::NOT_FOUND, "There is no such page to pay on.")
}
