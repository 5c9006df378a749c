//! Change a department.

use contract::NoQuery;
use contract::departments::{AtDepartment, CHANGE, DepartmentChanges, DepartmentView};
use domain::departments;
use runtime::references::{agents, calendar_and_sla, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE, change_department)
}

async fn change_department(
    cx: Cx,
    input: In<AtDepartment, NoQuery, DepartmentChanges>,
) -> Result<Answer<DepartmentView>> {
    let DepartmentChanges { name, strategy, members, sla, calendar, email, active } = input.body;
    let read = cx.unchanged(cx.store.department(input.path.department).await?)?;
    // Only what is given is looked up: who has left since may stay in a list that nobody touches.
    let given = members.clone().unwrap_or_default();
    let changes = departments::DepartmentChanges { name, strategy, members, sla, calendar, email, active };
    let changed = departments::change(read.value, changes, cx.now)?;
    let named = calendar_and_sla(calendar.flatten(), sla.unwrap_or_default()).chain(agents("/members", &given));
    exist(&cx.store, named).await?;
    Ok(cx.changed(changed, read.rev))
}
