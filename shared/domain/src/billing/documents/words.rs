//! The words, dates and numbers of a document, by language.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::billing::terms::PaymentTerms;
use crate::money::Money;
use crate::zone::Zone;

/// The language of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Language {
    /// English: `1,234.50`, `1 March 2026`.
    #[default]
    En,
    /// German: `1.234,50`, `01.03.2026`.
    De,
    /// French: `1 234,50`, `01/03/2026`.
    Fr,
}

/// The words that the template sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Words {
    /// ISO 639-1, for hyphenation and the PDF's own language.
    pub code: &'static str,
    pub invoice: &'static str,
    pub credit_note: &'static str,
    pub number: &'static str,
    pub date: &'static str,
    pub due: &'static str,
    pub service: &'static str,
    pub terms: &'static str,
    pub corrects: &'static str,
    pub tax_id: &'static str,
    pub description: &'static str,
    pub quantity: &'static str,
    pub price: &'static str,
    pub average: &'static str,
    pub tax: &'static str,
    pub amount: &'static str,
    pub discount: &'static str,
    pub carried: &'static str,
    pub brought: &'static str,
    pub net: &'static str,
    pub total: &'static str,
    pub credit_used: &'static str,
    pub amount_due: &'static str,
    pub credited: &'static str,
    pub on: &'static str,
    pub included: &'static str,
    pub rounded_per_line: &'static str,
    pub rounded_once: &'static str,
    pub not_taxed: &'static str,
    pub payment: &'static str,
    pub pay_online: &'static str,
    pub paid: &'static str,
    pub nothing_due: &'static str,
    pub pay_later: &'static str,
    pub page: &'static str,
    pub of: &'static str,
    pub draft: &'static str,
    pub void: &'static str,
    pub draft_note: &'static str,
    pub void_note: &'static str,
}

const EN: Words = Words {
    code: "en",
    invoice: "Invoice",
    credit_note: "Credit note",
    number: "Number",
    date: "Date",
    due: "Due",
    service: "Service period",
    terms: "Terms",
    corrects: "Corrects invoice",
    tax_id: "Tax ID",
    description: "Description",
    quantity: "Quantity",
    price: "Unit price",
    average: "avg.",
    tax: "Tax",
    amount: "Amount",
    discount: "discount",
    carried: "Carried forward",
    brought: "Brought forward",
    net: "Subtotal",
    total: "Total",
    credit_used: "Paid with your credit",
    amount_due: "Amount due",
    credited: "Amount credited",
    on: "on",
    included: "included in the prices",
    rounded_per_line: "Tax is rounded line by line.",
    rounded_once: "Tax is rounded once, over all lines.",
    not_taxed: "Not taxed",
    payment: "How to pay",
    pay_online: "Pay online",
    paid: "Paid. Thank you.",
    nothing_due: "Nothing is to be paid on this invoice.",
    pay_later: "Paying online is not possible at the moment. Try again in a minute, or pay as the invoice says.",
    page: "Page",
    of: "of",
    draft: "DRAFT",
    void: "VOID",
    draft_note: "This is a draft and no invoice. It has no number yet, and nothing is to be paid on it.",
    void_note: "This invoice is void. Nothing is to be paid on it.",
};

const DE: Words = Words {
    code: "de",
    invoice: "Rechnung",
    credit_note: "Rechnungskorrektur",
    number: "Nummer",
    date: "Datum",
    due: "Fällig",
    service: "Leistungszeitraum",
    terms: "Zahlungsziel",
    corrects: "Berichtigt Rechnung",
    tax_id: "USt-IdNr. / St.-Nr.",
    description: "Leistung",
    quantity: "Menge",
    price: "Einzelpreis",
    average: "Ø",
    tax: "Steuer",
    amount: "Betrag",
    discount: "Rabatt",
    carried: "Übertrag",
    brought: "Übertrag von voriger Seite",
    net: "Summe netto",
    total: "Gesamtbetrag",
    credit_used: "Mit Ihrem Guthaben bezahlt",
    amount_due: "Zu zahlen",
    credited: "Gutgeschrieben",
    on: "auf",
    included: "in den Preisen enthalten",
    rounded_per_line: "Steuer je Position gerundet.",
    rounded_once: "Steuer einmal über alle Positionen gerundet.",
    not_taxed: "Ohne Steuer",
    payment: "Zahlung",
    pay_online: "Online bezahlen",
    paid: "Bezahlt. Vielen Dank.",
    nothing_due: "Auf diese Rechnung ist nichts zu zahlen.",
    pay_later: "Online bezahlen ist gerade nicht möglich. Bitte versuchen Sie es in einer Minute noch einmal, oder zahlen Sie wie auf der Rechnung angegeben.",
    page: "Seite",
    of: "von",
    draft: "ENTWURF",
    void: "STORNIERT",
    draft_note: "Dies ist ein Entwurf und keine Rechnung. Er hat noch keine Nummer, und es ist nichts zu zahlen.",
    void_note: "Diese Rechnung ist storniert. Es ist nichts zu zahlen.",
};

const FR: Words = Words {
    code: "fr",
    invoice: "Facture",
    credit_note: "Avoir",
    number: "Numéro",
    date: "Date",
    due: "Échéance",
    service: "Période",
    terms: "Conditions",
    corrects: "Rectifie la facture",
    tax_id: "N° TVA",
    description: "Désignation",
    quantity: "Quantité",
    price: "Prix unitaire",
    average: "moy.",
    tax: "Taxe",
    amount: "Montant",
    discount: "remise",
    carried: "À reporter",
    brought: "Report",
    net: "Total HT",
    total: "Total TTC",
    credit_used: "Réglé avec votre avoir",
    amount_due: "Net à payer",
    credited: "Montant crédité",
    on: "sur",
    included: "comprise dans les prix",
    rounded_per_line: "Taxe arrondie ligne par ligne.",
    rounded_once: "Taxe arrondie une fois, sur l’ensemble des lignes.",
    not_taxed: "Non taxé",
    payment: "Règlement",
    pay_online: "Payer en ligne",
    paid: "Payée. Merci.",
    nothing_due: "Rien n’est à payer sur cette facture.",
    pay_later: "Le paiement en ligne n’est pas possible pour le moment. Réessayez dans une minute, ou payez comme indiqué sur la facture.",
    page: "Page",
    of: "sur",
    draft: "BROUILLON",
    void: "ANNULÉE",
    draft_note: "Ceci est un brouillon et non une facture. Il n’a pas encore de numéro et rien n’est à payer.",
    void_note: "Cette facture est annulée. Rien n’est à payer.",
};

impl Language {
    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::De => &DE,
            Self::Fr => &FR,
        }
    }

    /// A date.
    pub fn date(self, date: Date) -> String {
        let pattern = match self {
            Self::En => "%-d %B %Y",
            Self::De => "%d.%m.%Y",
            Self::Fr => "%d/%m/%Y",
        };
        date.strftime(pattern).to_string()
    }

    /// An instant on a zone's clock, with the clock's name.
    pub fn instant(self, at: Timestamp, zone: &Zone) -> String {
        let pattern = match self {
            Self::En => "%-d %B %Y at %H:%M %Z",
            Self::De => "%d.%m.%Y um %H:%M Uhr (%Z)",
            Self::Fr => "%d/%m/%Y à %H:%M (%Z)",
        };
        at.to_zoned(zone.rules().clone()).strftime(pattern).to_string()
    }

    /// An amount, with all decimal places of its currency and without its name.
    pub fn amount(self, money: Money) -> String {
        self.grouped(&money.major().to_string())
    }

    /// An amount with its currency.
    pub fn money(self, money: Money) -> String {
        let (amount, code) = (self.amount(money), money.currency().code());
        // A space that no line breaks at.
        if self == Self::En { format!("{code}\u{a0}{amount}") } else { format!("{amount}\u{a0}{code}") }
    }

    /// A number with as many decimal places as it has.
    pub fn number(self, number: Decimal) -> String {
        self.grouped(&number.normalize().to_string())
    }

    /// A price: a number with at least the places of its currency.
    pub fn price(self, price: Decimal, places: u32) -> String {
        let price = price.normalize();
        let mut shown = price;
        shown.rescale(price.scale().max(places));
        self.grouped(&shown.to_string())
    }

    /// Until when to pay.
    pub fn terms(self, terms: PaymentTerms) -> String {
        match (self, terms) {
            (Self::En, PaymentTerms::NetDays { days: 0 }) => "on receipt".into(),
            (Self::De, PaymentTerms::NetDays { days: 0 }) => "sofort".into(),
            (Self::Fr, PaymentTerms::NetDays { days: 0 }) => "à réception".into(),
            (Self::En, PaymentTerms::NetDays { days }) => format!("net {days} days"),
            (Self::De, PaymentTerms::NetDays { days }) => format!("{days} Tage netto"),
            (Self::Fr, PaymentTerms::NetDays { days }) => format!("{days} jours nets"),
            (Self::En, PaymentTerms::EndOfMonth { plus_days: 0 }) => "end of month".into(),
            (Self::De, PaymentTerms::EndOfMonth { plus_days: 0 }) => "Monatsende".into(),
            (Self::Fr, PaymentTerms::EndOfMonth { plus_days: 0 }) => "fin de mois".into(),
            (Self::En, PaymentTerms::EndOfMonth { plus_days }) => format!("end of month plus {plus_days} days"),
            (Self::De, PaymentTerms::EndOfMonth { plus_days }) => format!("Monatsende plus {plus_days} Tage"),
            (Self::Fr, PaymentTerms::EndOfMonth { plus_days }) => format!("fin de mois plus {plus_days} jours"),
        }
    }

    /// `-1234.5` as this language writes it: digits in threes, its own mark, and a minus sign and no hyphen.
    fn grouped(self, plain: &str) -> String {
        let (group, mark) = match self {
            Self::En => (",", "."),
            Self::De => (".", ","),
            Self::Fr => ("\u{202f}", ","),
        };
        let (minus, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("−", digits));
        let (whole, rest) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
        let mut text = String::from(minus);
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at) % 3 == 0 {
                text.push_str(group);
            }
            text.push(digit);
        }
        if let Some(rest) = rest {
            text.push_str(mark);
            text.push_str(rest);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use iso_currency::Currency;

    use super::*;

    #[test]
    fn each_language_writes_numbers_its_own_way_with_the_currencys_places() {
        let cases = [
            (Language::En, 123_456_789, Currency::EUR, "EUR\u{a0}1,234,567.89"),
            (Language::De, -123_456, Currency::EUR, "−1.234,56\u{a0}EUR"),
            (Language::Fr, 100_000, Currency::JPY, "100\u{202f}000\u{a0}JPY"),
            (Language::En, 1_234_567, Currency::KWD, "KWD\u{a0}1,234.567"),
            (Language::En, 5, Currency::EUR, "EUR\u{a0}0.05"),
            (Language::En, 99_900, Currency::EUR, "EUR\u{a0}999.00"),
        ];
        for (language, minor, currency, text) in cases {
            assert_eq!(language.money(Money::new(minor, currency)), text);
        }
        assert_eq!(Language::En.price("0.0005".parse().unwrap(), 2), "0.0005");
        assert_eq!(Language::De.price("1250".parse().unwrap(), 2), "1.250,00");
        assert_eq!(Language::En.number("12.500".parse().unwrap()), "12.5");
    }
}
