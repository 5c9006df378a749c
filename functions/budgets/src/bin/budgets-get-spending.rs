//! Read what a client spends on its IT, by month, source, department, cost centre and product.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::get_spending::route())
}
