//! List invoices and credit notes, newest first, without their lines; a client's side sees its own, and no drafts.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::list_invoices::route())
}
