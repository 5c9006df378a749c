//! Note something that only the desk reads.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::note::route())
}
