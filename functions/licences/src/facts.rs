//! All that a review reads of a client.

use std::collections::{BTreeMap, BTreeSet};

use domain::contacts::Contact;
use domain::error::Refusal;
use domain::ids::{ClientId, LicenceId, ProductId};
use domain::licences::findings::{Facts, Licence, Licensed, MONTH_DAYS, Person, Product, SHADOW_DAYS, Use};
use domain::licences::utilisation::Active;
use domain::licences::{self, LicenceState, ProductUse};
use domain::zone::Zone;
use futures::future::try_join_all;
use jiff::ToSpan;
use jiff::civil::Date;
use runtime::{Error, Result};
use store::TenantStore;

use crate::reported::People;

/// Most seats of a licence, and most people who use a product, that a review reads.
pub(crate) const MOST_READ: usize = 20_000;
/// Licences and products that are read side by side.
const SIDE_BY_SIDE: usize = 10;

/// A client on a day.
pub(crate) struct Known {
    pub(crate) facts: Facts,
    /// All its licences, those that have ended or are to come too.
    pub(crate) licences: Vec<licences::Licence>,
    /// What people use.
    pub(crate) uses: Vec<ProductUse>,
    /// The products that the facts name, whole.
    pub(crate) products: BTreeMap<ProductId, domain::licences::Product>,
    /// The client's people, those who left included.
    pub(crate) contacts: Vec<Contact>,
    /// Where they are: days and hours of use are by this clock.
    pub(crate) zone: Zone,
    /// Licences in force that the facts leave out: their amounts cannot be computed.
    pub(crate) not_computed: Vec<LicenceId>,
}

impl Known {
    /// What is known of a client today.
    pub(crate) async fn of(store: &TenantStore, client: ClientId, today: Date) -> Result<Self> {
        let zone = store.client(client).await?.value.zone;
        let all: Vec<LicenceId> = store.licensed(client).await?.into_iter().map(|one| one.licence).collect();
        let (mut licences, mut kept): (Vec<Licence>, Vec<_>) = (Vec::new(), Vec::with_capacity(all.len()));
        let (mut licensed, mut not_computed) = (Vec::new(), Vec::new());
        for some in all.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|id| licence(store, *id, today))).await?;
            for Read { licence, in_force, licensed: times } in read {
                match in_force.transpose() {
                    Ok(in_force) => licences.extend(in_force),
                    Err(_) => not_computed.push(licence.id),
                }
                kept.push(licence);
                licensed.extend(times);
            }
        }
        let used = store.used_products(client).await?;
        let ids: BTreeSet<ProductId> = kept.iter().map(|one| one.product).chain(used.iter().copied()).collect();
        let ids: Vec<ProductId> = ids.into_iter().collect();
        let mut catalogue = BTreeMap::new();
        for some in ids.chunks(SIDE_BY_SIDE) {
            let read = try_join_all(some.iter().map(|id| store.product(*id))).await?;
            catalogue.extend(read.into_iter().map(|read| (read.value.id, read.value)));
        }
        let (mut uses, mut strangers) = (Vec::new(), Vec::new());
        for product in used {
            let (people, unknown) = futures::try_join!(
                store.uses_of(client, product, MOST_READ),
                store.unmatched_of(client, product, MOST_READ)
            )?;
            enough(people.len())?;
            uses.extend(people);
            strangers.extend(unknown.into_iter().map(Into::into));
        }
        let products = catalogue.iter().map(|(id, product)| (*id, Product::from(product))).collect();
        let contacts = store.all_contacts(client).await?;
        let people = contacts.iter().map(|contact| (contact.id, Person::from(contact))).collect();
        let of_use = |used: &ProductUse| ((used.contact, used.product), Use::of(used, today, &zone));
        let by_person = uses.iter().map(of_use).collect();
        let facts = Facts { today, products, licences, people, uses: by_person, strangers, licensed };
        let named = People::of(contacts.clone());
        let facts = facts.explained(|who| named.named(who).map(|(contact, _)| contact));
        Ok(Self { facts, licences: kept, uses, products: catalogue, contacts, zone, not_computed })
    }

    /// Who was at work with what on a day.
    pub(crate) fn active(&self, on: Date) -> BTreeMap<(domain::ids::ContactId, ProductId), Active> {
        let since = on.saturating_sub((MONTH_DAYS - 1).days());
        let of = |used: &ProductUse| Active { day: used.is_used_on(on), month: used.days_used(since, on) > 0 };
        self.uses.iter().map(|used| ((used.contact, used.product), of(used))).collect()
    }
}

/// A licence as it is read.
struct Read {
    licence: licences::Licence,
    /// What it is with its seats when it is in force; a refusal where its amounts cannot be computed.
    in_force: Option<Result<Licence, Refusal>>,
    /// Whom it licensed of late.
    licensed: Vec<Licensed>,
}

async fn licence(store: &TenantStore, id: LicenceId, today: Date) -> Result<Read> {
    let licence = store.licence(id).await?.value.licence;
    let after = today.saturating_sub(i64::from(SHADOW_DAYS).days());
    if licence.state(today) == LicenceState::Planned || licence.has_ended(after) {
        return Ok(Read { licence, in_force: None, licensed: Vec::new() });
    }
    let seats = store.all_seats(id, MOST_READ).await?;
    enough(seats.len())?;
    let licensed = Licensed::of(&licence, &seats, after);
    let active = licence.state(today) == LicenceState::Active;
    let in_force = active.then(|| Licence::of(licence.clone(), seats, today));
    Ok(Read { licence, in_force, licensed })
}

/// What is cut off would be taken for what is not there.
fn enough(read: usize) -> Result<()> {
    if read < MOST_READ {
        return Ok(());
    }
    let why = format!("a licence or a product has {MOST_READ} people or more; give it to its departments, one each");
    Err(Error::Internal(why))
}
