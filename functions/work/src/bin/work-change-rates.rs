//! Change the rates; lists are replaced as a whole, what is billed already stays as it is.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::change_rates::route())
}
