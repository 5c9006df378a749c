//! Limits that hold across all instances of all functions: one conditional write a call.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use jiff::{SignedDuration, Timestamp};

use crate::error::{Result, from_sdk};
use crate::item::{key_of, number};
use crate::keys::{self, Key, Scope};
use crate::{Store, TenantStore};

/// How much is allowed: `burst` at once, then one every `interval`.
///
/// The rule is the generic cell rate algorithm (ITU-T I.371): one instant is kept, the time at which the caller would be
/// back to nothing used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Calls at once.
    pub burst: u32,
    /// Time in which one call's worth comes back.
    pub interval: SignedDuration,
}

impl Limit {
    /// `burst` at once and `per_minute` sustained.
    pub fn per_minute(burst: u32, per_minute: u32) -> Self {
        Limit { burst, interval: SignedDuration::from_millis(60_000 / i64::from(per_minute.max(1))) }
    }
}

/// What a limiter says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Not now; after this long.
    Wait(SignedDuration),
}

impl TenantStore {
    /// Counts one call of somebody against a limit.
    pub async fn count_call(&self, who: &str, limit: Limit, now: Timestamp) -> Result<Verdict> {
        self.store.count(self.scope, &keys::rate(who), limit, now).await
    }
}

impl Store {
    /// Counts one sign-in with an account's name, existing or not.
    pub async fn count_attempt(&self, account_digest: &str, limit: Limit, now: Timestamp) -> Result<Verdict> {
        self.count(Scope::Platform, &keys::attempts(account_digest), limit, now).await
    }

    async fn count(&self, scope: Scope, key: &Key, limit: Limit, now: Timestamp) -> Result<Verdict> {
        let now_ms = now.as_millisecond();
        let interval_ms = i64::try_from(limit.interval.as_millis()).unwrap_or(i64::MAX);
        let latest_ms = now_ms + interval_ms * (i64::from(limit.burst) - 1);
        // Idle: start from now. Busy: one interval more, while there is room. The first is the common case.
        let idle = ("SET used_until = :next, #ttl = :ttl", "attribute_not_exists(used_until) OR used_until <= :now");
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
                    if let aws_sdk_dynamodb::operation::update_item::UpdateItemError::ConditionalCheckFailedException(failed) = &service {
                        used_until_ms = failed.item().and_then(|item| item.get("used_until")?.as_n().ok()?.parse::<i64>().ok());
                    }
                }
                Err(error) => return Err(from_sdk(error)),
            }
        }
        let wait_ms = used_until_ms.map_or(interval_ms, |until| (until - latest_ms).max(1));
        Ok(Verdict::Wait(SignedDuration::from_millis(wait_ms)))
    }
}
