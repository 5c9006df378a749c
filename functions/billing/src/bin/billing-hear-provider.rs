//! What the payment provider tells by itself of payments, refunds and disputes; signed, each event once, in any order.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::hear_provider::route())
}
