//! Add a department.

use contract::departments::{ADD, DepartmentView, NewDepartment};
use contract::{NoPath, NoQuery};
use domain::departments;
use domain::ids::DepartmentId;
use runtime::references::{agents, calendar_and_sla, exist};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(ADD, add_department)
}

async fn add_department(cx: Cx, input: In<NoPath, NoQuery, NewDepartment>) -> Result<Answer<DepartmentView>> {
    let NewDepartment { name, strategy, members, sla, calendar, email } = input.body;
    let new = departments::NewDepartment { name, strategy, members, sla, calendar, email };
    let added = departments::add(DepartmentId::from_uuid(cx.id()), new, cx.now)?;
    let members = agents("/members", &added.state.members);
    exist(&cx.store, calendar_and_sla(calendar, sla).chain(members)).await?;
    Ok(cx.added(added))
}
