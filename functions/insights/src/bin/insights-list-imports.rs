//! List files of costs, the latest first.

fn main() -> runtime::Exit {
    runtime::serve(insights::routes::list_imports::route())
}
