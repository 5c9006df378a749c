//! One file a route.

use runtime::Handler;

pub mod add;
pub mod get;

pub(crate) fn all() -> Vec<Handler> {
    vec![add::route(), get::route()]
}
