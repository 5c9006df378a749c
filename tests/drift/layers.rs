//! Who may use whom, as ARCHITECTURE.md says it.

use std::collections::BTreeSet;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What a package may use of ours; `None` is everything.
fn may_use(package: &str, folder: &str) -> Option<&'static [&'static str]> {
    if folder == "functions" {
        return Some(&["domain", "contract", "sheets", "store", "runtime"]);
    }
    match package {
        "domain" => Some(&[]),
        "contract" | "sheets" | "store" => Some(&["domain"]),
        "runtime" => Some(&["contract", "store", "domain"]),
        "xtask" => Some(&["contract"]),
        "local" | "tests" => None,
        other => panic!("{other} has no layer: give it one here and in ARCHITECTURE.md"),
    }
}

#[test]
fn every_layer_uses_only_those_below_it() {
    let mut command = MetadataCommand::new();
    command.manifest_path(xtask::root().join("Cargo.toml")).no_deps().other_options(["--offline".to_owned()]);
    let metadata = command.exec().expect("cargo metadata");
    let ours: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let folder = package.manifest_path.parent().and_then(|at| at.parent()).and_then(|at| at.file_name());
        let Some(allowed) = may_use(&package.name, folder.unwrap_or_default()) else { continue };
        // What tests and build scripts use is not in what is deployed.
        let used = package.dependencies.iter().filter(|used| used.kind == DependencyKind::Normal);
        for used in used.filter(|used| ours.contains(used.name.as_str()) && !allowed.contains(&used.name.as_str())) {
            wrong.push(format!("{} must not use {}", package.name, used.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(ours.contains("domain") && ours.contains("tickets"), "{ours:?}");
}
