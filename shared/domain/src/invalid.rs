//! What is wrong with an input, field by field.

use iso_currency::Currency;

use crate::error::{Invalid, Refusal};

/// Whether a text is one line that reads as it is written: without control characters, without the separators of lines and
/// paragraphs, and without what overrides or isolates the direction of a text (Unicode Standard Annex #9, 2.1 to 2.4), by which
/// what stands beside it would be read in another order.
pub fn is_one_line(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    })
}

/// Collects faults, so that the caller hears of all of them at once.
#[derive(Debug, Default)]
pub struct Check {
    faults: Vec<Invalid>,
}

impl Check {
    /// Nothing found so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault.
    pub fn fault(&mut self, field: impl Into<String>, code: &'static str, detail: impl Into<String>) {
        self.faults.push(Invalid { field: field.into(), code, detail: detail.into() });
    }

    /// Notes a fault unless `holds`.
    pub fn that(&mut self, holds: bool, field: &str, code: &'static str, detail: &str) {
        if !holds {
            self.fault(field, code, detail);
        }
    }

    /// A currency in which somebody can pay. ISO 4217 has codes without a minor unit for metals, for baskets and for testing.
    pub fn currency(&mut self, field: &str, currency: Currency) {
        let detail =
            "must be a currency with a minor unit (ISO 4217); metals, baskets and test codes are none to pay in";
        self.that(currency.exponent().is_some(), field, "not_payable", detail);
    }

    /// A text that must be there: between 1 and `longest` characters, no control characters, not only blanks.
    pub fn line(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.fault(field, "required", "must not be empty; give some text");
        } else {
            self.optional_line(field, text, longest);
        }
    }

    /// A single line of at most `longest` characters, which may be empty.
    pub fn optional_line(&mut self, field: &str, text: &str, longest: usize) {
        if !is_one_line(text) {
            let detail = "must be one line without control characters, and without those that turn its direction";
            self.fault(field, "control_character", detail);
        }
        self.at_most(field, text, longest);
    }

    /// A text with paragraphs: between 1 and `longest` characters, with no control characters but line ends and tabs.
    pub fn prose(&mut self, field: &str, text: &str, longest: usize) {
        if text.trim().is_empty() {
            self.fault(field, "required", "must not be empty; give some text");
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.fault(field, "control_character", "must not hold control characters; remove them");
        }
        self.at_most(field, text, longest);
    }

    /// At most `most` things in a list.
    pub fn count(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.fault(field, "too_many", format!("holds {count}; at most {most} are allowed"));
        }
    }

    /// What is wrong with a part, which stands at this JSON pointer.
    pub fn part(&mut self, at: &str, checked: Result<(), Refusal>) {
        match checked.map_err(|refusal| refusal.within(at)) {
            Ok(()) => {}
            Err(Refusal::Invalid(faults)) => self.faults.extend(faults),
            Err(other) => self.fault(at, "refused", other.to_string()),
        }
    }

    fn at_most(&mut self, field: &str, text: &str, longest: usize) {
        let length = text.chars().count();
        if length > longest {
            self.fault(field, "too_long", format!("has {length} characters; at most {longest} are allowed"));
        }
    }

    /// `Ok` when nothing is wrong.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with every fault noted.
    pub fn done(self) -> Result<(), Refusal> {
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.faults)) }
    }
}
