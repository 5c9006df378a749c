//! Read a department.

use contract::departments::{AtDepartment, DepartmentView, GET};
use contract::{NoBody, NoQuery};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(GET, get_department)
}

async fn get_department(cx: Cx, input: In<AtDepartment, NoQuery, NoBody>) -> Result<Answer<DepartmentView>> {
    let department = cx.store.department(input.path.department).await?;
    Ok(Answer::read(department.map(DepartmentView::from)))
}
