//! Read what a client's IT team looks at.

use contract::budgets::BudgetView;
use contract::clients::AtClient;
use contract::findings::FindingView;
use contract::spending::{
    AccessOnDashboard, BudgetStanding, DASHBOARD, DashboardView, DepartmentInUse, NextRenewal, ProductInUse,
};
use contract::{NoBody, NoQuery};
use domain::access::Permission;
use domain::billing::reports::Month;
use domain::budgets::Budget;
use domain::clients::Client;
use domain::ids::UnitId;
use domain::insights::access_anomalies::AccessAnomaly;
use domain::licences::Coming;
use domain::licences::findings::Finding;
use domain::licences::utilisation::{Cell, percent};
use futures::future::try_join_all;
use futures::try_join;
use runtime::{Answer, Cx, Handler, In, Result};
use store::PageRequest;
use store::insights::AnomalyFilter;
use store::licences::Licensed;
use store::products::ProductNames;
use store::utilisation::LatestUse;

use crate::costs::Asked;
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
    let own = Asked::of(client.id, (now.plus(-MONTHS), now), &here);
    let asked = match asked(client.id, budgets.iter(), &here) {
        Some(of_budgets) => own.and(of_budgets),
        None => own,
    };
    let held = Held::read(asked, &cx.store).await?;
    let costs = &held.costs;
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
    let finding = |finding: Finding| {
        let product_name = products.of(finding.key.product);
        FindingView::of(finding, product_name)
    };
    Ok(Answer::of(DashboardView {
        client: client.id,
        this_month: shown(&client, (now, now), costs, &names)?,
        last_months: shown(&client, (now.plus(-MONTHS), now.plus(-1)), costs, &names)?,
        budgets: budgets.into_iter().map(stands).collect::<Result<_>>()?,
        utilisation: used.items.into_iter().map(|read| used_of(&client, read.value, &products)).collect(),
        anomalies: anomalies.items.into_iter().map(|read| read.value.into()).collect(),
        access,
        savings: (&review.value.totals).into(),
        findings: findings.items.into_iter().map(|read| finding(read.value)).collect(),
        renewals: terms.items.into_iter().filter_map(|read| renewal(read.value, &products)).collect(),
    }))
}

fn used_of(client: &Client, latest: LatestUse, products: &ProductNames) -> ProductInUse {
    let whole = latest.day.whole;
    let named = |unit: UnitId| client.departments.iter().find(|own| own.id == unit).map(|own| own.name.clone());
    let in_unit = |(unit, cell): (&UnitId, &Cell)| DepartmentInUse {
        unit: *unit,
        name: named(*unit),
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

fn renewal(of: Licensed, products: &ProductNames) -> Option<NextRenewal> {
    let Licensed { licence, product, name, coming, .. } = of;
    let Coming { on, what, notice_by } = coming?;
    Some(NextRenewal { licence, product, product_name: products.of(product), name, on, what, notice_by })
}
