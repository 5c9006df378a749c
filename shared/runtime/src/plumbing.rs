//! The functions between the services: the authorizer in front of the routes, the publisher behind the table.

use std::collections::HashMap;
use std::future::Future;

use aws_lambda_events::dynamodb::Event as StreamEvent;
use contract::job::Plumbing;
use futures::future::BoxFuture;
use http::HeaderMap;

use crate::error::Result;
use crate::tokens::Claims;
use crate::world::World;

type Authorize = Box<dyn Fn(&World, &HeaderMap) -> Option<Claims> + Send + Sync>;

/// The authorizer: reads who is calling from a request's headers, or finds nobody.
pub struct AuthorizerHandler {
    /// The function.
    pub plumbing: Plumbing,
    authorize: Authorize,
}

impl AuthorizerHandler {
    /// The function and its rule.
    pub fn new(
        plumbing: Plumbing,
        authorize: impl Fn(&World, &HeaderMap) -> Option<Claims> + Send + Sync + 'static,
    ) -> Self {
        AuthorizerHandler { plumbing, authorize: Box::new(authorize) }
    }

    /// Who is calling.
    pub fn authorize(&self, world: &World, headers: &HeaderMap) -> Option<Claims> {
        (self.authorize)(world, headers)
    }
}

/// Claims as the authorizer's context carries them to the function: texts only.
pub fn to_context(claims: &Claims) -> HashMap<String, String> {
    let mut context = HashMap::from([
        ("tenant".to_owned(), claims.tenant.to_string()),
        ("user".to_owned(), claims.user.to_string()),
        ("role".to_owned(), claims.role.to_string()),
        ("name".to_owned(), claims.name.clone()),
        ("session".to_owned(), claims.session.to_string()),
    ]);
    context.extend(claims.client.map(|client| ("client".to_owned(), client.to_string())));
    context
}

/// The way back.
pub fn from_context(context: &HashMap<String, serde_json::Value>) -> Option<Claims> {
    let text = |name: &str| context.get(name)?.as_str();
    Some(Claims {
        tenant: text("tenant")?.parse().ok()?,
        user: text("user")?.parse().ok()?,
        role: text("role")?.parse().ok()?,
        client: text("client").map(str::parse).transpose().ok()?,
        name: text("name")?.to_owned(),
        session: text("session")?.parse().ok()?,
    })
}

type Carry = Box<dyn Fn(World, StreamEvent) -> BoxFuture<'static, Result<Vec<String>>> + Send + Sync>;

/// A function behind the main table's stream.
pub struct StreamHandler {
    /// The function.
    pub plumbing: Plumbing,
    carry: Carry,
}

impl StreamHandler {
    /// The function and what it does with a batch: it names the sequence numbers of the records that failed.
    pub fn new<F, Fut>(plumbing: Plumbing, carry: F) -> Self
    where
        F: Fn(World, StreamEvent) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Vec<String>>> + Send + 'static,
    {
        StreamHandler { plumbing, carry: Box::new(move |world, event| Box::pin(carry(world, event))) }
    }

    /// Carries a batch on.
    ///
    /// # Errors
    /// When nothing of the batch got through.
    pub async fn carry(&self, world: &World, event: StreamEvent) -> Result<Vec<String>> {
        let started = tokio::time::Instant::now();
        let records = event.records.len() as u64;
        let done = (self.carry)(world.clone(), event).await;
        let failed = done.as_ref().map_or(records, |failed| failed.len() as u64);
        let ms = started.elapsed().as_secs_f64() * 1_000.0;
        crate::log::run(self.plumbing.name, &[("records", records), ("failed", failed)], ms, done.as_ref().err());
        done
    }
}
