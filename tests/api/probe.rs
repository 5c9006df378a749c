//! Every route of the catalog as a request that names things which really exist.

use std::collections::BTreeMap;

use contract::{Operation, Writes};
use serde_json::{Value, json};
use tests::{Asking, Person};

/// The part of an id behind its prefix that nothing has.
const NOBODYS: &str = "01970000000070008000000000000009";
/// What a name in a path stands for, and how its ids begin.
const KINDS: [(&str, &str); 24] = [
    ("client", "cli_"),
    ("contact", "con_"),
    ("user", "usr_"),
    ("department", "dep_"),
    ("calendar", "cal_"),
    ("policy", "pol_"),
    ("ticket", "tkt_"),
    ("time", "tim_"),
    ("contract", "ctr_"),
    ("charge", "chg_"),
    ("invoice", "inv_"),
    ("payment", "pay_"),
    ("method", "pym_"),
    ("product", "prd_"),
    ("licence", "lic_"),
    ("file", "lfi_"),
    ("finding", "fnd_"),
    ("import", "imp_"),
    ("series", "ser_"),
    ("anomaly", "anm_"),
    ("access", "axs_"),
    ("event", "kev_"),
    ("audit", "lau_"),
    ("budget", "bdg_"),
];

/// Ids by the name that paths have for them.
#[derive(Clone, Debug)]
pub(crate) struct Things(BTreeMap<&'static str, String>);

impl Things {
    /// Ids of nothing.
    pub(crate) fn made_up() -> Self {
        Things(KINDS.map(|(name, prefix)| (name, format!("{prefix}{NOBODYS}"))).into())
    }

    /// One thing of each kind, all of a client of this owner's tenant.
    pub(crate) async fn of(owner: &Person, client: &str) -> Self {
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let client = owner.client(client).await;
        let contact = owner.create(&format!("/v1/clients/{client}/contacts"), json!({ "name": "Maya Okafor" })).await;
        let user = json!({
            "email": format!("someone.{}@people.example", tests::unique()), "name": "Mia Muster",
            "role": "client_user", "client": client,
        });
        let user = owner.create("/v1/users", user).await;
        let department = owner.create("/v1/departments", json!({ "name": "Service desk" })).await;
        let calendar = json!({ "name": "Always", "zone": "UTC", "hours": "always_open" });
        let calendar = owner.create("/v1/calendars", calendar).await;
        let target = json!({ "p2": { "resolution": { "minutes": 240, "time": "always" } } });
        let policy = owner.create("/v1/sla/policies", json!({ "name": "Gold", "targets": target })).await;
        let ticket = owner.ticket(&client, json!({})).await;
        let time = format!("/v1/tickets/{}/time", id(&ticket));
        let time = owner.create(&time, json!({ "minutes": 30, "work_type": "remote" })).await;
        let line = json!({
            "text": "Care", "kind": "fixed", "timing": "advance",
            "price": { "pricing": { "model": "flat", "amount": "100" } },
        });
        let schedule = json!({ "cycle": "monthly", "starts_on": "2026-02-01" });
        let contract = json!({ "client": client, "name": "Care", "schedule": schedule, "lines": [line] });
        let contract = owner.create("/v1/contracts", contract).await;
        let charge = json!({ "text": "Set-up", "quantity": "1", "unit_price": "50" });
        let charging = owner.post(&format!("/v1/clients/{client}/charges")).json(&charge);
        let charge = charging.key(&format!("probe-{}", tests::unique())).send().await.expect(201);
        let invoice = json!({ "client": client, "lines": [{ "text": "Router", "quantity": "1", "unit_price": "80" }] });
        let writing = owner.post("/v1/invoices").json(&invoice).key(&format!("probe-{}", tests::unique()));
        let invoice = writing.send().await.expect(201);
        let issuing = owner.post(&format!("/v1/invoices/{}/issue", id(&invoice)));
        issuing.key(&format!("probe-{}", tests::unique())).send().await.expect(200);
        owner.stack.app.settle().await;
        let payment = json!({ "client": client, "method": "cash", "amount": { "minor": 5_000, "currency": "EUR" } });
        let paying = owner.post("/v1/payments").json(&payment).key(&format!("probe-{}", tests::unique()));
        let payment = paying.send().await.expect(201);
        // Declined, so that something is left to pay of the invoice, and to be read of what was tried.
        let method = json!({ "token": "pm_card_visa_chargeDeclinedInsufficientFunds" });
        let saving = owner.post(&format!("/v1/clients/{client}/payment-methods")).json(&method);
        let method = saving.key(&format!("probe-{}", tests::unique())).send().await.expect(201);
        let charging = owner.post(&format!("/v1/invoices/{}/charge", id(&invoice))).json(&json!({}));
        charging.key(&format!("probe-{}", tests::unique())).send().await.expect(200);
        let product = json!({ "vendor": "Contoso", "name": "Office", "category": "Productivity" });
        let product = owner.create("/v1/products", product).await;
        let licence = json!({
            "client": client, "product": product["id"], "kind": "subscription", "seats": 5, "cycle": "monthly",
            "starts_on": "2026-01-01",
        });
        let licence = owner.create("/v1/licences", licence).await;
        let kiosk = json!({ "holder": { "kind": "device", "name": "kiosk" } });
        let seats = format!("/v1/licences/{}/seats", id(&licence));
        owner.post(&seats).json(&kiosk).send().await.expect(200);
        let file = json!({ "name": "Order", "media_type": "application/pdf", "bytes": 5, "client_sees": true });
        let announcing = owner.post(&format!("/v1/licences/{}/files", id(&licence))).json(&file);
        let file = announcing.key(&format!("probe-{}", tests::unique())).send().await.expect(201);
        let link = file["upload"].as_str().unwrap();
        local::embedded::links::put(owner.stack.app.objects(), link, "%PDF-".into()).await.unwrap();
        let access = used_at_last(owner, &client).await;
        let event = json!({ "from": "2025-06-01", "to": "2025-06-02", "why": "Migration" });
        let event = owner.create(&format!("/v1/clients/{client}/known-events"), event).await;
        let auditing = owner.post(&format!("/v1/clients/{client}/licence-audits"));
        let audit = auditing.key(&format!("probe-{}", tests::unique())).send().await.expect(201);
        owner.stack.app.settle().await;
        let budget = json!({ "name": "IT", "from": "2026-01", "months": [{ "minor": 10_000, "currency": "EUR" }] });
        let budget = owner.create(&format!("/v1/clients/{client}/budgets"), budget).await;
        let found = owner.get(&format!("/v1/findings?client={client}")).await.expect(200);
        let finding = found["items"][0].clone();
        let (import, series, anomaly) = watched(owner, &client).await;
        Things(BTreeMap::from([
            ("import", import),
            ("series", series),
            ("anomaly", anomaly),
            ("access", access),
            ("event", id(&event)),
            ("audit", id(&audit)),
            ("budget", id(&budget)),
            ("method", id(&method)),
            ("product", id(&product)),
            ("licence", id(&licence)),
            ("file", id(&file)),
            ("finding", id(&finding)),
            ("contact", id(&contact)),
            ("user", id(&user)),
            ("department", id(&department)),
            ("calendar", id(&calendar)),
            ("policy", id(&policy)),
            ("ticket", id(&ticket)),
            ("time", id(&time)),
            ("contract", id(&contract)),
            ("charge", id(&charge)),
            ("invoice", id(&invoice)),
            ("payment", id(&payment)),
            ("client", client),
        ]))
    }

    /// The id behind a name.
    pub(crate) fn id(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("{name}: say in probe.rs what a path means by it"))
    }

    /// All ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// These, but one of them from elsewhere.
    pub(crate) fn with(&self, name: &'static str, other: &Things) -> Things {
        self.with_id(name, other.id(name))
    }

    /// These, but another one under a name.
    pub(crate) fn with_id(&self, name: &'static str, id: &str) -> Things {
        let mut mixed = self.clone();
        mixed.0.insert(name, id.to_owned());
        mixed
    }

    /// The ways in which a path can name what is not one's own: all of it, or one name of several.
    pub(crate) fn mixtures(&self, operation: &Operation, foreign: &Things) -> Vec<Things> {
        let names: Vec<_> = operation.spec.path_names().collect();
        let mut mixtures: Vec<_> = names.iter().map(|name| self.with(name, foreign)).collect();
        if names.len() > 1 {
            mixtures.push(foreign.clone());
        }
        mixtures
    }

    /// The path of an operation to these.
    pub(crate) fn path(&self, operation: &Operation) -> String {
        let names = operation.spec.path_names();
        let path = names
            .fold(operation.spec.path.to_owned(), |path, name| path.replace(&format!("{{{name}}}"), self.id(name)));
        // What must be asked for with a read are days, and as what kind of file.
        let parameters: Vec<Value> = operation.parameters.iter().map(|parameter| json!(parameter)).collect();
        let asked = parameters.iter().filter(|of| of["in"] == "query" && of["required"] == true);
        let given = |of: &Value| match of["name"].as_str().unwrap() {
            "format" => "format=csv".to_owned(),
            day => format!("{day}=2026-01-31"),
        };
        let asked: Vec<String> = asked.map(given).collect();
        if asked.is_empty() { path } else { format!("{path}?{}", asked.join("&")) }
    }

    /// The example body of an operation, with these in the place of the ids of the demo tenant.
    pub(crate) fn body(&self, operation: &Operation) -> Option<Value> {
        let mut body = example(operation)?;
        self.put_into(&mut body);
        Some(body)
    }

    fn put_into(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let kind = KINDS.iter().find(|(_, prefix)| text.starts_with(prefix) && text.len() == 36);
                if let Some((name, _)) = kind {
                    *text = self.id(name).to_owned();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.put_into(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.put_into(field)),
            _ => {}
        }
    }
}

/// The example that the schema of an operation's body carries.
fn example(operation: &Operation) -> Option<Value> {
    let schema = body_schema(operation)?;
    Some(schema.get("example").unwrap_or_else(|| panic!("{}: its body has no example", operation.spec.name)).clone())
}

/// The schema of an operation's body.
pub(crate) fn body_schema(operation: &Operation) -> Option<Value> {
    let reference = json!(operation.body.as_ref()?);
    let name = reference["$ref"].as_str()?.rsplit('/').next()?;
    operation.schemas.iter().find(|(known, _)| known == name).map(|(_, schema)| json!(schema))
}

/// An operation asked of these things, with this body.
pub(crate) fn ask(person: &Person, operation: &Operation, path: &Things, body: Option<&Value>) -> Asking {
    let asking = person.ask(operation.spec.method.as_str(), &path.path(operation));
    let asking = body.into_iter().fold(asking, Asking::json);
    match operation.spec.writes {
        Writes::Changes => asking.if_match("\"1\""),
        Writes::ActsOnce => asking.key(&format!("probe-{}", tests::unique())),
        _ => asking,
    }
}

/// What two refusals are compared by: all but the request's id.
pub(crate) fn said(answer: tests::Answer) -> (u16, Value) {
    let tests::Answer { status, mut body, .. } = answer;
    body.as_object_mut().map(|body| body.remove("request_id"));
    (status, body)
}

/// What is unusual about the use of somebody at a client, found in its night: the first of what is sensitive.
async fn used_at_last(owner: &Person, client: &str) -> String {
    let product = json!({ "vendor": "Contoso", "name": "Payroll", "category": "People", "sensitive": true });
    let product = owner.create("/v1/products", product).await;
    for (name, at) in [("Ada", "2026-01-05T09:00:00Z"), ("Ben", "2026-01-30T09:00:00Z")] {
        let who = owner.create(&format!("/v1/clients/{client}/contacts"), json!({ "name": name })).await;
        let event = json!({ "id": name, "who": who["id"], "product": product["id"], "at": at });
        let events = owner.post(&format!("/v1/clients/{client}/usage-events")).json(&json!({ "events": [event] }));
        events.key(&format!("probe-{}", tests::unique())).send().await.expect(200);
    }
    owner.stack.app.run_job("licences-review", runtime::jobs::JobInput::default()).await.expect("it runs");
    let found = owner.get(&format!("/v1/access-anomalies?client={client}")).await.expect(200);
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

/// A file of costs of a client, a series of it, and what was found there.
async fn watched(owner: &Person, client: &str) -> (String, String, String) {
    let rows = tests::costs::spiked("2026-01-29");
    let import = owner.import_costs(client, "azure-main", &tests::costs::file(&rows)).await;
    owner.stack.detect().await;
    let found = owner.get(&format!("/v1/anomalies?client={client}")).await.expect(200);
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    (id(&import["id"]), id(&found["items"][0]["series"]), id(&found["items"][0]["id"]))
}
