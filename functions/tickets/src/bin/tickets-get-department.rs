//! Read a department.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::get_department::route())
}
