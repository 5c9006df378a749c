//! What a sign-in costs tells nobody whether there is an account: exactly one check of a password, always of the same cost.
//! `cargo xtask bench` shows the times; no test hangs on one.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tests::{PASSWORD, Stack};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;

/// The lines that are written about passwords.
#[derive(Clone, Default)]
struct Checks(Arc<Mutex<Vec<u8>>>);

impl Write for Checks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Checks {
    /// The costs of the checks since the last look.
    fn take(&self) -> Vec<String> {
        let text = String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.map(|line| line["cost"].as_str().expect("a check").to_owned()).collect()
    }
}

#[tokio::test]
async fn an_address_costs_one_password_check_of_the_same_cost_whether_it_has_an_account_or_not() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let leaver = owner.colleague("technician", json!({})).await;
    owner.post(&format!("/v1/users/{}/deactivate", leaver.id)).send().await.expect(200);
    owner.create("/v1/users", json!({ "email": "ida@people.example", "name": "Ida", "role": "technician" })).await;
    let checks = Checks::default();
    let to = checks.clone();
    let about_passwords = filter_fn(|line| line.target() == "identity::passwords");
    let lines = tracing_subscriber::registry().with(runtime::log::lines(move || to.clone())).with(about_passwords);
    let guard = tracing::subscriber::set_default(lines);
    let mut costs = Vec::new();
    for (who, email, password, status) in [
        ("with the password", owner.email.as_str(), PASSWORD, 201),
        ("with another one", owner.email.as_str(), "marble window seventeen otters", 401),
        ("an unknown address", "nobody@msp.example", PASSWORD, 401),
        ("somebody deactivated", leaver.email.as_str(), PASSWORD, 401),
        ("somebody who has not accepted", "ida@people.example", PASSWORD, 401),
    ] {
        let body = json!({ "email": email, "password": password });
        stack.nobody().post("/v1/sessions").json(&body).send().await.expect(status);
        let checked = checks.take();
        assert_eq!(checked.len(), 1, "{who}: {checked:?}");
        costs.extend(checked);
    }
    drop(guard);
    costs.dedup();
    assert_eq!(costs, ["$argon2id$v=19$m=19456,t=2,p=1"]);
}
