//! Read who is calling from the access token, before every route that is not public.

fn main() -> runtime::Exit {
    runtime::serve_authorizer(identity::plumbing::authorize::plumbing())
}
