//! List a client's blocks of prepaid hours, oldest first, with what is used of each.

fn main() -> runtime::Exit {
    runtime::serve(work::routes::list_blocks::route())
}
