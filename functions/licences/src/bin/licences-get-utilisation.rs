//! Read how much of a product a client used, day by day, by department.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_utilisation::route())
}
