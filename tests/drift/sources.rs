//! A function's source file is named as the function is, and holds that function and no other. No test is written where
//! none is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cargo_metadata::MetadataCommand;
use xtask::generate::function::{Function, Trigger, functions};

/// How a unit test begins, and how an example in a doc comment does.
const TESTS: [&str; 3] = ["#[test]", "#[tokio::test", "proptest!"];
const EXAMPLES: [&str; 2] = ["/// ```", "//! ```"];

fn folder(function: &Function) -> &'static str {
    match function.trigger {
        Trigger::Route { .. } => "routes",
        Trigger::Schedule(_) => "jobs",
        Trigger::Events(_) => "reactions",
        Trigger::Authorizer | Trigger::Stream => "plumbing",
    }
}

/// Every Rust file under a folder, as its path from the root and its text.
fn sources(under: &str, found: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(xtask::root().join(under)) else { return };
    for entry in entries.map(|entry| entry.unwrap()) {
        let path = format!("{under}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            sources(&path, found);
        } else if Path::new(&path).extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(entry.path()).unwrap();
            found.insert(path, text);
        }
    }
}

/// The names of the contract's constants by the names of their functions.
fn constants() -> BTreeMap<String, String> {
    let mut contract = BTreeMap::new();
    sources("shared/contract/src", &mut contract);
    let constants = contract.values().flat_map(|text| text.split("\npub const ").skip(1));
    let named = constants.filter_map(|text| {
        let name = text.split(';').next()?.split('"').nth(1)?;
        Some((name.to_owned(), text.split(':').next()?.to_owned()))
    });
    named.collect()
}

#[test]
fn a_functions_source_is_named_as_it_is_and_is_its_own() {
    let (constants, mut files) = (constants(), BTreeMap::new());
    for area in fs::read_dir(xtask::root().join("functions")).unwrap() {
        let area = area.unwrap().file_name().to_str().unwrap().to_owned();
        for folder in ["routes", "jobs", "reactions", "plumbing"] {
            sources(&format!("functions/{area}/src/{folder}"), &mut files);
        }
    }
    let mut wrong = Vec::new();
    for function in functions(&contract::catalog()) {
        let path = format!("functions/{}/src/{}/{}.rs", function.area, folder(&function), function.module());
        let constant = constants.get(function.name).expect("a function comes from a constant");
        match files.remove(&path) {
            None => wrong.push(format!("{} has no {path}", function.name)),
            Some(text)
                if !["new", "public", "raw"]
                    .iter()
                    .any(|make| text.contains(&format!("Handler::{make}({constant},"))) =>
            {
                wrong.push(format!("{path} does not handle {constant}"));
            }
            Some(_) => {}
        }
    }
    wrong.extend(files.keys().map(|path| format!("{path} is no function's: name it as its function is, or move it")));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A library that cargo is told to build no tests of, for none are in it, costs nothing; one that got some would say nothing.
#[test]
fn a_library_whose_tests_are_not_built_has_none() {
    let mut command = MetadataCommand::new();
    command.manifest_path(xtask::root().join("Cargo.toml")).no_deps().other_options(["--offline".to_owned()]);
    let metadata = command.exec().expect("cargo metadata");
    let (mut wrong, mut libraries) = (Vec::new(), 0);
    for package in &metadata.packages {
        let Some(library) = package.targets.iter().find(|target| target.is_lib()) else { continue };
        libraries += 1;
        let folder = package.manifest_path.parent().unwrap().strip_prefix(&metadata.workspace_root).unwrap();
        let mut files = BTreeMap::new();
        sources(&format!("{folder}/src"), &mut files);
        for (path, text) in files {
            let mut lines = text.lines().map(str::trim_start);
            if !library.test && lines.clone().any(|line| TESTS.iter().any(|test| line.starts_with(test))) {
                wrong.push(format!("{path} has a test: take `test = false` out of {folder}/Cargo.toml"));
            }
            if !library.doctest && lines.any(|line| EXAMPLES.iter().any(|example| line.starts_with(example))) {
                wrong.push(format!("{path} has an example: take `doctest = false` out of {folder}/Cargo.toml"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(libraries > 10, "{libraries} libraries");
}
