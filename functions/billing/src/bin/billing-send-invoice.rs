//! Send an issued invoice or credit note to the client's billing addresses, once more if it was sent before.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::send_invoice::route())
}
