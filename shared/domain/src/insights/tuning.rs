//! How readily something is an anomaly, and by what: for a tenant, a client, a series.

use serde::{Deserialize, Serialize};

use super::feedback::{LEAST_SENSITIVE, MOST_SENSITIVE};
use super::model::Method;
use crate::error::Refusal;
use crate::invalid::Check;

/// Thresholds of a z-score that can mean anything.
const THRESHOLDS: (f64, f64) = (1.0, 20.0);

/// How a series is looked at; what is not set is as it is at the next wider level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// How readily something is an anomaly.
    #[serde(default)]
    pub sensitivity: Option<f64>,
    /// By what.
    #[serde(default)]
    pub method: Option<Method>,
}

impl Tuning {
    /// Whether it can be.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]: a sensitivity that is not between 0.5 and 2, a threshold that is not between 1 and 20.
    pub fn check(&self) -> Result<(), Refusal> {
        let mut check = Check::new();
        let sensitive = |factor: f64| (LEAST_SENSITIVE..=MOST_SENSITIVE).contains(&factor);
        check.that(self.sensitivity.is_none_or(sensitive), "/sensitivity", "range", "must be from 0.5 to 2");
        if let Some(Method::ZScore { threshold }) = self.method {
            let (least, most) = THRESHOLDS;
            let fits = (least..=most).contains(&threshold);
            check.that(fits, "/method/z_score/threshold", "range", "must be from 1 to 20; three is common");
        }
        check.done()
    }

    /// With what the wider level says about the rest.
    #[must_use]
    pub fn or(self, wider: Tuning) -> Tuning {
        Tuning { sensitivity: self.sensitivity.or(wider.sensitivity), method: self.method.or(wider.method) }
    }
}
