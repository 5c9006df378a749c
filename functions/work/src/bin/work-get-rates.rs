//! Read the kinds of work and what an hour of each costs.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::get_rates::route())
}
