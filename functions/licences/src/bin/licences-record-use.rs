//! Report up to 500 events of use, in any order and as often as you like: a repeat changes nothing.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::record_use::route())
}
