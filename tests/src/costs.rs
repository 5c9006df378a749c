//! Files of costs, and their way in.

use jiff::ToSpan;
use jiff::civil::Date;
use runtime::JobReport;
use runtime::jobs::JobInput;
use serde_json::{Value, json};

use crate::{Person, Stack};

/// The columns of a file, as FOCUS names them.
pub const HEAD: &str = "BilledCost,BillingCurrency,ChargePeriodStart,ServiceName,ProviderName,SubAccountId,Tags";

/// A row: what a service of a sub account came to on a day, in cents.
#[derive(Clone, Debug)]
pub struct Row {
    /// The day.
    pub on: Date,
    /// For what.
    pub service: &'static str,
    /// Which sub account.
    pub account: &'static str,
    /// The value of the tag `team`.
    pub team: &'static str,
    /// In cents.
    pub cents: i64,
}

/// A file of these rows.
pub fn file(rows: &[Row]) -> String {
    let mut text = format!("{HEAD}\r\n");
    for Row { on, service, account, team, cents } in rows {
        let cost = rust_decimal::Decimal::new(*cents, 2);
        let tags = format!("\"{{\"\"team\"\":\"\"{team}\"\"}}\"");
        text.push_str(&format!("{cost},EUR,{on}T00:00:00Z,{service},Microsoft,{account},{tags}\r\n"));
    }
    text
}

/// Days from one to another.
pub fn days(from: &str, to: &str) -> impl Iterator<Item = Date> {
    let to: Date = to.parse().expect("a date");
    from.parse::<Date>().expect("a date").series(1.day()).take_while(move |day| *day <= to)
}

/// What an ordinary service costs on a day: a hundred on working days, forty on others, and never quite the same.
pub fn usual(on: Date) -> i64 {
    let weekend = on.weekday().to_monday_zero_offset() >= 5;
    let wobble = i64::from(on.day()) * 7 % 11 - 5;
    if weekend { 4_000 + 20 * wobble } else { 10_000 + 50 * wobble }
}

impl Stack {
    /// Reads the files that were uploaded.
    pub async fn read_costs(&self) -> JobReport {
        self.app.run_job("insights-read-costs", JobInput::default()).await.expect("the job runs")
    }

    /// Looks for anomalies.
    pub async fn detect(&self) -> JobReport {
        let report = self.app.run_job("insights-anomaly-detection", JobInput::default()).await.expect("the job runs");
        self.app.settle().await;
        report
    }
}

impl Person {
    /// Announces a file and uploads it; gives the path of the import.
    pub async fn upload_costs(&self, client: &str, source: &str, text: &str) -> String {
        let body = json!({ "client": client, "source": source, "bytes": text.len() });
        let import = self.create("/v1/cost-imports", body).await;
        let link = import["upload"].as_str().expect("a link");
        let put = local::embedded::links::put(self.stack.app.objects(), link, text.to_owned().into()).await;
        assert_eq!(put.expect("an answer"), 200, "{link}");
        format!("/v1/cost-imports/{}", import["id"].as_str().expect("an id"))
    }

    /// The same, and says that it is there.
    pub async fn send_costs(&self, client: &str, source: &str, text: &str) -> String {
        let path = self.upload_costs(client, source, text).await;
        self.post(&format!("{path}/read")).send().await.expect(200);
        path
    }

    /// The same, and reads it; gives the import as it is then.
    pub async fn import_costs(&self, client: &str, source: &str, text: &str) -> Value {
        let path = self.send_costs(client, source, text).await;
        self.stack.read_costs().await;
        self.get(&path).await.expect(200)
    }

    /// A client with six weeks of costs and a spike on 29 January 2026, which was found; gives client, series and anomaly.
    pub async fn watched(&self, name: &str) -> (String, String, String) {
        let client = self.client(name).await;
        self.import_costs(&client, "azure-main", &file(&spiked("2026-01-29"))).await;
        self.stack.detect().await;
        let anomalies = self.get(&format!("/v1/anomalies?client={client}")).await.expect(200);
        let id = |value: &Value| value.as_str().expect("an id").to_owned();
        let anomaly = &anomalies["items"][0];
        (client, id(&anomaly["series"]), id(&anomaly["id"]))
    }
}

/// Six weeks of a service of two sub accounts, one of which costs four times as much as usual on this day.
pub fn spiked(on: &str) -> Vec<Row> {
    let spike: Date = on.parse().expect("a date");
    let row = |on: Date, account, cents| Row { on, service: "Virtual Machines", account, team: "sales", cents };
    days("2025-12-20", "2026-01-31")
        .flat_map(|on| {
            let usual = usual(on);
            let prod = if on == spike { usual * 4 } else { usual };
            [row(on, "prod", prod), row(on, "test", usual / 5)]
        })
        .collect()
}
