//! Which policy and which calendar hold for a ticket.

use std::fmt;
use std::str::FromStr;

use super::policy::Policy;
use crate::ids::{CalendarId, NotAnId, PolicyId};
use crate::text::travels_as_text;

/// What a tenant, department, client or contract says about SLAs.
/// On the wire it is one word: `inherit`, `none`, or the id of a policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum SlaChoice {
    /// Nothing: the next level decides.
    #[default]
    Inherit,
    /// No SLA, whatever the next levels say.
    None,
    /// This policy.
    Policy(PolicyId),
}

impl FromStr for SlaChoice {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        match text {
            "inherit" => Ok(Self::Inherit),
            "none" => Ok(Self::None),
            id => id.parse().map(Self::Policy),
        }
    }
}

impl fmt::Display for SlaChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inherit => f.write_str("inherit"),
            Self::None => f.write_str("none"),
            Self::Policy(id) => write!(f, "{id}"),
        }
    }
}

travels_as_text!(SlaChoice, Some("^(inherit|none|pol_[0-9a-f]{32})$"), "`inherit`, `none`, or the id of a policy");

/// The policy that holds: the first level that says something, contract before client before department before
/// tenant. `None` is no SLA.
pub fn resolve(
    contract: Option<SlaChoice>,
    client: SlaChoice,
    department: Option<SlaChoice>,
    tenant: SlaChoice,
) -> Option<PolicyId> {
    let levels = [contract.unwrap_or_default(), client, department.unwrap_or_default(), tenant];
    match levels.into_iter().find(|level| *level != SlaChoice::Inherit) {
        Some(SlaChoice::Policy(id)) => Some(id),
        _ => None,
    }
}

/// The calendar that business time is counted in; `None` is 24×7.
///
/// The policy's own goes first, unless the policy lets the client's go before it; then the client's, the
/// department's, the tenant's.
pub fn which_calendar(
    policy: &Policy,
    client: Option<CalendarId>,
    department: Option<CalendarId>,
    tenant: Option<CalendarId>,
) -> Option<CalendarId> {
    let (first, second) =
        if policy.client_calendar_first { (client, policy.calendar) } else { (policy.calendar, client) };
    first.or(second).or(department).or(tenant)
}
