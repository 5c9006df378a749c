//! Read how much of a product a client uses.

use contract::NoBody;
use contract::utilisation::{AtClientProduct, DayUse, DaysQuery, GET, ProductUtilisation};
use domain::billing::reports::Month;
use domain::licences::utilisation::DayOfUse;
use futures::future::try_join_all;
use jiff::civil::Date;
use runtime::{Answer, Cx, Error, Handler, In, Result};
use store::usage::ActivePeople;

use crate::used::departments;

/// Most days that are read at once.
const MOST_DAYS: i32 = 92;

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_utilisation)
}

async fn get_utilisation(cx: Cx, input: In<AtClientProduct, DaysQuery, NoBody>) -> Result<Answer<ProductUtilisation>> {
    let AtClientProduct { client, product } = input.path;
    let DaysQuery { from, to } = input.query;
    cx.may_see(client)?;
    let span = (to - from).get_days();
    if !(0..MOST_DAYS).contains(&span) {
        return Err(Error::field(
            "?to",
            format!("must be from {from} on, and at most {MOST_DAYS} days are read at once"),
        ));
    }
    cx.store.client(client).await?;
    let product_name = cx.store.product(product).await?.value.name;
    let months: Vec<Month> = Month::of(from).up_to(Month::of(to)).collect();
    let store = &cx.store;
    let read = months.into_iter().map(|month| async move {
        futures::try_join!(store.month_of_use(client, product, month), store.active_people(client, product, month))
    });
    let mut days = Vec::new();
    for (month, people) in try_join_all(read).await? {
        for (on, day) in month.value.days.into_iter().filter(|(on, _)| (from..=to).contains(on)) {
            days.push(shown(on, day, people.get(&on)));
        }
    }
    Ok(Answer::of(ProductUtilisation { product, product_name, days }))
}

/// A day, with those too whose use was reported only after it had been reviewed.
fn shown(on: Date, mut day: DayOfUse, people: Option<&ActivePeople>) -> DayUse {
    if let Some(people) = people {
        day.whole.active_day = day.whole.active_day.max(people.all);
        for (unit, active) in &people.units {
            let cell = day.units.entry(*unit).or_default();
            cell.active_day = cell.active_day.max(*active);
        }
    }
    DayUse { on, whole: day.whole.into(), departments: departments(&day) }
}
