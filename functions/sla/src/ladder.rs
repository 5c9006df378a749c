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
                Action::NotifyRoles { .. } | Action::RaisePriority {} => {}
            }
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{DepartmentId, UserId};

    #[test]
    fn everything_that_a_ladder_names_is_found_with_its_place() {
        let user: UserId = "usr_01970000000070008000000000000001".parse().expect("an id");
        let department: DepartmentId = "dep_01970000000070008000000000000001".parse().expect("an id");
        let ladder: Vec<Step> = serde_json::from_value(serde_json::json!([
            { "on": ["resolution"], "when": { "at_percent": 80 }, "actions": [{ "do": "raise_priority" }] },
            { "on": ["resolution"], "when": { "at_percent": 100 }, "actions": [
                { "do": "notify_roles", "roles": ["manager"] },
                { "do": "notify_users", "users": [user] },
                { "do": "move_to_department", "department": department },
            ] },
        ]))
        .expect("a ladder");
        let expected = [
            ("/ladder/1/actions/1/users/0".to_owned(), Some(Reference::Staff(user))),
            ("/ladder/1/actions/2/department".to_owned(), Some(Reference::Department(department))),
        ];
        assert_eq!(named(&ladder), expected);
    }
}
