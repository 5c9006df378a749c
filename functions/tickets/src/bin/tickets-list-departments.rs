//! List the departments, by name.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::list_departments::route())
}
