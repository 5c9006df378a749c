//! Export what a client spends on its IT as a table, as CSV or as a workbook.

fn main() -> runtime::Exit {
    runtime::serve(budgets::routes::export_spending::route())
}
