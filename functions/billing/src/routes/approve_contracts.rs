//! Let parked contracts go on: each as the route of one does, in a transaction of its own.

use contract::approvals::{APPROVE, ApproveContract, ApproveContracts, ContractApproved, ContractsApproved};
use contract::bills::Approve;
use contract::{NoPath, PageQuery};
use domain::invalid::Check;
use futures::future::join_all;
use runtime::{Answer, Cx, Handler, In, Result};
use store::PageRequest;

use crate::agreed::visible_contract;
use crate::asked::{Asked, asked, must_be_there, why_not};
use crate::due::DueContract;
use crate::house::House;
use crate::routes::approve_contract::let_go_on;

/// The route.
pub fn route() -> Handler {
    Handler::new(APPROVE, approve_contracts)
}

async fn approve_contracts(
    cx: Cx,
    input: In<NoPath, PageQuery, ApproveContracts>,
) -> Result<Answer<ContractsApproved>> {
    let ApproveContracts { contracts, all } = input.body;
    let (these, next) = match asked("/contracts", contracts, all, input.query)? {
        Asked::These(these) => (named(&cx, these).await?, None),
        Asked::Page(page) => parked(&cx, &page).await?,
    };
    let house = House::of(&cx.store, cx.now).await?;
    let mut contracts = Vec::with_capacity(these.len());
    for one in these {
        contracts.push(approved(&cx, &house, one).await?);
    }
    Ok(Answer::of(ContractsApproved { contracts, next }))
}

/// These, if they are there.
async fn named(cx: &Cx, these: Vec<ApproveContract>) -> Result<Vec<ApproveContract>> {
    let mut check = Check::new();
    let read = join_all(these.iter().map(|one| visible_contract(cx, one.contract))).await;
    for (index, read) in read.into_iter().enumerate() {
        must_be_there(&mut check, &format!("/contracts/{index}/contract"), read)?;
    }
    check.done()?;
    Ok(these)
}

/// The parked contracts of a page, whichever bill each of them waits with.
async fn parked(cx: &Cx, page: &PageRequest) -> Result<(Vec<ApproveContract>, Option<String>)> {
    let found = cx.store.parked_contracts(page).await?;
    let these = found.items.into_iter().map(|kept| kept.value.contract);
    let these = these.map(|contract| ApproveContract { contract, on: None, net: None }).collect();
    Ok((these, found.next))
}

async fn approved(cx: &Cx, house: &House, asked: ApproveContract) -> Result<ContractApproved> {
    let ApproveContract { contract, on, net } = asked;
    let scribe = cx.scribe();
    let written = scribe.write(|| async {
        let due = DueContract::read(&cx.store, house, contract).await?;
        cx.may_see(due.agreed().client)?;
        let commit = let_go_on(cx, house, &due, Approve { on, net })?.map(|(_, commit)| commit);
        Ok((due.agreed().number.clone(), commit))
    });
    Ok(match written.await {
        Ok(number) => ContractApproved { contract, number: Some(number), refused: None },
        Err(error) => ContractApproved { contract, number: None, refused: Some(why_not(error)?) },
    })
}
