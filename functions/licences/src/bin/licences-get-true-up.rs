//! Read which seats are missing at a client, and what they cost until their licence renews.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_true_up::route())
}
