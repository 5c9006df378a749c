//! Change how a series is looked at; what was found already stays.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::change_series::route())
}
