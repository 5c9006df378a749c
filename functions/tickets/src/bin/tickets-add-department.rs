//! Add a department.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::add_department::route())
}
