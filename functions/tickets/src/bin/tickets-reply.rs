//! Reply in public: the customer and the desk read it.

fn main() -> runtime::Exit {
    runtime::serve(tickets::routes::reply::route())
}
