//! Read what a client's IT team looks at.

use contract::budgets::BudgetView;
use contract::clients::AtClient;
use contract::findings::FindingView;
use contract::spending::{
    AccessOnDashboard, BudgetStanding, DASHBOARD, DashboardView, DepartmentInUse, DepartmentOfLicence,
    DepartmentSavings, NextRenewal, ProductInUse,
};
use contract::{NoBody, NoQuery};
use domain::access::Permission;
use domain::billing::reports::Month;
use domain::budgets::Budget;
use domain::clients::Client;
use domain::ids::UnitId;
use domain::insights::access_anomalies::AccessAnomaly;
use domain::licences::findings::{Finding, Totals};
use domain::licences::utilisation::{Cell, percent};
use domain::licences::{Coming, Share};
use futures::future::try_join_all;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::PageRequest;
use store::findings::{About, Review};
use store::insights::AnomalyFilter;
use store::licences::Licensed;
use store::products::ProductNames;
use store::utilisation::LatestUse;

use crate::costs::{Asked, currencies};
use crate::spending::{Names, shown};
use crate::standing::{Held, asked, standing};

/// Entries of each list.
const SHOWN: u32 = 10;
/// Whole months that are shown beside the one that runs.
const MONTHS: i32 = 12;

/// The route.
pub fn route() -> Handler {
    Handler::new(DASHBOARD, get_dashboard)
}

async fn get_dashboard(cx: Cx, input: In<AtClient, NoQuery, NoBody>) -> Result<Answer<DashboardView>> {
    cx.may_see(input.path.client)?;
    let client = cx.store.client(input.path.client).await?.value;
    let here = cx.here().await?;
    let now = Month::of(here.today);
    let budgets: Vec<Budget> = cx.store.all_budgets(client.id).await?.into_iter().map(|read| read.value).collect();
    let mut budgets: Vec<Budget> = budgets.into_iter().filter(|budget| budget.is_watched(now)).collect();
    budgets.truncate(SHOWN as usize);
    // One reading for all: the months that are shown, and those that the budgets are about.
    let own = Asked::of(client.id, (now.plus(-MONTHS), now), currencies(&cx.store).await?, &here);
    let asked = match asked(client.id, budgets.iter(), &here) {
        Some(of_budgets) => own.and(of_budgets),
        None => own,
    };
    let held = Held::read(asked, &cx.store).await?;
    let costs = &held.costs.all;
    let names = Names::of(&cx.store, &client, costs).await?;
    let stands = |budget: Budget| {
        let stands = standing(&budget, &client, &held, &here)?.into();
        Ok(BudgetStanding { budget: BudgetView::from(budget), stands })
    };
    let page = PageRequest { limit: SHOWN, cursor: None };
    let going_on = AnomalyFilter { open: Some(true), client: Some(client.id), series: None };
    let (used, anomalies, access, review, findings, terms) = try_join!(
        cx.store.latest_uses(client.id, &page),
        cx.store.anomalies(&going_on, &page),
        cx.store.access_anomalies(Some(client.id), true, &page),
        cx.store.review(client.id),
        cx.store.findings(Some(client.id), true, &page, "dashboard", |_| true),
        cx.store.licence_terms(Some(client.id), None, &page),
    )?;
    // Who may not read the list of it sees none of it here.
    let may = cx.actor.role.may(Permission::InsightRead);
    let access: Vec<AccessAnomaly> = access.items.into_iter().filter(|_| may).map(|read| read.value).collect();
    let shown_products = (used.items.iter().map(|read| read.value.product))
        .chain(access.iter().map(|anomaly| anomaly.product))
        .chain(findings.items.iter().map(|read| read.value.key.product))
        .chain(terms.items.iter().map(|read| read.value.product));
    let products = cx.store.product_names(shown_products).await?;
    let access = try_join_all(access.into_iter().map(|anomaly| access_of(&cx, anomaly, &products))).await?;
    let about = cx.store.about(&findings.items.iter().map(|read| &read.value).collect::<Vec<_>>()).await?;
    let finding = |(finding, About { person, unit }): (Finding, About)| {
        let product_name = products.of(finding.key.product);
        FindingView::of(finding, product_name, (person, unit), here.today)
    };
    let coming = terms.items.into_iter().map(|read| renewal(&cx, &client, read.value, &products));
    let renewals = try_join_all(coming).await?.into_iter().flatten().collect();
    Ok(Answer::of(DashboardView {
        client: client.id,
        this_month: shown(&client, (now, now), costs, &names)?,
        last_months: shown(&client, (now.plus(-MONTHS), now.plus(-1)), costs, &names)?,
        budgets: budgets.into_iter().map(stands).collect::<Result<_>>()?,
        utilisation: used.items.into_iter().map(|read| used_of(&client, read.value, &products)).collect(),
        anomalies: anomalies.items.into_iter().map(|read| read.value.into()).collect(),
        access,
        savings: (&review.value.totals).into(),
        savings_by_department: savings_by_department(&client, &review.value),
        findings: findings.items.into_iter().map(|read| read.value).zip(about).map(finding).collect(),
        renewals,
    }))
}

/// What a department is called; none when it is there no more.
fn named(client: &Client, unit: UnitId) -> Option<String> {
    client.departments.iter().find(|own| own.id == unit).map(|own| own.name.clone())
}

/// Department by department, and under none the rest.
fn savings_by_department(client: &Client, review: &Review) -> Vec<DepartmentSavings> {
    let of_unit = |(unit, sums): (&UnitId, &Totals)| DepartmentSavings {
        unit: Some(*unit),
        name: named(client, *unit),
        sum: sums.into(),
    };
    let rest = Some(review.of_none()).filter(|rest| *rest != Totals::default());
    let rest = rest.map(|rest| DepartmentSavings { unit: None, name: None, sum: (&rest).into() });
    review.by_unit.iter().map(of_unit).chain(rest).collect()
}

fn used_of(client: &Client, latest: LatestUse, products: &ProductNames) -> ProductInUse {
    let whole = latest.day.whole;
    let in_unit = |(unit, cell): (&UnitId, &Cell)| DepartmentInUse {
        unit: *unit,
        name: named(client, *unit),
        assigned: cell.assigned,
        active_month: cell.active_month,
    };
    ProductInUse {
        product: latest.product,
        name: products.of(latest.product),
        on: latest.on,
        seats: whole.seats,
        assigned: whole.assigned,
        active_month: whole.active_month,
        month_percent: percent(whole.active_month, whole.seats),
        departments: latest.day.units.iter().map(in_unit).collect(),
    }
}

async fn access_of(cx: &Cx, anomaly: AccessAnomaly, products: &ProductNames) -> Result<AccessOnDashboard> {
    let person = cx.store.contact(anomaly.client, anomaly.contact).await?.value.name;
    let product = products.of(anomaly.product);
    Ok(AccessOnDashboard { anomaly: anomaly.into(), person, product })
}

async fn renewal(cx: &Cx, client: &Client, of: Licensed, products: &ProductNames) -> Result<Option<NextRenewal>> {
    let Licensed { licence, product, name, coming, .. } = of;
    let Some(Coming { on, what, notice_by }) = coming else { return Ok(None) };
    let split = cx.store.licence(licence).await?.value.licence.split;
    let part = |share: Share| {
        let Share { unit, weight } = share;
        DepartmentOfLicence { unit, name: named(client, unit), weight }
    };
    let departments = split.into_iter().map(part).collect();
    let product_name = products.of(product);
    Ok(Some(NextRenewal { licence, product, product_name, name, departments, on, what, notice_by }))
}
