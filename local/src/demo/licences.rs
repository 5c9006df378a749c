//! What clients of Nordlicht IT are licensed for, told in `licences.json`, with the waste that is always there: seats that
//! nobody uses or ever used, somebody who left, editions too large, too many seats and too few, two products for one thing,
//! and one that nobody bought. Dates in there are told from the present month, as those of the contracts.

use domain::billing::cycle::Cycle;
use domain::billing::dated::Dated;
use domain::contacts::{self, Contact, ContactChanges, NewContact};
use domain::ids::{ClientId, ContactId, LicenceId, ProductId};
use domain::licences::licence::{self, LEAD_DAYS, LicenceKind, NewLicence};
use domain::licences::product::{self, Edition, NewProduct};
use domain::licences::{Holder, Licence, ProductUse, Seat, Slug, Term, Used, seat};
use domain::money::Money;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use runtime::Result;
use runtime::jobs::JobInput;
use serde::Deserialize;
use store::usage::UseChange;

use super::billing::agreed::{dated, hour, midday};
use super::house::House;
use super::random::Random;
use super::save::Batch;
use super::{id, known, wrong};
use crate::app::App;

/// How far back use was reported, in days.
const REPORTED_DAYS: i64 = 180;
/// The stream of chance, behind those of the bills.
const USE: u64 = 1_000_004;
/// Who left had their last day so many days ago.
const LEFT_DAYS_AGO: i64 = 30;
/// Contacts who left are counted from here on.
const LEFT: u64 = 1_001;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    products: Vec<ToldProduct>,
    licences: Vec<ToldLicence>,
    unlicensed: Vec<Unlicensed>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldProduct {
    vendor: String,
    name: String,
    category: String,
    #[serde(default)]
    purpose: Option<Slug>,
    #[serde(default)]
    editions: Vec<Edition>,
    #[serde(default)]
    sensitive: bool,
    /// Whether nobody reports its use.
    #[serde(default)]
    unreported: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldLicence {
    client: u64,
    product: u64,
    #[serde(default)]
    edition: Option<String>,
    #[serde(default = "subscription")]
    kind: LicenceKind,
    /// Each with the day from which it holds.
    seats: Vec<(Date, u32)>,
    /// Cents a seat and month.
    cost: i64,
    #[serde(default)]
    price: Option<i64>,
    starts: Date,
    renews: Date,
    holders: Vec<ToldHolder>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldHolder {
    /// Which of the client's people, from 1 on.
    #[serde(default)]
    person: Option<usize>,
    /// The name of somebody who left.
    #[serde(default)]
    left: Option<String>,
    #[serde(rename = "use")]
    habit: Habit,
    /// What is not their habit: so many days ago, in the hour that begins then.
    #[serde(default)]
    also: Option<(i64, i8)>,
    #[serde(default)]
    features: Vec<Slug>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unlicensed {
    client: u64,
    product: u64,
    person: usize,
    #[serde(rename = "use")]
    habit: Habit,
    #[serde(default)]
    also: Option<(i64, i8)>,
}

/// How often somebody uses something.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Habit {
    /// On working days.
    Daily,
    /// On Tuesdays.
    Weekly,
    /// On working days until so many days ago.
    Until(i64),
    Never,
}

const fn subscription() -> LicenceKind {
    LicenceKind::Subscription
}

/// Writes the catalogue, the licences, who holds them and what they use; then has it all looked through.
pub(super) async fn load(app: &App, house: &House, now: Timestamp) -> Result<()> {
    let zone = &house.tenant.zone;
    let today = zone.date(now);
    let told = dated(include_str!("licences.json"), today);
    let Told { products, licences, unlicensed } = serde_json::from_str(&told).map_err(wrong)?;
    let world = app.world();
    let mut batch = Batch::new(&world, house);
    for (number, told) in (1..).zip(products) {
        let product = product(number, told, now)?;
        batch.add(1, |commit| commit.create(&product)).await?;
    }
    let mut people = People { house, random: Random::stream(USE), today, now, left: LEFT };
    let mut uses = Vec::new();
    for (number, told) in (1..).zip(licences) {
        let (client, product) = (id(told.client, ClientId::from_uuid), id(told.product, ProductId::from_uuid));
        let licence = licensed(number, &told, today, now)?;
        batch.add(2, |commit| commit.create_licence(&licence, zone)).await?;
        let mut seats = Vec::new();
        for told in told.holders {
            let contact = people.contact(client, &told)?;
            if told.left.is_some() {
                batch.add(1, |commit| commit.create(&contact)).await?;
            }
            seats.push(people.seat(&licence, contact.id)?);
            uses.push((
                client,
                product,
                people.used(&contact, (told.habit, told.also), &told.features, client, product),
            ));
        }
        let new = seats.iter().map(|seat| (None, seat));
        batch.add(seats.len() + 1, |commit| commit.keep_seats(licence.id, new)).await?;
    }
    for told in unlicensed {
        let (client, product) = (id(told.client, ClientId::from_uuid), id(told.product, ProductId::from_uuid));
        let contact = people.person(client, told.person)?;
        uses.push((client, product, people.used(&contact, (told.habit, told.also), &[], client, product)));
    }
    batch.write().await?;
    uses.sort_by_key(|(client, product, _)| (*client, *product));
    for of_one in uses.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let changes: Vec<UseChange> = of_one.iter().filter_map(|(.., change)| change.clone()).collect();
        let (client, product, _) = of_one[0];
        // Each day's sums are moved once a transaction.
        batch.add(changes.len() + 1, |commit| commit.keep_uses(client, product, &changes)).await?;
        batch.write().await?;
    }
    let report = app.run_job("licences-review", JobInput::default()).await.map_err(wrong)?;
    if report.failed + report.parked > 0 {
        return Err(wrong(format!("the review of licences: {report:?}")));
    }
    Ok(())
}

fn product(number: u64, told: ToldProduct, now: Timestamp) -> Result<domain::licences::Product> {
    let ToldProduct { vendor, name, category, purpose, editions, sensitive, unreported } = told;
    let unused_after_days = None;
    let new = NewProduct {
        vendor,
        name,
        category,
        purpose,
        editions,
        unused_after_days,
        use_reported: !unreported,
        sensitive,
    };
    Ok(product::add(id(number, ProductId::from_uuid), new, now)?)
}

fn licensed(number: u64, told: &ToldLicence, today: Date, now: Timestamp) -> Result<Licence> {
    let euros = |minor: i64| Money::new(minor, known("EUR"));
    let new = NewLicence {
        client: id(told.client, ClientId::from_uuid),
        product: id(told.product, ProductId::from_uuid),
        name: told.edition.clone().unwrap_or_else(|| "Standard".to_owned()),
        edition: told.edition.clone(),
        kind: told.kind,
        currency: known("EUR"),
        seats: None,
        seat_history: told.seats.iter().map(|(from, seats)| Dated::new(*from, *seats)).collect(),
        cost_per_seat: Some(euros(told.cost)),
        cost_history: Vec::new(),
        price_per_seat: told.price.map(euros),
        price_history: Vec::new(),
        cycle: Cycle::Monthly,
        term: Term {
            starts_on: told.starts,
            renews_on: Some(told.renews),
            anchor: None,
            months: 12,
            expires_on: None,
            terminates_on: None,
            notice_days: 30,
            auto_renew: true,
            lead_days: LEAD_DAYS.to_vec(),
        },
        owner: None,
        split: Vec::new(),
        documents: Vec::new(),
        counted: false,
        spare_seats: 0,
    };
    Ok(licence::add(id(number, LicenceId::from_uuid), new, today, now)?.state)
}

/// Who holds and uses what.
struct People<'a> {
    house: &'a House,
    random: Random,
    today: Date,
    now: Timestamp,
    left: u64,
}

impl People<'_> {
    fn person(&self, client: ClientId, number: usize) -> Result<Contact> {
        let found = self.house.contacts.of(client).nth(number.saturating_sub(1));
        found.cloned().ok_or_else(|| wrong(format!("there is no person {number}")))
    }

    /// Somebody there, or somebody who left.
    fn contact(&mut self, client: ClientId, told: &ToldHolder) -> Result<Contact> {
        let Some(name) = &told.left else { return self.person(client, told.person.unwrap_or_default()) };
        let at = self.house.client(client)?;
        let (email, phone, title, site) = (None, None, None, None);
        let unit = at.departments.first().map(|unit| unit.id);
        let new = NewContact { name: name.clone(), email, phone, title, site, unit };
        let since = midday(self.today.saturating_sub(400.days()), &self.house.tenant.zone);
        let contact = contacts::add(id(self.left, ContactId::from_uuid), new, at, since)?.state;
        self.left += 1;
        let gone = ContactChanges { active: Some(false), ..ContactChanges::default() };
        let last_day = midday(self.today.saturating_sub(LEFT_DAYS_AGO.days()), &self.house.tenant.zone);
        Ok(contacts::change(contact, gone, at, last_day)?.state)
    }

    fn seat(&self, licence: &Licence, contact: ContactId) -> Result<Seat> {
        let since = licence.term.starts_on;
        Ok(seat::assign(None, licence, Holder::Contact { contact }, since, self.today, self.now)?)
    }

    /// What somebody used of a product in the last half year.
    fn used(
        &mut self,
        contact: &Contact,
        (habit, also): (Habit, Option<(i64, i8)>),
        features: &[Slug],
        client: ClientId,
        product: ProductId,
    ) -> Option<UseChange> {
        let zone = &self.house.tenant.zone;
        let mut used = Vec::new();
        for ago in (1..=REPORTED_DAYS).rev() {
            let day = self.today.saturating_sub(ago.days());
            let works = !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let uses = match habit {
                Habit::Daily => works && self.random.percent(92),
                Habit::Weekly => day.weekday() == Weekday::Tuesday,
                Habit::Until(last) => works && ago >= last,
                Habit::Never => false,
            };
            if uses {
                let at = hour(day, i8::try_from(self.random.between(8, 16)).unwrap_or(9), zone);
                let feature = (!features.is_empty()).then(|| self.random.pick(features).clone());
                used.push(Used { at, feature });
            }
        }
        if let Some((ago, at)) = also {
            used.push(Used { at: hour(self.today.saturating_sub(ago.days()), at, zone), feature: None });
        }
        let after = ProductUse::of(client, product, contact.id, &used, zone)?;
        Some(UseChange { before: None, after, unit: contact.unit })
    }
}
