//! What happens at a help desk, over and over: read from the three files beside this one.

use domain::ids::DepartmentId;
use domain::tickets::{Channel, Impact, Kind, Urgency};
use runtime::Result;
use serde::Deserialize;

use super::promises::{NETWORK, SECURITY, SERVICE_DESK};
use super::{id, wrong};

const FILES: [(u64, &str); 3] = [
    (SERVICE_DESK, include_str!("scenarios/service_desk.json")),
    (NETWORK, include_str!("scenarios/network.json")),
    (SECURITY, include_str!("scenarios/security.json")),
];

/// Something that happens, with words in braces for what differs from time to time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// The same thing in other words.
    pub(super) subjects: Vec<String>,
    pub(super) description: String,
    pub(super) kind: Kind,
    pub(super) category: String,
    pub(super) impact: Impact,
    pub(super) urgency: Urgency,
    pub(super) channels: Vec<Channel>,
    pub(super) tags: Vec<String>,
    /// Sometimes over before it is written down.
    #[serde(default)]
    pub(super) quick: bool,
    pub(super) talk: Vec<Line>,
    /// Which department it is for.
    #[serde(skip)]
    pub(super) department: Option<DepartmentId>,
}

/// What somebody says, and what becomes of the ticket by it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The desk, working on.
    Staff(String),
    /// The desk, which then waits for the customer.
    Ask(String),
    /// The desk, which then waits for somebody else.
    Vendor(String),
    /// The desk, for itself.
    Note(String),
    /// The desk, done.
    Done(String),
    /// The customer.
    Customer(String),
}

impl Line {
    /// Whether the customer says it.
    pub(super) fn is_customers(&self) -> bool {
        matches!(self, Line::Customer(_))
    }
}

/// Everything that happens.
pub(super) fn all() -> Result<Vec<Scenario>> {
    let mut all = Vec::new();
    for (department, file) in FILES {
        let scenarios: Vec<Scenario> = serde_json::from_str(file).map_err(wrong)?;
        let department = Some(id(department, DepartmentId::from_uuid));
        all.extend(scenarios.into_iter().map(|scenario| Scenario { department, ..scenario }));
    }
    Ok(all)
}

/// What stands for the words in braces.
pub(super) struct Words {
    pub(super) site: String,
    pub(super) device: String,
    pub(super) host: String,
    pub(super) person: String,
    pub(super) team: String,
    pub(super) tool: &'static str,
    pub(super) number: i64,
}

impl Words {
    /// A text with its words.
    pub(super) fn in_text(&self, text: &str) -> String {
        text.replace("{site}", &self.site)
            .replace("{device}", &self.device)
            .replace("{host}", &self.host)
            .replace("{person}", &self.person)
            .replace("{team}", &self.team)
            .replace("{tool}", self.tool)
            .replace("{n}", &self.number.to_string())
    }
}
