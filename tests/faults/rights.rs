//! Functions hold the rights that they use, and no others: what went through the seam against what the contract says.

use std::collections::{BTreeMap, BTreeSet};

use contract::Need;
use contract::need::{Index, Needs};
use local::Settings;
use local::app::BLOBS;
use local::embedded::Touch;
use local::embedded::dynamo::{AUDIT, MAIN};
use tests::Stack;

use crate::everything;

/// Functions that do all that they do only where PDFs are made: the feature `pdf`.
const WAIT_FOR_PDFS: [&str; 4] = [
    contract::documents::RENDER.name,
    contract::notifications::SEND_INVOICE.name,
    contract::notifications::SEND_MAIL.name,
    "billing-get-document",
];

#[tokio::test]
async fn functions_hold_the_rights_that_they_use_and_no_others() {
    let now = tests::MONDAY_NOON.parse().unwrap();
    let stack = Stack::with(Settings { pdfs: true, ..Settings::for_test(now) }).await;
    stack.app.seam().recorder().start();
    Box::pin(everything::happens(&stack)).await;
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for recorded in stack.app.seam().recorder().take() {
        used.entry(recorded.function).or_default().insert(right(&recorded.touch));
    }
    let mut wrong = Vec::new();
    for (function, needs) in declared() {
        let declared: BTreeSet<String> = needs.into_iter().filter(visible).map(|need| format!("{need:?}")).collect();
        let used = used.remove(function).unwrap_or_default();
        if !cfg!(feature = "pdf") && WAIT_FOR_PDFS.contains(&function) {
            continue;
        }
        if used.is_empty() && !declared.is_empty() {
            wrong.push(format!("{function} was never called: let it happen in everything.rs"));
            continue;
        }
        wrong.extend(used.difference(&declared).map(|need| format!("{function} uses {need} and does not declare it")));
        wrong.extend(declared.difference(&used).map(|need| format!("{function} declares {need} and does not use it")));
    }
    used.remove(""); // what the test itself reads
    wrong.extend(used.keys().map(|function| format!("{function} is not in the catalog")));
    assert!(wrong.is_empty(), "mend `touches` in shared/contract, then run `cargo xtask generate`: {wrong:#?}");
}

fn declared() -> Vec<(&'static str, Needs)> {
    let catalog = contract::catalog();
    let routes = catalog.routes.iter().map(|route| (route.spec.name, route.spec.needs()));
    let jobs = catalog.jobs.iter().map(|job| (job.name, job.needs()));
    let reactions = catalog.reactions.iter().map(|reaction| (reaction.name, reaction.needs()));
    let plumbing = catalog.plumbing.iter().map(|plumbing| (plumbing.name, plumbing.needs()));
    routes.chain(jobs).chain(reactions).chain(plumbing).collect()
}

/// Who moves money is reached past AWS, and whoever follows a signed link does not go through the seam.
fn visible(need: &Need) -> bool {
    !matches!(need, Need::Provider | Need::BlobLink | Need::BlobUpload)
}

/// The need that a touch takes; what no need allows stays as it is.
fn right(touch: &Touch) -> String {
    let main = format!("table/{MAIN}");
    let indexes = [Index::Main, Index::ByList, Index::ByRef, Index::ByDue];
    let on_index = |index: &Index| index.name().map_or_else(|| main.clone(), |name| format!("{main}/index/{name}"));
    let need = match (touch.action.as_str(), touch.resource.as_str()) {
        ("dynamodb:Query", resource) if resource == format!("table/{AUDIT}") => Some(Need::AuditQuery),
        ("dynamodb:Query", resource) => indexes.into_iter().find(|index| on_index(index) == resource).map(Need::Query),
        ("dynamodb:GetItem", resource) if resource == main => Some(Need::Get),
        ("dynamodb:PutItem", resource) if resource == main => Some(Need::Put),
        ("dynamodb:UpdateItem", resource) if resource == main => Some(Need::Update),
        ("dynamodb:DeleteItem", resource) if resource == main => Some(Need::Delete),
        ("dynamodb:ConditionCheckItem", resource) if resource == main => Some(Need::Check),
        ("dynamodb:PutItem", resource) if resource == format!("table/{AUDIT}") => Some(Need::Audit),
        ("s3:GetObject", resource) if resource == format!("bucket/{BLOBS}") => Some(Need::BlobGet),
        ("s3:PutObject", resource) if resource == format!("bucket/{BLOBS}") => Some(Need::BlobPut),
        ("s3:DeleteObject", resource) if resource == format!("bucket/{BLOBS}") => Some(Need::BlobDelete),
        ("secretsmanager:GetSecretValue", _) => Some(Need::Secret),
        ("ses:SendEmail", _) => Some(Need::SendEmail),
        ("events:PutEvents", _) => Some(Need::PutEvents),
        _ => None,
    };
    need.map_or_else(|| format!("{} on {}", touch.action, touch.resource), |need| format!("{need:?}"))
}
