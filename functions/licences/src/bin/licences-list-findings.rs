//! List what licences cost for nothing and what is used without one, what saves most first; a client's side sees its own.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_findings::route())
}
