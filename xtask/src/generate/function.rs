//! A function as the generators see it, whatever starts it.

use contract::job::Source;
use contract::need::Needs;
use contract::{Access, Catalog, Method};

/// Seconds that a function behind the API has: the API gives up at 30.
const ROUTE_TIMEOUT_S: u32 = 29;
/// Seconds that a function between the services has.
const PLUMBING_TIMEOUT_S: u32 = 60;

/// One function: a binary, a Lambda, a role and a sample event of one name.
#[derive(Clone, Debug)]
pub struct Function {
    /// `<area>-<verb>[-<object>]`.
    pub name: &'static str,
    /// Its package under `functions/`.
    pub area: &'static str,
    /// One line for the console.
    pub summary: &'static str,
    /// What starts it.
    pub trigger: Trigger,
    /// Seconds after which Lambda ends it.
    pub timeout_s: u32,
    /// What it may touch.
    pub needs: Needs,
}

/// What starts a function.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum Trigger {
    Route { method: Method, path: &'static str, public: bool },
    Authorizer,
    Schedule(&'static str),
    Events(&'static [&'static str]),
    Stream,
}

impl Trigger {
    /// Whether nobody waits for the answer: such a function has a queue for what it could not do.
    pub fn is_asynchronous(&self) -> bool {
        matches!(self, Trigger::Schedule(_) | Trigger::Events(_) | Trigger::Stream)
    }
}

impl Function {
    /// `tickets-close` is `TicketsClose` among CloudFormation's resources.
    pub fn logical_id(&self) -> String {
        capitalised(self.name)
    }

    /// `tickets-add-note` is `add_note` among the modules of its area.
    pub fn module(&self) -> String {
        self.name[self.area.len()..].trim_start_matches('-').replace('-', "_")
    }
}

/// `sla-breach` as `SlaBreach`.
pub fn capitalised(name: &str) -> String {
    name.split('-')
        .flat_map(|word| word[..1].to_uppercase().chars().chain(word[1..].chars()).collect::<Vec<_>>())
        .collect()
}

/// Every function of the catalog, by name.
pub fn functions(catalog: &Catalog) -> Vec<Function> {
    let routes = catalog.routes.iter().map(|operation| {
        let spec = operation.spec;
        let trigger = Trigger::Route { method: spec.method, path: spec.path, public: spec.access == Access::Public };
        let (name, area, summary, needs) = (spec.name, spec.area(), spec.summary, spec.needs());
        Function { name, area, summary, trigger, timeout_s: ROUTE_TIMEOUT_S, needs }
    });
    let jobs = catalog.jobs.iter().map(|job| {
        let (name, area, summary, needs) = (job.name, job.area(), job.summary, job.needs());
        Function { name, area, summary, trigger: Trigger::Schedule(job.schedule), timeout_s: job.timeout_s, needs }
    });
    let reactions = catalog.reactions.iter().map(|reaction| {
        let (name, area, summary, needs) = (reaction.name, reaction.area(), reaction.summary, reaction.needs());
        Function { name, area, summary, trigger: Trigger::Events(reaction.on), timeout_s: reaction.timeout_s, needs }
    });
    let plumbing = catalog.plumbing.iter().map(|plumbing| {
        let (trigger, timeout_s) = match plumbing.source {
            Source::Authorizer => (Trigger::Authorizer, ROUTE_TIMEOUT_S),
            Source::Stream => (Trigger::Stream, PLUMBING_TIMEOUT_S),
        };
        let (name, area, summary, needs) = (plumbing.name, plumbing.area(), plumbing.summary, plumbing.needs());
        Function { name, area, summary, trigger, timeout_s, needs }
    });
    let mut all: Vec<_> = routes.chain(jobs).chain(reactions).chain(plumbing).collect();
    all.sort_by_key(|function| function.name);
    all
}
