//! Sell a client a block of prepaid hours; the next invoice run bills it.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::add_block::route())
}
