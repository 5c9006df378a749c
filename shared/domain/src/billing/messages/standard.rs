//! The messages of who wrote none, in every language of the documents.

use super::{Message, News};
use crate::billing::documents::words::Language;
use crate::billing::dunning::step::StepKind;

impl News {
    /// What is written of this in a language. Of the last two steps the MSP's own people are told, and the payer only by what
    /// the MSP writes itself.
    pub(in crate::billing) fn standard(&self, language: Language) -> Option<Message> {
        let (subject, said) = match self {
            News::Dunned { step, .. } => dunned(language, *step)?,
            News::Declined { .. } => declined(language),
            News::Received { .. } => received(language),
            News::Voided { .. } => voided(language),
        };
        let words = language.words();
        let (hello, colon) = match language {
            Language::En => ("Hello", ":"),
            Language::De => ("Guten Tag", ":"),
            Language::Fr => ("Bonjour", "\u{a0}:"),
        };
        let is_over = matches!(self, News::Received { .. } | News::Voided { .. });
        let link = if is_over { words.invoice } else { words.pay_online };
        Some(Message {
            subject: format!("{} {{number}}{colon} {subject}", words.invoice),
            text: format!("{hello} {{client}},\n\n{said}\n\n{link}{colon} {{pay_link}}\n\n{{company}}\n"),
        })
    }
}

const fn dunned(language: Language, step: StepKind) -> Option<(&'static str, &'static str)> {
    Some(match (language, step) {
        (Language::En, StepKind::Reminder) => {
            ("due soon", "{balance} of invoice {number} is due on {due_on}. Thank you for paying it in time.")
        }
        (Language::En, StepKind::Overdue1) => (
            "overdue",
            "{balance} of invoice {number} was due on {due_on}. Maybe it slipped your attention; please pay it now.",
        ),
        (Language::En, StepKind::Overdue2) => (
            "second reminder",
            "{balance} of invoice {number} was due on {due_on} and is still open. Please pay it, or tell us what is wrong.",
        ),
        (Language::En, StepKind::Overdue3) => (
            "last reminder",
            "{balance} of invoice {number} was due on {due_on}. This is our last reminder before we stop our services.",
        ),
        (Language::De, StepKind::Reminder) => (
            "bald fällig",
            "von der Rechnung {number} sind bis zum {due_on} noch {balance} zu zahlen. Vielen Dank für Ihre pünktliche Zahlung.",
        ),
        (Language::De, StepKind::Overdue1) => (
            "überfällig",
            "die Rechnung {number} war am {due_on} fällig, {balance} sind noch offen. Vielleicht ist sie Ihnen entgangen; bitte zahlen Sie jetzt.",
        ),
        (Language::De, StepKind::Overdue2) => (
            "zweite Erinnerung",
            "die Rechnung {number} war am {due_on} fällig, {balance} sind immer noch offen. Bitte zahlen Sie, oder sagen Sie uns, was nicht stimmt.",
        ),
        (Language::De, StepKind::Overdue3) => (
            "letzte Erinnerung",
            "die Rechnung {number} war am {due_on} fällig, {balance} sind immer noch offen. Dies ist unsere letzte Erinnerung, bevor wir unsere Leistungen einstellen.",
        ),
        (Language::Fr, StepKind::Reminder) => (
            "bientôt à échéance",
            "il reste {balance} à régler sur la facture {number} avant le {due_on} inclus. Merci de votre paiement ponctuel.",
        ),
        (Language::Fr, StepKind::Overdue1) => (
            "échéance dépassée",
            "la facture {number} était à régler le {due_on} et il reste {balance} à payer. Elle vous a peut-être échappé\u{a0}; merci de la régler dès maintenant.",
        ),
        (Language::Fr, StepKind::Overdue2) => (
            "deuxième rappel",
            "la facture {number} était à régler le {due_on} et il reste toujours {balance} à payer. Merci de la régler, ou de nous dire ce qui ne va pas.",
        ),
        (Language::Fr, StepKind::Overdue3) => (
            "dernier rappel",
            "la facture {number} était à régler le {due_on} et il reste toujours {balance} à payer. Ceci est notre dernier rappel avant l’arrêt de nos services.",
        ),
        (_, StepKind::Suspend | StepKind::Collection) => return None,
    })
}

const fn declined(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("the charge was declined", "{amount} for invoice {number} could not be charged. {what_next}"),
        Language::De => {
            ("Abbuchung abgelehnt", "{amount} für die Rechnung {number} konnten nicht abgebucht werden. {what_next}")
        }
        Language::Fr => {
            ("prélèvement refusé", "{amount} n’ont pas pu être prélevés pour la facture {number}. {what_next}")
        }
    }
}

const fn received(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("{amount} received", "we charged {amount} for invoice {number}. Thank you."),
        Language::De => ("{amount} erhalten", "wir haben {amount} für die Rechnung {number} abgebucht. Vielen Dank."),
        Language::Fr => ("{amount} reçus", "nous avons prélevé {amount} pour la facture {number}. Merci."),
    }
}

const fn voided(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::En => ("void", "invoice {number} over {amount} is void. Nothing is to be paid on it."),
        Language::De => ("storniert", "die Rechnung {number} über {amount} ist storniert. Es ist nichts zu zahlen."),
        Language::Fr => ("annulée", "la facture {number} de {amount} est annulée. Rien n’est à payer."),
    }
}
