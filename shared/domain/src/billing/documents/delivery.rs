//! How a document gets to who pays: when it goes out by itself, and what the letter says.

use super::facts::{Document, Look};
use super::settings::Delivery;
use super::words::Language;
use crate::billing::invoice::{Invoice, InvoiceKind};
use crate::error::Refusal;

/// Whether an invoice goes out by itself now that its document was made: once, and only what was issued.
pub fn goes_out(invoice: &Invoice, made: Look, delivery: Delivery) -> bool {
    let issued = made == Look::Issued && Look::of(invoice) == Look::Issued;
    issued && delivery == Delivery::AtOnce && invoice.sent_at.is_none()
}

/// Whether somebody may send it.
///
/// # Errors
/// [`Refusal::Conflict`] for a draft and for what is void.
pub fn may_go_out(look: Look) -> Result<(), Refusal> {
    match look {
        Look::Issued => Ok(()),
        Look::Draft => Err(Refusal::conflict("invoice_step", "a draft is not sent; issue it first")),
        Look::Void => Err(Refusal::conflict("invoice_step", "what is void is not sent; write a new invoice")),
    }
}

/// The words of a letter that carries a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The subject line.
    pub subject: String,
    /// The text.
    pub text: String,
}

/// The letter around a document, in the document's language.
pub fn cover(document: &Document) -> Cover {
    let language = document.issuer.letterhead.language;
    let words = language.words();
    let number = document.number.as_deref().unwrap_or_default();
    let name = &document.issuer.name;
    let is_credit = document.kind == InvoiceKind::CreditNote;
    let title = if is_credit { words.credit_note } else { words.invoice };
    let total = language.money(document.totals.total);
    let due = document.due_on.map(|date| language.date(date)).unwrap_or_default();
    // What a bill below nothing gives to the client's credit corrects no invoice.
    let corrected = document.corrects.as_ref().map(|corrected| match language {
        Language::En => format!(" It corrects invoice {}.", corrected.number),
        Language::De => format!(" zur Rechnung {}", corrected.number),
        Language::Fr => format!(", sur la facture {}", corrected.number),
    });
    let corrected = corrected.unwrap_or_default();
    let (subject, body) = match (language, is_credit) {
        (Language::En, false) => (
            format!("{title} {number} from {name}"),
            format!("Hello,\n\nattached is invoice {number} over {total}, due on {due}."),
        ),
        (Language::En, true) => (
            format!("{title} {number} from {name}"),
            format!("Hello,\n\nattached is credit note {number} over {total}.{corrected}"),
        ),
        (Language::De, false) => (
            format!("{title} {number} von {name}"),
            format!("Guten Tag,\n\nanbei erhalten Sie die Rechnung {number} über {total}, fällig am {due}."),
        ),
        (Language::De, true) => (
            format!("{title} {number} von {name}"),
            format!("Guten Tag,\n\nanbei erhalten Sie die Korrektur {number} über {total}{corrected}."),
        ),
        (Language::Fr, false) => (
            format!("{title} {number} de {name}"),
            format!("Bonjour,\n\nveuillez trouver ci-joint la facture {number} de {total}, à régler le {due}."),
        ),
        (Language::Fr, true) => (
            format!("{title} {number} de {name}"),
            format!("Bonjour,\n\nveuillez trouver ci-joint l’avoir {number} de {total}{corrected}."),
        ),
    };
    let credit = document.used_credit.map(|used| {
        let (used, left) = (language.money(used), language.money(document.due()));
        match language {
            Language::En => format!(" Your credit has paid {used} of it; {left} is left to pay."),
            Language::De => format!(" Davon hat Ihr Guthaben {used} bezahlt; zu zahlen bleiben {left}."),
            Language::Fr => format!(" Votre avoir en a réglé {used}\u{202f}; il reste {left} à payer."),
        }
    });
    let credit = credit.unwrap_or_default();
    let pay = document.pay_at.as_ref().map(|at| format!("\n\n{}: {at}", words.pay_online)).unwrap_or_default();
    Cover { subject, text: format!("{body}{credit}{pay}\n\n{name}\n") }
}
