//! Looks over every client's licences in its night: what is found, what is gone, what it would save, how much was used, what is unusual about who used it; tells the series of use and of licences; deletes removed files.

fn main() -> runtime::Exit {
    runtime::serve_job(licences::jobs::review::job())
}
