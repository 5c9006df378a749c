//! Get the address of the provider's page on which what is left of an invoice is paid; good for a day.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::get_pay_link::route())
}
