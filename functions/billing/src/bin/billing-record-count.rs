//! Say how many devices or active licences a client has from a date on; contacts are counted by themselves.

fn main() -> runtime::Exit {
    runtime::serve(billing::routes::record_count::route())
}
