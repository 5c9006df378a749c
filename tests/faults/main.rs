//! What holds when things go wrong: rights, dying jobs, a hostile store.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

mod approvals;
mod deadlines;
mod dunning;
mod dying;
mod everything;
mod hostile;
mod insights;
mod invoice_calls;
mod invoice_run;
mod it;
mod licence_review;
mod payment_retry;
mod prepaid_run;
mod rights;
mod rights_budgets;
mod rights_contracts;
mod rights_documents;
mod rights_findings;
mod rights_insights;
mod rights_invoices;
mod rights_licences;
mod rights_payments;
mod rights_reports;
mod rights_work;
mod scan;
mod scan_at_once;
mod simulation;
mod table;

use local::embedded::dynamo::MAIN;
use serde_json::json;
use tests::Stack;

/// Makes a ticket's value such that nobody can read it.
pub(crate) fn poison(stack: &Stack, tenant: &str, ticket: &str) {
    poison_root(stack, &format!("{tenant}#TICKET#{ticket}"));
}

/// Makes a root's value such that nobody can read it.
pub(crate) fn poison_root(stack: &Stack, pk: &str) {
    poison_item(stack, pk, "@");
}

/// Makes an item's value such that nobody can read it.
pub(crate) fn poison_item(stack: &Stack, pk: &str, sk: &str) {
    let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
    let request = json!({
        "TableName": MAIN, "Key": key, "UpdateExpression": "SET v = :bad", "ConditionExpression": "attribute_exists(v)",
        "ExpressionAttributeValues": { ":bad": { "M": {} } },
    });
    stack.app.dynamo().execute("UpdateItem", &request).expect("the ticket is there");
}
