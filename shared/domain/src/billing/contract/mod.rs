//! Contracts: what a client pays for, from when until when, and at which price.
//!
//! Everything that can change is dated ([`crate::billing::dated::Dated`]); an amendment adds dated values and never touches what was, so the
//! past of a contract never changes. Start reading at [`Contract`]; [`crate::billing::bill`] makes invoices of it.

mod amend;
mod amendment;
mod due;
mod model;
mod open_account;
mod places;
mod propose;
mod renew;
mod validate;

pub use amend::*;
pub use amendment::*;
pub use due::*;
pub use model::*;
pub use open_account::*;
pub use propose::*;
pub use renew::*;
pub use validate::*;
