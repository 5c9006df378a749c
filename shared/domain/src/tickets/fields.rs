//! The small words of a ticket, and the matrix of impact and urgency.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What sort of request it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Kind {
    /// Something is broken.
    #[default]
    Incident,
    /// Something is wanted.
    Request,
    /// Why things keep breaking.
    Problem,
    /// Something is to be altered.
    Change,
    /// Something is to be explained.
    Question,
}

/// How a ticket came in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Channel {
    /// The web.
    #[default]
    Portal,
    /// Mail.
    Email,
    /// A call.
    Phone,
    /// A chat.
    Chat,
    /// A machine noticed.
    Monitoring,
    /// Another program.
    Api,
}

/// How much is affected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Impact {
    /// The whole client.
    High,
    /// A department.
    Medium,
    /// One person.
    #[default]
    Low,
}

/// How long it can wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Urgency {
    /// Work stands still.
    High,
    /// Work is harder.
    #[default]
    Medium,
    /// It can wait.
    Low,
}

/// How soon it is looked at. P1 is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Priority {
    /// At once.
    P1,
    /// Today.
    P2,
    /// Soon.
    P3,
    /// When there is time.
    P4,
}

impl Priority {
    /// All of them, the first first.
    pub const ALL: [Priority; 4] = [Priority::P1, Priority::P2, Priority::P3, Priority::P4];

    /// One step up; P1 stays.
    pub const fn raised(self) -> Self {
        match self {
            Priority::P1 | Priority::P2 => Priority::P1,
            Priority::P3 => Priority::P2,
            Priority::P4 => Priority::P3,
        }
    }
}

/// The matrix: how far it reaches × how long it can wait.
pub const fn priority_of(impact: Impact, urgency: Urgency) -> Priority {
    use Priority::{P1, P2, P3, P4};
    match (impact, urgency) {
        (Impact::High, Urgency::High) => P1,
        (Impact::High, Urgency::Medium) => P2,
        (Impact::High, Urgency::Low) => P3,
        (Impact::Medium, Urgency::High) => P2,
        (Impact::Medium, Urgency::Medium) => P3,
        (Impact::Medium, Urgency::Low) => P4,
        (Impact::Low, Urgency::High) => P3,
        (Impact::Low, Urgency::Medium) => P4,
        (Impact::Low, Urgency::Low) => P4,
    }
}

/// Writes each word as it is on the wire.
macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),+ })+) => {$(
        impl $type {
            /// As it is written on the wire.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    )+};
}

words! {
    Kind { Incident = "incident", Request = "request", Problem = "problem", Change = "change", Question = "question" }
    Channel { Portal = "portal", Email = "email", Phone = "phone", Chat = "chat", Monitoring = "monitoring", Api = "api" }
    Impact { High = "high", Medium = "medium", Low = "low" }
    Urgency { High = "high", Medium = "medium", Low = "low" }
    Priority { P1 = "p1", P2 = "p2", P3 = "p3", P4 = "p4" }
}
