//! Whom and what an escalation ladder names.

use domain::sla::{Action, Step};
use runtime::references::Reference;

/// The people and departments that a ladder names, each with the JSON pointer of its field.
pub(crate) fn named(ladder: &[Step]) -> Vec<(String, Option<Reference>)> {
    let mut named = Vec::new();
    for (rung, step) in ladder.iter().enumerate() {
        for (index, action) in step.actions.iter().enumerate() {
            let at = format!("/ladder/{rung}/actions/{index}");
            match action {
                Action::NotifyUsers { users } => {
                    let users = users.iter().enumerate();
                    named.extend(users.map(|(n, user)| (format!("{at}/users/{n}"), Some(Reference::Staff(*user)))));
                }
                Action::MoveToDepartment { department } => {
                    named.push((format!("{at}/department"), Some(Reference::Department(*department))));
                }
                Action::NotifyRoles { .. } | Action::RaisePriority => {}
            }
        }
    }
    named
}
