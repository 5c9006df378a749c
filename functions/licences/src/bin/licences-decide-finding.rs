//! Accept a finding, dismiss it with a reason, let it sleep until a day, or open it again; a repeat changes nothing.

fn main() -> runtime::Exit {
    runtime::serve(licences::routes::decide_finding::route())
}
