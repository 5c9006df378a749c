//! The functions' binaries: a `main` of one line each, and their place in the area's manifest.

use std::fmt::Write;

use super::File;
use super::function::{Function, Trigger};

/// Between what is written by hand in an area's manifest and what is generated.
pub const MARKER: &str = "\n# ---- generated below by cargo xtask generate; edit shared/contract instead ----";

/// The tail of an area's manifest. Tests never link the binaries; one test starts those that are deployed.
pub fn manifest(functions: &[Function]) -> String {
    functions.iter().fold(String::new(), |mut text, Function { name, .. }| {
        let _ = write!(
            text,
            "\n[[bin]]\nname = \"{name}\"\npath = \"src/bin/{name}.rs\"\ntest = false\nbench = false\ndoc = false\n"
        );
        // It is nothing without its feature, and must not be deployed so.
        if *name == contract::documents::RENDER.name {
            text.push_str("required-features = [\"pdf\"]\n");
        }
        text
    })
}

/// A function's `main`.
pub fn main(function: &Function) -> File {
    let Function { name, area, summary, .. } = function;
    let module = function.module();
    let (serve, from) = match function.trigger {
        Trigger::Route { .. } => ("serve", format!("routes::{module}::route")),
        Trigger::Schedule(_) => ("serve_job", format!("jobs::{module}::job")),
        Trigger::Events(_) => ("serve_reaction", format!("reactions::{module}::reaction")),
        Trigger::Authorizer => ("serve_authorizer", format!("plumbing::{module}::plumbing")),
        Trigger::Stream => ("serve_stream", format!("plumbing::{module}::plumbing")),
    };
    let text = format!("//! {summary}.\n\nfn main() -> runtime::Exit {{\n    runtime::{serve}({area}::{from}())\n}}\n");
    File { path: format!("functions/{area}/src/bin/{name}.rs").into(), text }
}
