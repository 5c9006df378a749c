//! Budgets of clients, where their review stands, and which department carries what.

use std::collections::BTreeMap;

use domain::budgets::{Budget, ChargebackRules, Course};
use domain::ids::{BudgetId, ClientId};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::item::{Place, Record, text};
use crate::list::By;
use crate::{Commit, Listing, PageRequest, Result, Slice, TenantStore, Versioned, keys};

/// The job that looks over the budgets of every client.
pub const REVIEW: &str = "budgets-review";
/// Budgets of a client, those that are closed among them: each department's of some years.
pub const MOST_BUDGETS: usize = 400;

impl Record for Budget {
    fn place(&self) -> Place {
        Place::at(keys::budget(self.client, self.id))
    }
}

impl Record for ChargebackRules {
    fn place(&self) -> Place {
        Place::at(keys::chargeback(self.client))
    }
}

/// Where the review of a client's budgets stands, and how its budgets do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetReview {
    /// Which client.
    pub client: ClientId,
    /// How many budgets were ever added.
    pub budgets: u32,
    /// When the next review is due; none while none of them is watched.
    pub due_at: Option<Timestamp>,
    /// The local day of the last one that was done.
    pub reviewed_on: Option<Date>,
    /// The budgets that are watched, as each stood when it was added, changed or last reviewed. At most [`MOST_BUDGETS`], so
    /// that it stays small.
    #[serde(default)]
    pub stands: BTreeMap<BudgetId, Course>,
}

impl BudgetReview {
    /// Before the first budget.
    fn new(client: ClientId) -> Self {
        BudgetReview { client, budgets: 0, due_at: None, reviewed_on: None, stands: BTreeMap::new() }
    }

    /// How many of the budgets that are watched stand so.
    pub fn standing(&self, course: Course) -> usize {
        self.stands.values().filter(|stands| **stands == course).count()
    }

    /// When the next review is due with a budget that is to be looked at then.
    fn due_by(&self, next: Timestamp) -> Timestamp {
        self.due_at.map_or(next, |due_at| due_at.min(next))
    }

    /// With a budget as it stands now; with none when nobody watches it.
    #[must_use]
    pub fn with(&self, budget: BudgetId, course: Option<Course>) -> Self {
        let mut next = self.clone();
        match course {
            Some(course) => next.stands.insert(budget, course),
            None => next.stands.remove(&budget),
        };
        next
    }
}

impl Record for BudgetReview {
    fn place(&self) -> Place {
        Place { due: self.due_at.map(|at| (REVIEW, at)), ..Place::at(keys::budgets(self.client)) }
    }
}

impl TenantStore {
    /// A budget.
    pub async fn budget(&self, client: ClientId, id: BudgetId) -> Result<Versioned<Budget>> {
        self.get(&keys::budget(client, id)).await
    }

    /// A page of a client's budgets, oldest first.
    pub async fn budgets(&self, client: ClientId, page: &PageRequest) -> Result<Slice<Versioned<Budget>>> {
        let partition = keys::budgets(client).pk;
        let query = partition.clone();
        let by = By::Children("BUDGET#");
        self.page(&Listing { by, partitions: vec![partition], newest_first: false, query }, page, |_| true).await
    }

    /// All budgets of a client, as they are at this moment.
    pub async fn all_budgets(&self, client: ClientId) -> Result<Vec<Versioned<Budget>>> {
        let partition = keys::budgets(client).pk;
        self.children(&partition, text("BUDGET#"), text("BUDGET#~"), true, MOST_BUDGETS).await
    }

    /// Where the review of a client's budgets stands; at revision 0 before the first budget.
    pub async fn budget_review(&self, client: ClientId) -> Result<Versioned<BudgetReview>> {
        let found = self.find(&keys::budgets(client)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: BudgetReview::new(client), rev: 0 }))
    }

    /// Which department carries what; as every client starts, at revision 0, while nobody has set it.
    pub async fn chargeback(&self, client: ClientId) -> Result<Versioned<ChargebackRules>> {
        let found = self.find(&keys::chargeback(client)).await?;
        Ok(found.unwrap_or_else(|| Versioned { value: ChargebackRules::new(client), rev: 0 }))
    }
}

impl Commit {
    /// A new budget that stands like this, none when nobody watches it. It is looked at `next` where no other is looked at
    /// before. `review` is what was read of its client's.
    pub fn add_budget(
        self,
        budget: &Budget,
        course: Option<Course>,
        review: &Versioned<BudgetReview>,
        next: Timestamp,
    ) -> Self {
        let due_at = Some(review.value.due_by(next));
        let budgets = review.value.budgets.saturating_add(1);
        let review_after = BudgetReview { budgets, due_at, ..review.value.with(budget.id, course) };
        self.create(budget).update(&review_after, review.rev)
    }

    /// A budget that was read. Where somebody watches it, it stands like this now, and is looked at then where no other is looked
    /// at before: it may be the first one again. `review` is what was read of its client's, and is written where that is news to
    /// it.
    pub fn change_budget(
        self,
        (budget, rev): (&Budget, u64),
        watched: Option<(Course, Timestamp)>,
        review: &Versioned<BudgetReview>,
    ) -> Self {
        let commit = self.update(budget, rev);
        let after = review.value.with(budget.id, watched.map(|(course, _)| course));
        let after = match watched {
            Some((_, next)) => BudgetReview { due_at: Some(review.value.due_by(next)), ..after },
            None => after,
        };
        if after == review.value { commit } else { commit.update(&after, review.rev) }
    }

    /// Sees to it that no budget was added since this was read of its client's: who adds one writes it too.
    pub fn unless_budgets_were_added(self, review: &Versioned<BudgetReview>) -> Self {
        self.update(&review.value, review.rev)
    }

    /// Names a department in something else than a budget. Who lets a department go writes the same item, so of the two one comes
    /// second, and is refused: `review` is read before the client, or before what names its departments.
    pub fn naming_departments(self, review: &Versioned<BudgetReview>) -> Self {
        self.update(&review.value, review.rev)
    }
}
