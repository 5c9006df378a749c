//! End a contract on a date.

use contract::NoQuery;
use contract::amendments::{ContractEnd, END};
use contract::contracts::{AtContract, ContractBrief};
use domain::billing::contract::Change;
use domain::error::{Invalid, Refusal};
use runtime::{Answer, Cx, Error, Handler, In, Result};

use crate::agreed::{amended, amendment, visible_contract};

/// The route.
pub fn route() -> Handler {
    Handler::new(END, end_contract)
}

async fn end_contract(cx: Cx, input: In<AtContract, NoQuery, ContractEnd>) -> Result<Answer<ContractBrief>> {
    let read = visible_contract(&cx, input.path.contract).await?;
    let here = cx.here().await?;
    let end = amendment(&cx, input.body.on, vec![Change::End {}], input.body.note);
    amended(&cx, read, end, &here).await.map_err(on_the_date)
}

/// An amendment's date is here the contract's end.
fn on_the_date(error: Error) -> Error {
    let named = |fault: Invalid| match fault.field.as_str() {
        "/effective_on" => Invalid { field: "/on".to_owned(), ..fault },
        _ => fault,
    };
    match error {
        Error::Refused(Refusal::Invalid(faults)) => Refusal::Invalid(faults.into_iter().map(named).collect()).into(),
        other => other,
    }
}
