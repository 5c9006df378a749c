//! List how much of each product a client used on the last day that was reviewed, by department, with the trend.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_utilisation::route())
}
