//! List what comes at the end of licences' terms, by its day; a client's side sees its own only.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::list_renewals::route())
}
