//! The demo tenant: Nordlicht IT, an MSP in three zones, with its clients and the last 90 days of its desk.
//!
//! Nothing here is chance: people, texts and their order come from one seed, the past is laid out by today's date, and
//! what is open is placed so that it stands somewhere between fresh and late at the present instant. Everything comes
//! about through the domain's own rules, so that a demo record is like any other.
//!
//! - `people`, `promises`, `clients`: the tenant; - `scenarios`: what happens at a help desk; - `script`: how one of
//!   them goes; - `cases`: which happen when; - `desk`: working through them in the order of time; - `save`: writing;
//! - `billing`: its contracts and a year of their invoices, which the run itself makes; - `licences`: what its clients are
//!   licensed for, what they use of it, and what of it is waste, which the review itself finds;
//! - `budgets`: what one of them means to spend;
//! - `costs`: what clouds cost one of them, and what in it is unusual, which the jobs find.

mod billing;
mod budgets;
mod cases;
mod clients;
mod costs;
mod desk;
mod house;
mod licences;
mod people;
mod promises;
mod random;
mod save;
mod scenarios;
mod script;
#[cfg(test)]
mod tests;

use std::str::FromStr;

use contract::Secret;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use runtime::{Error, Result};
use uuid::Uuid;

use crate::app::App;
use house::House;

/// What the demo tenant is called.
pub const TENANT_NAME: &str = "Nordlicht IT";
/// Everybody's password.
pub const PASSWORD: &str = "harbour lantern violet tram";
/// How the owner signs in.
pub const OWNER_EMAIL: &str = "anna@nordlicht.example";
/// Everybody's first name is their address at the MSP.
const DOMAIN: &str = "nordlicht.example";

/// Some sign-ins to try: who they are, and their address.
#[must_use]
pub fn sign_ins() -> Vec<(&'static str, String)> {
    people::sign_ins()
}

/// How far the loading is.
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar, where there is a terminal to draw it on.
    #[must_use]
    pub fn on_terminal() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("Loading the demo tenant [{bar:40}] {pos}/{len} tickets") {
            bar.set_style(style);
        }
        Progress(bar)
    }

    /// Nothing to be seen.
    #[must_use]
    pub fn silent() -> Self {
        Progress(ProgressBar::hidden())
    }

    fn expect(&self, tickets: usize) {
        self.0.set_length(tickets as u64);
    }

    fn step(&self, tickets: usize) {
        self.0.inc(tickets as u64);
    }

    fn done(&self) {
        self.0.finish_and_clear();
    }
}

/// Loads the demo tenant into an empty store. Nobody is told of its desk: no event is emitted. Its invoices and payments
/// have their events, from which the sums of the reports come. A PDF of the past is made when somebody asks for it.
///
/// # Errors
/// When the store does not take it, for example because there is a demo tenant already.
pub async fn load(app: &App, progress: &Progress) -> Result<()> {
    let world = app.world();
    let now = to_the_minute(app.clock().now());
    let hash = identity::passwords::hash(&Secret::from(PASSWORD.to_owned())).await?;
    let house = House::build(&hash, now)?;
    let worked = desk::work(&house, cases::all(&house, now)?, now)?;
    progress.expect(worked.cases.len());
    save::house(&world, &house).await?;
    let pieces = billing::pieces(&worked.cases);
    save::tickets(&world, &house, worked, progress).await?;
    billing::load(app, &house, pieces, now).await?;
    licences::load(app, &house, now).await?;
    costs::load(app, &house, now).await?;
    budgets::load(app, &house, now).await?;
    app.settle_without(Some(contract::documents::RENDER.name)).await;
    progress.done();
    Ok(())
}

/// Whole minutes look less made up than fractions of a second.
fn to_the_minute(at: Timestamp) -> Timestamp {
    let second = at.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(at)
}

/// The demo's id with this number, which says when it was not made: 2025-05-23, before every demo.
fn id<T>(number: u64, of: impl Fn(Uuid) -> T) -> T {
    of(Uuid::from_u128(0x0197_0000_0000_7000_8000_0000_0000_0000 | u128::from(number)))
}

/// A value of the demo that is written down in it.
///
/// # Panics
/// When it is written wrong; every load would.
fn known<T: FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("the demo says {text:?}"))
}

/// A failure that only a change of the demo's own texts can bring about.
fn wrong(what: impl std::fmt::Display) -> Error {
    Error::Internal(format!("the demo tenant: {what}"))
}
