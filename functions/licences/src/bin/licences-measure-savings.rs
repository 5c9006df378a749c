//! Measures, as a client is billed, which of its accepted findings came true.

fn main() -> runtime::Exit {
    runtime::serve_reaction(licences::reactions::measure_savings::reaction())
}
