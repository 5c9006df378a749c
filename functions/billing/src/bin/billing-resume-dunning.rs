//! Go on with the dunning of an invoice: the dispute is settled, or the promise is off.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::resume_dunning::route())
}
