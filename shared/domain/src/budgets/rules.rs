//! A client's rules of chargeback: which department carries what.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chargeback::Weighted;
use crate::cost_centres::CostCode;
use crate::error::Refusal;
use crate::ids::{ClientId, ProductId, UnitId};
use crate::insights::costs::{LICENCES, LONGEST_SOURCE};
use crate::invalid::Check;
use crate::licences::licence::{MOST_SHARES, MOST_WEIGHT, Share};

/// Sources with a rule of their own: a client has a few billing accounts.
pub const MOST_RULES: usize = 50;
/// Products whose use says who carries a source: each is read.
pub const MOST_PRODUCTS: usize = 20;

/// A cost centre's part of a cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CentreShare {
    /// Which cost centre of the client.
    pub code: CostCode,
    /// How much of it, compared with the other weights.
    #[cfg_attr(feature = "schema", schema(minimum = 1, maximum = 1_000_000))]
    pub weight: u32,
}

/// Who carries what licences cost, unless a licence is split itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum LicenceRule {
    /// Those whose people hold its seats, on each day.
    Seats {},
    /// Those whose people use its product, by days of use in a month; by seats where nobody does.
    Usage {},
    /// These, to agreed parts.
    Fixed {
        /// The parts.
        shares: Vec<Share>,
    },
    /// These cost centres, to agreed parts, and no department.
    CostCentres {
        /// The parts.
        shares: Vec<CentreShare>,
    },
}

/// Who carries what comes from a source and of which no department is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SourceRule {
    /// Nobody: it is shown without a department.
    Nobody {},
    /// Those whose people hold seats of licences, on the last day of the month.
    Seats {},
    /// Those whose people use products, by days of use in the month; the month that runs as the last one that is over, and
    /// a month without any use by nobody.
    Usage {
        /// Which products; all that the client has licences of when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        products: Vec<ProductId>,
    },
    /// These, to agreed parts.
    Fixed {
        /// The parts.
        shares: Vec<Share>,
    },
    /// These cost centres, to agreed parts, and no department.
    CostCentres {
        /// The parts.
        shares: Vec<CentreShare>,
    },
}

/// A client's rules. They hold for all months that are read, also those that are over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargebackRules {
    /// Whose.
    pub client: ClientId,
    /// For licences.
    pub licences: LicenceRule,
    /// For other sources, by their names; `invoices` is what the MSP billed.
    pub sources: BTreeMap<String, SourceRule>,
    /// When they last changed; none while nobody has set them.
    pub updated_at: Option<Timestamp>,
}

impl ChargebackRules {
    /// As every client starts: licences by seats, and nobody carries what no department is known of.
    pub fn new(client: ClientId) -> Self {
        Self { client, licences: LicenceRule::Seats {}, sources: BTreeMap::new(), updated_at: None }
    }

    /// Refuses what cannot be a rule. `units` are the client's departments, `centres` its cost centres.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for no shares or too many, weights out of range, a department or a cost centre twice or of nobody,
    /// too many sources or products, a product twice, and what is no source's name.
    pub fn check(&self, units: &[UnitId], centres: &BTreeSet<&CostCode>) -> Result<(), Refusal> {
        let mut check = Check::new();
        match &self.licences {
            LicenceRule::Fixed { shares } => check_shares(&mut check, "/licences/shares", shares, units),
            LicenceRule::CostCentres { shares } => check_centres(&mut check, "/licences/shares", shares, centres),
            LicenceRule::Seats {} | LicenceRule::Usage {} => {}
        }
        check.count("/sources", self.sources.len(), MOST_RULES);
        for (source, rule) in &self.sources {
            let named = is_source(source);
            check.that(named, "/sources", "pattern", "must name sources by 1 to 40 of a to z, 0 to 9 and -");
            match rule {
                SourceRule::Fixed { shares } => {
                    check_shares(&mut check, &format!("/sources/{source}/shares"), shares, units);
                }
                SourceRule::CostCentres { shares } => {
                    check_centres(&mut check, &format!("/sources/{source}/shares"), shares, centres);
                }
                SourceRule::Usage { products } => {
                    check_products(&mut check, &format!("/sources/{source}/products"), products);
                }
                SourceRule::Nobody {} | SourceRule::Seats {} => {}
            }
        }
        check.done()
    }

    /// The rule for a source.
    pub fn of(&self, source: &str) -> &SourceRule {
        const NOBODY: SourceRule = SourceRule::Nobody {};
        self.sources.get(source).unwrap_or(&NOBODY)
    }

    /// The cost centres that carry what comes from a source, with their parts; none where no rule says so.
    pub fn centres_of(&self, source: &str) -> &[CentreShare] {
        match (source, &self.licences, self.of(source)) {
            (LICENCES, LicenceRule::CostCentres { shares }, _) => shares,
            (LICENCES, ..) => &[],
            (_, _, SourceRule::CostCentres { shares }) => shares,
            _ => &[],
        }
    }

    /// Refuses that cost centres go of which a rule names one.
    ///
    /// # Errors
    /// [`Refusal::Conflict`] `cost_centre_in_use`.
    pub fn still_name(&self, gone: &BTreeSet<&CostCode>) -> Result<(), Refusal> {
        let sources = [LICENCES].into_iter().chain(self.sources.keys().map(String::as_str));
        for source in sources {
            if let Some(share) = self.centres_of(source).iter().find(|share| gone.contains(&share.code)) {
                let detail =
                    format!("The cost centre {} carries a part of {source}; change the chargeback first.", share.code);
                return Err(Refusal::conflict("cost_centre_in_use", detail));
            }
        }
        Ok(())
    }
}

impl ChargebackRules {
    /// The departments that a rule names.
    pub fn departments(&self) -> impl Iterator<Item = UnitId> {
        let of_licences = match &self.licences {
            LicenceRule::Fixed { shares } => &shares[..],
            LicenceRule::Seats {} | LicenceRule::Usage {} | LicenceRule::CostCentres { .. } => &[],
        };
        let of_sources = self.sources.values().flat_map(|rule| match rule {
            SourceRule::Fixed { shares } => &shares[..],
            _ => &[],
        });
        of_licences.iter().chain(of_sources).map(|share| share.unit)
    }
}

/// Whether this can be a source's name.
pub(super) fn is_source(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=LONGEST_SOURCE).contains(&name.len()) && name.chars().all(fits)
}

fn check_products(check: &mut Check, field: &str, products: &[ProductId]) {
    check.count(field, products.len(), MOST_PRODUCTS);
    let mut seen = HashSet::new();
    for (index, product) in products.iter().enumerate() {
        let new = seen.insert(product);
        check.that(new, &format!("{field}/{index}"), "duplicate", "is in the list already; leave one of them out");
    }
}

fn check_shares(check: &mut Check, field: &str, shares: &[Share], units: &[UnitId]) {
    check.that(!shares.is_empty(), field, "required", "must hold the part of at least one department");
    check.count(field, shares.len(), MOST_SHARES);
    let mut seen = HashSet::new();
    for (index, share) in shares.iter().enumerate() {
        let at = |name: &str| format!("{field}/{index}/{name}");
        check.that(units.contains(&share.unit), &at("unit"), "unknown", "must be a department of this client");
        check.that(seen.insert(share.unit), &at("unit"), "duplicate", "is in the list already; add up its weights");
        let weighs = (1..=MOST_WEIGHT).contains(&share.weight);
        check.that(weighs, &at("weight"), "out_of_range", "must be from 1 to 1000000");
    }
}

fn check_centres(check: &mut Check, field: &str, shares: &[CentreShare], centres: &BTreeSet<&CostCode>) {
    check.that(!shares.is_empty(), field, "required", "must hold the part of at least one cost centre");
    check.count(field, shares.len(), MOST_SHARES);
    let mut seen = HashSet::new();
    for (index, share) in shares.iter().enumerate() {
        let at = |name: &str| format!("{field}/{index}/{name}");
        check.that(centres.contains(&share.code), &at("code"), "unknown", "must be a cost centre of this client");
        check.that(seen.insert(&share.code), &at("code"), "duplicate", "is in the list already; add up its weights");
        let weighs = (1..=MOST_WEIGHT).contains(&share.weight);
        check.that(weighs, &at("weight"), "out_of_range", "must be from 1 to 1000000");
    }
}

/// Agreed parts as weights.
pub fn weights_of(shares: &[Share]) -> Vec<Weighted> {
    shares.iter().map(|share| Weighted { unit: Some(share.unit), weight: share.weight.into() }).collect()
}
