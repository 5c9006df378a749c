//! Pages on which a client pays: the provider's, and the one of ours that leads there.

use domain::billing::documents::words::{Language, Words};
use domain::billing::invoice::{Invoice, InvoiceState};
use jiff::Timestamp;
use maud::{DOCTYPE, PreEscaped, html};
use runtime::paying::pay_at;
use runtime::provider::PayPage;
use runtime::{Result, World};
use store::invoices::KeptInvoice;
use store::{TenantStore, Versioned};

use crate::teller::today;

/// Readable on a telephone, and in the dark.
const LOOK: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:28rem;margin:12vh auto;padding:0 1.5rem;color-scheme:light dark}\
    dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1.5rem}dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}\
    a{display:block;margin-top:2rem;padding:.9rem;border-radius:.5rem;background:#1d4ed8;color:#fff;text-align:center;text-decoration:none}";

/// The provider's page for what can be paid: there is one a day for an invoice as it stands, so that who asks twice gets the
/// same. The provider answers one key with one page for ever, also once that was paid; what was paid on it and went back is paid
/// on another.
pub(crate) async fn page_of(
    world: &World,
    store: &TenantStore,
    kept: &Versioned<KeptInvoice>,
    now: Timestamp,
) -> Result<PayPage> {
    let invoice = &kept.value.invoice;
    let (id, amount) = (invoice.id, invoice.payable());
    Ok(PayPage {
        key: format!("{id}-page-{}-{}-{}", amount.minor(), kept.rev, today(store, now).await?),
        tenant: store.tenant(),
        invoice: id,
        text: invoice.number.as_ref().map(ToString::to_string).unwrap_or_default(),
        amount,
        back_to: pay_at(world, store.tenant(), id)?,
    })
}

/// Our page: what is left to pay, also of what was written off, and the way to the provider's, when that can be had.
pub(crate) fn shown(issuer: &str, invoice: &Invoice, language: Language, pay: Option<&str>) -> String {
    let words: &Words = language.words();
    let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let title = format!("{} {number}", words.invoice);
    html! {
        (DOCTYPE)
        html lang=(words.code) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(LOOK)) }
            }
            body {
                p { (issuer) }
                h1 { (title) }
                @if invoice.state == InvoiceState::Void {
                    p { (words.void_note) }
                } @else if invoice.payable().is_zero() {
                    p { (if invoice.is_forgiven() || invoice.paid.is_zero() { words.nothing_due } else { words.paid }) }
                } @else {
                    dl {
                        dt { (words.amount_due) }
                        dd { (language.money(invoice.payable())) }
                        @if let Some(due) = invoice.due_on {
                            dt { (words.due) }
                            dd { (language.date(due)) }
                        }
                    }
                    @match pay {
                        Some(url) => a href=(url) rel="noreferrer" { (words.pay_online) },
                        None => p { (words.pay_later) },
                    }
                }
            }
        }
    }
    .into_string()
}
