//! Close a budget: nobody is warned of it any more; a repeat changes nothing.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::close::route())
}
