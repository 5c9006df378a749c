//! Change a department; the members are replaced as a whole.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::change_department::route())
}
