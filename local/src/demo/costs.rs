//! A year of what a client's clouds cost, as files in the columns of FOCUS, with what there always is in such a year: a
//! machine that somebody forgot, a disk that was made larger, backups on other days, traffic that creeps up, a provider that
//! sends no file any more; and services of which nothing is to be said.

use std::fmt::Write;

use domain::ids::{ClientId, ImportId};
use domain::insights::imports::{NewImport, announce};
use domain::insights::rules::{InsightSettings, UnitRule};
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use runtime::jobs::JobInput;

use super::house::House;
use super::random::Random;
use super::save::Batch;
use super::{id, wrong};
use crate::app::App;
use crate::embedded::links;

/// Whose clouds: Brandt & Söhne's.
const CLIENT: u64 = 1;
/// Days that the files tell of; the last is yesterday.
const DAYS: i64 = 365;
/// The web host has sent nothing for so many days.
const SILENT: i64 = 9;
/// The stream of chance, behind that of what is used.
const COSTS: u64 = 1_000_005;
/// No two days are the same: by so many thousandths.
const WOBBLE: i64 = 20;
/// The columns, as FOCUS names them.
const HEAD: &str = "BilledCost,BillingCurrency,ChargePeriodStart,ServiceName,ProviderName,SubAccountId,Tags";

/// A service of a provider.
struct Service {
    name: &'static str,
    account: &'static str,
    /// The department, by the tag `team`: its place among the client's.
    team: usize,
    /// What it costs on a day, so many days ago, in cents.
    cents: fn(Date, i64) -> i64,
}

/// What the large cloud is paid for.
#[rustfmt::skip]
static CLOUD: [Service; 6] = [
    Service { name: "Virtual Machines", account: "plant", team: 0, cents: |on, _| working(on, 18_000, 9_000) },
    // Somebody forgot a cluster that was to be tested.
    Service { name: "Virtual Machines", account: "lab", team: 0, cents: |on, ago| if ago == 8 { 45_000 } else { working(on, 2_000, 1_000) } },
    // Drawings were moved there.
    Service { name: "Storage", account: "plant", team: 1, cents: |_, ago| if ago <= 26 { 6_300 } else { 4_200 } },
    Service { name: "Backup", account: "plant", team: 2, cents: backup },
    Service { name: "Bandwidth", account: "plant", team: 3, cents: creeping },
    Service { name: "Databases", account: "plant", team: 2, cents: |on, _| working(on, 7_000, 5_000) },
];
/// What the web host is paid for.
static HOST: [Service; 1] = [Service { name: "Web hosting", account: "shop", team: 3, cents: |_, _| 2_400 }];

fn working(on: Date, working_days: i64, others: i64) -> i64 {
    if matches!(on.weekday(), Weekday::Saturday | Weekday::Sunday) { others } else { working_days }
}

/// Little at weekends; since a month ago, little on the two days after them.
fn backup(on: Date, ago: i64) -> i64 {
    let little = if ago <= 31 { [Weekday::Monday, Weekday::Tuesday] } else { [Weekday::Saturday, Weekday::Sunday] };
    if little.contains(&on.weekday()) { 2_500 } else { 6_000 }
}

/// Some 2 % more with every day of the last month.
fn creeping(_: Date, ago: i64) -> i64 {
    (ago..30).fold(3_000, |cents, _| cents * 1_024 / 1_000)
}

/// Sends the files, has them read, and has all series looked at.
pub(super) async fn load(app: &App, house: &House, now: Timestamp) -> Result<()> {
    let client = house.client(id(CLIENT, ClientId::from_uuid))?;
    let world = app.world();
    let mut batch = Batch::new(&world, house);
    let rule = |(at, unit): (usize, &domain::clients::Unit)| UnitRule {
        tag: Some("team".to_owned()),
        value: team(at),
        unit: unit.id,
    };
    let units = client.departments.iter().enumerate().map(rule).collect();
    let settings = InsightSettings { units, updated_at: Some(now), ..InsightSettings::new(Some(client.id)) };
    batch.add(1, |commit| commit.create(&settings)).await?;
    batch.write().await?;
    let today = house.tenant.zone.date(now);
    let mut random = Random::stream(COSTS);
    // After a year of history the web host sent a file each day, until it sent none.
    for (number, source, services, days) in [
        (1, "azure-main", CLOUD.as_slice(), (DAYS, 1)),
        (2, "web-host", HOST.as_slice(), (DAYS, SILENT + 3)),
        (3, "web-host", HOST.as_slice(), (SILENT + 2, SILENT + 2)),
        (4, "web-host", HOST.as_slice(), (SILENT + 1, SILENT + 1)),
    ] {
        let mut batch = Batch::new(&world, house);
        let file = file(services, today, days, &mut random)?;
        let bytes = file.len() as u64;
        let new =
            NewImport { id: id(number, ImportId::from_uuid), client: client.id, source: source.to_owned(), bytes };
        let import =
            announce(new, house.users.first().map(|owner| owner.id).ok_or_else(|| wrong("there is no owner"))?, now)?;
        let link = batch.store().upload_link(&import).await?;
        let put = links::put(app.objects(), &link, file.into()).await.map_err(wrong)?;
        if !put.is_success() {
            return Err(wrong(format!("the costs of {source}: {put}")));
        }
        batch.add(1, |commit| commit.create(&import.uploaded(now))).await?;
        batch.write().await?;
        run(app, "insights-read-costs").await?;
    }
    while run(app, "insights-anomaly-detection").await? {}
    Ok(())
}

/// Runs a job, and says whether there is more for it.
async fn run(app: &App, job: &str) -> Result<bool> {
    let report = app.run_job(job, JobInput::default()).await.map_err(wrong)?;
    if report.failed + report.parked > 0 {
        return Err(wrong(format!("{job}: {report:?}")));
    }
    Ok(report.more)
}

/// A file of these services, from so many days ago up to so many.
fn file(services: &[Service], today: Date, (first, last): (i64, i64), random: &mut Random) -> Result<String> {
    let mut text = format!("{HEAD}\r\n");
    for ago in (last..=first).rev() {
        let on = today.saturating_sub(ago.days());
        for Service { name, account, team: at, cents } in services {
            let cents = cents(on, ago);
            let cents = cents + cents * random.between(-WOBBLE, WOBBLE) / 1_000;
            let cost = format!("{}.{:02}", cents / 100, cents % 100);
            let tags = format!("\"{{\"\"team\"\":\"\"{}\"\"}}\"", team(*at));
            writeln!(text, "{cost},EUR,{on}T00:00:00Z,{name},Cloud,{account},{tags}\r").map_err(wrong)?;
        }
    }
    Ok(text)
}

/// The value of the tag of a department.
fn team(at: usize) -> String {
    format!("team-{}", at + 1)
}
