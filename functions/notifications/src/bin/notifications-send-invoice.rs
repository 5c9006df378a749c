//! Sends an invoice or a credit note with its PDF to the client's billing addresses, once or when somebody asks.

fn main() -> runtime::Exit {
    runtime::serve_reaction(notifications::reactions::send_invoice::reaction())
}
