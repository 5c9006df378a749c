//! The contract against what is generated from it and against the functions that are linked.

use std::collections::BTreeSet;

use contract::Access;
use local::App;
use tests::Stack;

#[test]
fn the_generated_files_are_what_the_contract_says() {
    let drift = xtask::generate::drift(&xtask::root(), &contract::catalog()).unwrap();
    let paths: Vec<String> = drift.iter().map(|change| change.path().display().to_string()).collect();
    assert!(paths.is_empty(), "run `cargo xtask generate`: it mends {paths:#?}");
}

#[tokio::test]
async fn every_constant_has_its_function_and_every_function_its_constant() {
    let stack = Stack::start().await;
    assert_eq!(linked(&stack.app), declared());
}

#[test]
fn a_function_has_one_name_of_its_own() {
    let catalog = contract::catalog();
    let count = catalog.routes.len() + catalog.jobs.len() + catalog.reactions.len() + catalog.plumbing.len();
    assert_eq!(declared().len(), count);
}

#[test]
fn only_these_routes_can_be_called_without_a_token() {
    let catalog = contract::catalog();
    let public = catalog.routes.iter().filter(|route| route.spec.access == Access::Public);
    let public: BTreeSet<&str> = public.map(|route| route.spec.name).collect();
    let expected = [
        "billing-hear-provider",
        "billing-show-pay-page",
        "identity-accept-invitation",
        "identity-refresh",
        "identity-sign-in",
        "identity-sign-up",
        "licences-get-calendar",
    ];
    assert_eq!(public, BTreeSet::from(expected));
}

fn declared() -> BTreeSet<&'static str> {
    let catalog = contract::catalog();
    let mut names: BTreeSet<&str> = catalog.routes.iter().map(|route| route.spec.name).collect();
    names.extend(catalog.jobs.iter().map(|job| job.name));
    names.extend(catalog.reactions.iter().map(|reaction| reaction.name));
    names.extend(catalog.plumbing.iter().map(|plumbing| plumbing.name));
    names
}

fn linked(app: &App) -> BTreeSet<&'static str> {
    let functions = app.functions();
    let mut names: BTreeSet<&str> = functions.routes.iter().map(|function| function.handler.spec.name).collect();
    names.extend(functions.jobs.iter().map(|function| function.handler.job.name));
    names.extend(functions.reactions.iter().map(|function| function.handler.reaction.name));
    names.extend(functions.streams.iter().map(|function| function.handler.plumbing.name));
    names.insert(functions.authorizer.handler.plumbing.name);
    names
}
