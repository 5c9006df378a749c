//! Change which department carries what.

use contract::NoQuery;
use contract::budgets::{CHANGE_CHARGEBACK, ChargebackChanges, ChargebackView};
use contract::clients::AtClient;
use domain::budgets::{ChargebackRules, SourceRule};
use domain::ids::UnitId;
use runtime::references::{self, Reference};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_CHARGEBACK, change_chargeback)
}

async fn change_chargeback(cx: Cx, input: In<AtClient, NoQuery, ChargebackChanges>) -> Result<Answer<ChargebackView>> {
    cx.may_see(input.path.client)?;
    // Before the client: whoever lets a department or a cost centre of it go writes this too.
    let review = cx.store.budget_review(input.path.client).await?;
    let client = cx.store.client(input.path.client).await?.value;
    let units: Vec<UnitId> = client.departments.iter().map(|unit| unit.id).collect();
    let read = cx.unchanged(cx.store.chargeback(client.id).await?)?;
    let before = read.value.clone();
    let ChargebackChanges { licences, sources } = input.body;
    let after = ChargebackRules {
        client: before.client,
        licences: licences.unwrap_or_else(|| before.licences.clone()),
        sources: sources.unwrap_or_else(|| before.sources.clone()),
        updated_at: before.updated_at,
    };
    if after == before {
        return Ok(cx.replaced(&read, after));
    }
    after.check(&units, &client.codes())?;
    references::exist(&cx.store, products(&after)).await?;
    let after = ChargebackRules { updated_at: Some(cx.now), ..after };
    let commit = cx.store.commit().update(&after, read.rev).naming_departments(&review);
    Ok(Answer::after(commit, after.into()).rev(read.rev + 1))
}

/// The products whose use says who carries something.
fn products(rules: &ChargebackRules) -> impl Iterator<Item = (String, Option<Reference>)> {
    rules.sources.iter().flat_map(|(source, rule)| {
        let products = match rule {
            SourceRule::Usage { products } => products.as_slice(),
            SourceRule::Nobody {}
            | SourceRule::Seats {}
            | SourceRule::Fixed { .. }
            | SourceRule::CostCentres { .. } => &[],
        };
        let named = products.iter().enumerate();
        named.map(move |(at, id)| (format!("/sources/{source}/products/{at}"), Some(Reference::Product(*id))))
    })
}
