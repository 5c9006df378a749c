//! The page that an invoice's letter leads to: what is left to pay, and the way to the provider's page.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::show_pay_page::route())
}
