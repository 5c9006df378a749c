//! Change how the MSP bills.

use contract::billing::{BillingSettingsChanges, BillingSettingsView, CHANGE_SETTINGS};
use contract::{NoPath, NoQuery};
use domain::billing::settings::{self, BillingChanges};
use runtime::{Answer, Cx, Handler, In, Result};

/// The route.
pub fn route() -> Handler {
    Handler::new(CHANGE_SETTINGS, change_settings)
}

async fn change_settings(
    cx: Cx,
    input: In<NoPath, NoQuery, BillingSettingsChanges>,
) -> Result<Answer<BillingSettingsView>> {
    let BillingSettingsChanges { taxes, tax_rounding, invoice_numbers, credit_numbers, issue, .. } = input.body;
    let BillingSettingsChanges { terms, proration, grouping, limits, retry, dunning, charge_messages, .. } = input.body;
    let use_credit_first = input.body.use_credit_first;
    let read = cx.unchanged(cx.store.billing_settings().await?)?;
    let changes = BillingChanges {
        taxes,
        tax_rounding,
        invoice_numbers,
        credit_numbers,
        issue,
        terms,
        proration,
        grouping,
        limits,
        retry,
        dunning,
        charge_messages,
        use_credit_first,
    };
    let changed = settings::change(&read.value, changes, cx.now)?;
    Ok(cx.replaced(&read, changed))
}
