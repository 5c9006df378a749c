//! Every function of Steward, linked into this process, each with the world that its needs allow.

use contract::need::Needs;
use runtime::world::Parts;
use runtime::{AuthorizerHandler, Handler, JobHandler, ReactionHandler, StreamHandler, World};

/// A function and its world.
pub struct Deployed<H> {
    /// What it does.
    pub handler: H,
    /// What it has.
    pub world: World,
}

/// Every function.
pub struct Functions {
    /// Routes.
    pub routes: Vec<Deployed<Handler>>,
    /// Jobs.
    pub jobs: Vec<Deployed<JobHandler>>,
    /// Reactions.
    pub reactions: Vec<Deployed<ReactionHandler>>,
    /// Functions behind the table's stream.
    pub streams: Vec<Deployed<StreamHandler>>,
    /// What stands before every route that is not public.
    pub authorizer: Deployed<AuthorizerHandler>,
}

impl Functions {
    /// Deploys every function over these parts.
    #[must_use]
    pub fn deploy(parts: &Parts) -> Self {
        let routes = [
            identity::routes(),
            clients::routes(),
            tickets::routes(),
            sla::routes(),
            platform::routes(),
            work::routes(),
            billing::routes(),
            licences::routes(),
            insights::routes(),
            budgets::routes(),
        ];
        let jobs = [tickets::jobs(), billing::jobs(), licences::jobs(), insights::jobs(), budgets::jobs()];
        let reactions = [
            tickets::reactions(),
            notifications::reactions(),
            billing::reactions(),
            documents::reactions(),
            licences::reactions(),
        ];
        Functions {
            routes: deploy(parts, routes.into_iter().flatten(), |handler| handler.spec.needs()),
            jobs: deploy(parts, jobs.into_iter().flatten(), |handler| handler.job.needs()),
            reactions: deploy(parts, reactions.into_iter().flatten(), |handler| handler.reaction.needs()),
            streams: deploy(parts, platform::streams(), |handler| handler.plumbing.needs()),
            authorizer: one(parts, identity::authorizer(), |handler| handler.plumbing.needs()),
        }
    }
}

fn deploy<H>(parts: &Parts, handlers: impl IntoIterator<Item = H>, needs: impl Fn(&H) -> Needs) -> Vec<Deployed<H>> {
    handlers.into_iter().map(|handler| one(parts, handler, &needs)).collect()
}

fn one<H>(parts: &Parts, handler: H, needs: impl Fn(&H) -> Needs) -> Deployed<H> {
    let world = World::from_parts(parts, &needs(&handler));
    Deployed { handler, world }
}
