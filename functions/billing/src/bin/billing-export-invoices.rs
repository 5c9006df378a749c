//! Export what was issued on some days as CSV for QuickBooks or Xero, in files of up to 100 documents.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::export_invoices::route())
}
