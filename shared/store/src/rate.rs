//! Limits that hold across all instances of all functions: one conditional write a call, and for sign-ins a read before it.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use domain::ids::UserId;
use domain::rate::{Counted, Use};
use domain::users::Email;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result, from_sdk};
use crate::item::{Place, Record, key_of, number, to_item};
use crate::keys::{self, Key, Scope};
use crate::users::email_digest;
use crate::{Commit, Store, TenantStore};

pub use domain::rate::{Limit, Quota};

/// What a limiter says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Not now; after this long.
    Wait(SignedDuration),
    /// Never again: their access has ended.
    Ended,
}

/// In the place of a limiter: whoever it limits may not call any more. Every call looks at this item anyway, so that an
/// access token is refused at once and not when it expires.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ended {
    user: UserId,
    until: Timestamp,
}

/// How long it is kept: longer than any access token lives that was given out before.
const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(24);

impl Record for Ended {
    fn place(&self) -> Place {
        Place { expires: Some(self.until), ..Place::at(keys::rate(&self.user.to_string())) }
    }
}

impl Commit {
    /// Refuses every call of a user from now on, whatever tokens they hold.
    pub fn end_access(self, user: UserId, now: Timestamp) -> Self {
        let until = now.checked_add(ENDED_KEPT).unwrap_or(Timestamp::MAX);
        self.set(&Ended { user, until })
    }
}

impl TenantStore {
    /// Counts one call of somebody against a limit.
    pub async fn count_call(&self, who: &str, limit: Limit, now: Timestamp) -> Result<Verdict> {
        self.store.count(self.scope, &keys::rate(who), limit, now).await
    }
}

/// The latest sign-ins with an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Attempts {
    /// Digest of the address.
    address: String,
    /// The oldest first.
    latest: Vec<Use>,
    /// When they count no more.
    until: Timestamp,
}

impl Record for Attempts {
    fn place(&self) -> Place {
        Place { expires: Some(self.until), ..Place::at(keys::attempts(&self.address)) }
    }
}

impl Store {
    /// Counts one sign-in with an address, whether it has an account or not. A request that is run again counts once.
    ///
    /// # Errors
    /// [`Error::Stale`] when another sign-in with the address was counted meanwhile.
    pub async fn count_attempt(&self, address: &Email, quota: Quota, request: Uuid, now: Timestamp) -> Result<Verdict> {
        let address = email_digest(address);
        let found = self.find_in::<Attempts>(Scope::Platform, &keys::attempts(&address)).await?;
        let (latest, rev) = found.map_or_else(|| (Vec::new(), 0), |found| (found.value.latest, found.rev));
        let latest = match quota.count(latest, request, now) {
            Counted::Now(latest) => latest,
            Counted::Before => return Ok(Verdict::Allowed),
            Counted::Wait(wait) => return Ok(Verdict::Wait(wait)),
        };
        // Twice the span: DynamoDB may delete by a clock that is ahead of ours.
        let until = now.checked_add(quota.span * 2).unwrap_or(Timestamp::MAX);
        let put = self
            .dynamo
            .put_item()
            .table_name(&self.names.main)
            .set_item(Some(to_item(Scope::Platform, &Attempts { address, latest, until }, rev + 1)?))
            .condition_expression(if rev == 0 { "attribute_not_exists(pk)" } else { "rev = :rev" })
            .set_expression_attribute_values((rev > 0).then(|| [(":rev".to_owned(), number(rev))].into()));
        match put.send().await {
            Ok(_) => Ok(Verdict::Allowed),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                Err(Error::Stale("the attempts of this address".to_owned()))
            }
            Err(error) => Err(from_sdk(error)),
        }
    }

    async fn count(&self, scope: Scope, key: &Key, limit: Limit, now: Timestamp) -> Result<Verdict> {
        let now_ms = now.as_millisecond();
        let interval_ms = i64::try_from(limit.interval.as_millis()).unwrap_or(i64::MAX);
        let latest_ms = limit.latest(now).as_millisecond();
        // Idle: start from now. Busy: one interval more, while there is room. The first is the common case.
        // A record in the limiter's place says that access has ended.
        let idle = (
            "SET used_until = :next, #ttl = :ttl",
            "attribute_not_exists(v) AND (attribute_not_exists(used_until) OR used_until <= :now)",
        );
        let busy = ("SET used_until = used_until + :next, #ttl = :ttl", "used_until > :now AND used_until <= :latest");
        let mut used_until_ms = None;
        for (update, condition) in [idle, busy, idle] {
            let is_idle = update == idle.0;
            let mut call = self
                .dynamo
                .update_item()
                .table_name(&self.names.main)
                .set_key(Some(key_of(scope, key)))
                .update_expression(update)
                .condition_expression(condition)
                .expression_attribute_names("#ttl", "ttl")
                .expression_attribute_values(":next", number(if is_idle { now_ms + interval_ms } else { interval_ms }))
                .expression_attribute_values(":now", number(now_ms))
                .expression_attribute_values(":ttl", number(latest_ms / 1000 + 60))
                .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
            if !is_idle {
                call = call.expression_attribute_values(":latest", number(latest_ms));
            }
            match call.send().await {
                Ok(_) => return Ok(Verdict::Allowed),
                Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                    let service = error.into_service_error();
                    if let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(
                        failed,
                    ) = &service
                    {
                        let item = failed.item();
                        if item.is_some_and(|item| item.contains_key("v")) {
                            return Ok(Verdict::Ended);
                        }
                        used_until_ms = item.and_then(|item| item.get("used_until")?.as_n().ok()?.parse::<i64>().ok());
                    }
                }
                Err(error) => return Err(from_sdk(error)),
            }
        }
        let used_until = used_until_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        Ok(Verdict::Wait(used_until.map_or(limit.interval, |until| limit.wait(until, now))))
    }
}
