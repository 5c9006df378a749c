//! Give a seat to a contact or a device; who holds one already keeps it, so a repeat changes nothing.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::assign_seat::route())
}
