//! What a client spends, as it is shown and as it is exported.

use std::collections::{BTreeMap, BTreeSet};

use contract::budgets::{CentreAmount, UnitAmount};
use contract::spending::{CurrencySpending, MonthAmount, ProductAmount, SourceAmount, SpendingView};
use domain::billing::reports::Month;
use domain::budgets::{Cost, Sums, by_centre, sums};
use domain::clients::Client;
use domain::cost_centres::CostCode;
use domain::csv::{Cell, Sheet};
use domain::ids::{ProductId, UnitId};
use futures::future::try_join_all;
use jiff::civil::Date;
use runtime::{Error, Result};
use store::TenantStore;

/// Months that are read at once, with the first and the last.
const MOST_MONTHS: i32 = 36;
/// Months that are read when nobody says which.
const SHOWN_MONTHS: i32 = 12;
/// Products that are read side by side.
const SIDE_BY_SIDE: usize = 10;

/// The months that somebody asks for.
pub(crate) fn months(from: Option<Month>, to: Option<Month>, today: Date) -> Result<(Month, Month)> {
    let to = to.unwrap_or_else(|| Month::of(today));
    let from = from.unwrap_or_else(|| to.plus(1 - SHOWN_MONTHS));
    if from > to {
        return Err(Error::field("?to", "must not be before `from`"));
    }
    if to.since(from) >= MOST_MONTHS {
        return Err(Error::field("?to", format!("must be at most {} months after `from`", MOST_MONTHS - 1)));
    }
    Ok((from, to))
}

/// What departments, cost centres and products are called, and which department belongs to which.
pub(crate) struct Names {
    units: BTreeMap<UnitId, String>,
    centres: BTreeMap<UnitId, CostCode>,
    centre_names: BTreeMap<CostCode, String>,
    products: BTreeMap<ProductId, String>,
}

impl Names {
    /// Of what these costs name.
    pub(crate) async fn of(store: &TenantStore, client: &Client, costs: &[Cost]) -> Result<Self> {
        let ids: BTreeSet<ProductId> = costs.iter().filter_map(|cost| cost.product).collect();
        let ids: Vec<ProductId> = ids.into_iter().collect();
        let mut products = BTreeMap::new();
        for some in ids.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|id| store.product(*id))).await?;
            products.extend(read.into_iter().map(|read| (read.value.id, read.value.name)));
        }
        let units = client.departments.iter().map(|unit| (unit.id, unit.name.clone())).collect();
        let named = client.cost_centres.iter();
        let centre_names = named.map(|centre| (centre.code.clone(), centre.name.clone())).collect();
        Ok(Names { units, centres: client.centres(), centre_names, products })
    }

    fn product(&self, id: ProductId) -> String {
        self.products.get(&id).cloned().unwrap_or_default()
    }

    /// The code of the cost centre that a department belongs to.
    fn centre(&self, unit: Option<UnitId>) -> Option<&CostCode> {
        unit.and_then(|unit| self.centres.get(&unit))
    }

    fn centre_name(&self, code: Option<&CostCode>) -> Option<String> {
        code.and_then(|code| self.centre_names.get(code).cloned())
    }

    /// A department; its id where the client has it no more.
    fn unit(&self, id: Option<UnitId>) -> Option<String> {
        id.map(|id| self.units.get(&id).cloned().unwrap_or_else(|| id.to_string()))
    }
}

/// What is spent in these months, as it is shown.
pub(crate) fn shown(
    client: &Client,
    (from, to): (Month, Month),
    costs: &[Cost],
    names: &Names,
) -> Result<SpendingView> {
    let within: Vec<Cost> = costs.iter().filter(|cost| (from..=to).contains(&cost.month)).cloned().collect();
    let currencies = sums(&within)?.into_iter().map(|sums| currency(sums, names)).collect::<Result<_>>()?;
    Ok(SpendingView { client: client.id, from, to, currencies })
}

fn currency(sums: Sums, names: &Names) -> Result<CurrencySpending> {
    let centres = by_centre(&sums, &names.centres)?;
    let Sums { currency, total, months, sources, units, products, .. } = sums;
    let department = |(unit, amount): (Option<UnitId>, _)| {
        let name = unit.and_then(|unit| names.units.get(&unit).cloned());
        UnitAmount { unit, name, cost_centre: names.centre(unit).cloned(), amount }
    };
    let centre = |(code, amount): (Option<CostCode>, _)| {
        let name = names.centre_name(code.as_ref());
        CentreAmount { code, name, amount }
    };
    let product = |(product, amount)| ProductAmount { product, name: names.product(product), amount };
    Ok(CurrencySpending {
        currency,
        total,
        months: months.into_iter().map(|(month, amount)| MonthAmount { month, amount }).collect(),
        sources: sources.into_iter().map(|(source, amount)| SourceAmount { source, amount }).collect(),
        departments: units.into_iter().map(department).collect(),
        cost_centres: centres.into_iter().map(centre).collect(),
        products: products.into_iter().map(product).collect(),
    })
}

/// The costs as tables: each by itself, by department, and by cost centre.
pub(crate) fn tables(costs: &[Cost], names: &Names) -> Result<[Sheet; 3]> {
    let each = |cost: &Cost| {
        vec![
            Cell::text(cost.month.to_string()),
            Cell::text(&*cost.source),
            cost.product.map(|product| names.product(product)).into(),
            names.unit(cost.unit).into(),
            cost.on_centre(&names.centres).map(CostCode::as_str).into(),
            names.centre_name(cost.on_centre(&names.centres)).into(),
            cost.amount.into(),
            Cell::text(cost.amount.currency().code()),
        ]
    };
    let costs_of = Sheet {
        name: "Costs",
        head: &["month", "source", "product", "department", "cost_centre", "cost_centre_name", "amount", "currency"],
        rows: costs.iter().map(each).collect(),
    };
    let (mut units, mut centres) = (Vec::new(), Vec::new());
    for sums in sums(costs)? {
        let currency = sums.currency.code();
        let of_centres = by_centre(&sums, &names.centres)?;
        units.extend(sums.units.into_iter().map(|(unit, amount)| {
            let centre = names.centre(unit).map(CostCode::as_str);
            vec![names.unit(unit).into(), centre.into(), amount.into(), Cell::text(currency)]
        }));
        centres.extend(of_centres.into_iter().map(|(code, amount)| {
            let name = names.centre_name(code.as_ref());
            vec![code.as_ref().map(CostCode::as_str).into(), name.into(), amount.into(), Cell::text(currency)]
        }));
    }
    let head = &["department", "cost_centre", "amount", "currency"];
    let by_department = Sheet { name: "By department", head, rows: units };
    let head = &["cost_centre", "name", "amount", "currency"];
    let by_cost_centre = Sheet { name: "By cost centre", head, rows: centres };
    Ok([costs_of, by_department, by_cost_centre])
}
