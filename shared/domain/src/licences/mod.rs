//! Software and licences: what there is to be licensed, what clients have, who holds a seat, what is used, what renews.

pub mod audit;
pub mod count;
mod days;
pub mod feed;
pub mod files;
pub mod findings;
pub mod import;
pub mod licence;
pub mod papers;
pub mod product;
pub mod renewal;
pub mod seat;
pub mod slug;
pub mod term;
pub mod true_up;
pub mod usage;
pub mod utilisation;

pub use licence::{Licence, LicenceChanges, LicenceKind, LicenceState, NewLicence, Owner, Share};
pub use papers::{Document, LicenceFile};
pub use product::{Edition, NewProduct, Product, ProductChanges};
pub use renewal::{Coming, ComingKind};
pub use seat::{DeviceName, Holder, Seat, Span};
pub use slug::Slug;
pub use term::Term;
pub use usage::{ProductUse, Unmatched, Used};
