//! Read what licences could save, will save and have saved, over all clients and client by client.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::get_savings::route())
}
