//! Tells the series of what a contract's invoices come to day by day, in which the detector looks for the unusual.

fn main() -> runtime::Exit {
    runtime::serve_reaction(billing::reactions::tell_billed::reaction())
}
