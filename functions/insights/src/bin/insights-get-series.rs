//! Read a series with its days, what is expected of the next one, and up to which day it is judged.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::get_series::route())
}
