//! List the departments.

use contract::departments::{DepartmentView, LIST};
use contract::{NoBody, NoPath, Page, PageQuery};
use runtime::context::page;
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(LIST, list_departments)
}

async fn list_departments(cx: Cx, input: In<NoPath, PageQuery, NoBody>) -> Result<Answer<Page<DepartmentView>>> {
    let page = page(input.query.limit, input.query.cursor)?;
    Ok(Answer::page(cx.store.departments(&page).await?))
}
