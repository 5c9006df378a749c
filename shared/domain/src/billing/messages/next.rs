//! What comes next after a charge was declined, in every language of the documents.

use crate::billing::documents::words::Language;
use crate::billing::retry::DeclineClass;

/// What happens after a charge was declined: it is tried again at `next`, or the payer has to do something.
pub(super) fn what_next(language: Language, class: DeclineClass, next: Option<&str>) -> String {
    let confirm = class == DeclineClass::NeedsAuthentication;
    match (language, next) {
        (Language::En, Some(next)) => {
            format!("It is tried again on {next}; nothing has to be done if there is enough on the account by then.")
        }
        (Language::De, Some(next)) => format!(
            "Wir versuchen es am {next} noch einmal; wenn das Konto bis dahin gedeckt ist, müssen Sie nichts tun."
        ),
        (Language::Fr, Some(next)) => format!(
            "Nous réessaierons le {next}\u{a0}; vous n’avez rien à faire si le compte est approvisionné d’ici là."
        ),
        (Language::En, None) if confirm => "Please confirm the payment on the invoice's page.".to_owned(),
        (Language::De, None) if confirm => "Bitte bestätigen Sie die Zahlung auf der Seite der Rechnung.".to_owned(),
        (Language::Fr, None) if confirm => "Merci de confirmer le paiement sur la page de la facture.".to_owned(),
        (Language::En, None) => "Please pay it on the invoice's page, or give us another way to pay.".to_owned(),
        (Language::De, None) => {
            "Bitte zahlen Sie auf der Seite der Rechnung, oder nennen Sie uns einen anderen Zahlungsweg.".to_owned()
        }
        (Language::Fr, None) => {
            "Merci de payer sur la page de la facture, ou de nous indiquer un autre moyen de paiement.".to_owned()
        }
    }
}
