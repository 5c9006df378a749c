//! Give notice: the contract ends with its term; only until its last day of notice.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::give_notice::route())
}
