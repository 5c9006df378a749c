//! How a tenant bills: its taxes and numbers, when invoices are due and issued, and when a run stops to ask.

use std::collections::{BTreeSet, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::billing::codes::TaxCode;
use crate::billing::documents::words::Language;
use crate::billing::dunning::DunningPolicy;
use crate::billing::messages::{ChargeMessages, Message, News};
use crate::billing::number::{Series, SeriesKind};
use crate::billing::proration::Proration;
use crate::billing::retry::RetryPolicy;
use crate::billing::taxes::{Exemption, MOST_COMPOUND, Tax, TaxRounding, Taxing};
use crate::billing::terms::PaymentTerms;
use crate::error::Refusal;
use crate::invalid::Check;

/// More taxes than this are a mistake; they live in one item, each with its past rates.
pub const MOST_TAXES: usize = 50;
/// Highest bound on the invoice lines of one contract line in a day.
pub const MOST_LINES_A_DAY: u32 = 1_000;
/// Most prefixes that the numbers of one kind have had, month by month for some sixteen years.
pub const MOST_PREFIXES: usize = 200;
/// Highest factor over the last comparable total.
pub const HIGHEST_FACTOR: u32 = 100;

/// How a tenant bills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingSettings {
    /// Its taxes. None is ever taken out: past rates are needed for credit notes.
    pub taxes: Vec<Tax>,
    /// Where tax is rounded.
    pub tax_rounding: TaxRounding,
    /// How invoices are numbered. The count itself moves with what is issued.
    pub invoice_numbers: Numbering,
    /// How credit notes are numbered.
    pub credit_numbers: Numbering,
    /// What stood before numbers until then; none of it may make a number twice.
    #[serde(default)]
    pub past_prefixes: PastPrefixes,
    /// What the run does with an invoice that nothing holds.
    pub issue: IssueMode,
    /// When invoices are due, unless client or contract say otherwise.
    pub terms: PaymentTerms,
    /// How parts of a period are billed, for new contracts that do not say.
    pub proration: Proration,
    /// What shares an invoice.
    pub grouping: Grouping,
    /// When a draft is held for approval.
    pub limits: Limits,
    /// How a saved way to pay is tried again.
    #[serde(default)]
    pub retry: RetryPolicy,
    /// What is done about what is not paid.
    #[serde(default)]
    pub dunning: DunningPolicy,
    /// What whoever pays is written of charges, and of an invoice that is void.
    #[serde(default)]
    pub charge_messages: ChargeMessages,
    /// Whether a client's credit pays an invoice as it is issued, before anybody is asked for money.
    #[serde(default = "yes")]
    pub use_credit_first: bool,
    /// When they last changed; none as long as nobody has set them.
    #[serde(default)]
    pub updated_at: Option<Timestamp>,
}

/// What stood before numbers before the present prefixes did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PastPrefixes {
    /// Of invoices.
    pub invoices: BTreeSet<String>,
    /// Of credit notes.
    pub credit_notes: BTreeSet<String>,
}

const fn yes() -> bool {
    true
}

/// How documents of one kind are numbered from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Numbering {
    /// What stands before the number; may be empty.
    pub prefix: String,
    /// Filled up with zeros to so many digits, from 1 to 12.
    pub digits: u8,
}

/// What the run does with an invoice that nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum IssueMode {
    /// It stays a draft until somebody issues it.
    Draft,
    /// It gets its number and is issued at once.
    AtOnce,
}

/// How a tenant groups a client's bills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Grouping {
    /// One invoice for each contract.
    #[default]
    PerContract,
    /// One invoice for all contracts of a client with the same bill date, currency and terms.
    PerClient,
}

/// When a draft is held for approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Limits {
    /// More invoice lines than this for one contract line in a day. Time entries and charges are not counted: each is
    /// a line of its own by design.
    pub lines_a_day: u32,
    /// A total over so many times the last comparable one.
    pub times_the_last: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines_a_day: 15, times_the_last: 3 }
    }
}

/// What to change; absent fields stay, lists are replaced as a whole.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BillingChanges {
    /// The taxes from now on.
    pub taxes: Option<Vec<Tax>>,
    /// Rounding elsewhere.
    pub tax_rounding: Option<TaxRounding>,
    /// Other numbers for invoices.
    pub invoice_numbers: Option<Numbering>,
    /// Other numbers for credit notes.
    pub credit_numbers: Option<Numbering>,
    /// Issued otherwise.
    pub issue: Option<IssueMode>,
    /// Other terms.
    pub terms: Option<PaymentTerms>,
    /// Another proration.
    pub proration: Option<Proration>,
    /// Grouped otherwise.
    pub grouping: Option<Grouping>,
    /// Held otherwise.
    pub limits: Option<Limits>,
    /// Tried again otherwise.
    pub retry: Option<RetryPolicy>,
    /// Dunned otherwise.
    pub dunning: Option<DunningPolicy>,
    /// Written otherwise.
    pub charge_messages: Option<ChargeMessages>,
    /// Credit used otherwise.
    pub use_credit_first: Option<bool>,
}

impl Numbering {
    fn of(kind: SeriesKind) -> Self {
        let Series { prefix, digits, .. } = Series::new(kind);
        Self { prefix, digits }
    }

    /// The series as it numbers from now on; the count goes on.
    ///
    /// # Errors
    /// As [`Series::styled`]; what was saved passes.
    pub fn style(&self, series: Series) -> Result<Series, Refusal> {
        series.styled(&self.prefix, self.digits)
    }

    /// What stands before the number as it is printed.
    fn printed(&self) -> &str {
        self.prefix.trim()
    }

    /// Notes why it could print a number that was printed before: `past` are the prefixes that its series had, and `others`
    /// those that the other series has and had.
    ///
    /// A prefix does not end with a digit, so a printed number says which prefix and which count it has. The count of a series
    /// never comes again, so two of its numbers are never the same; and two series never had the same prefix.
    fn check_new<'a>(
        &self,
        field: &str,
        past: &BTreeSet<String>,
        mut others: impl Iterator<Item = &'a str>,
        check: &mut Check,
    ) {
        let prefix = self.printed();
        let formula = prefix.starts_with(['=', '+', '-', '@']);
        let detail = "must not begin with =, +, - or @: programs that read your exports would take it for a formula";
        check.that(!formula, field, "formula", detail);
        let detail = "must not end with a digit, for 13 could be the third number after 1 and the thirteenth after \
                      nothing; end it with a sign, as RE-2026-";
        check.that(!ends_in_a_digit(prefix), field, "ends_in_a_digit", detail);
        let open = past.iter().filter(|past| ends_in_a_digit(past)).all(|past| name_of(past) != name_of(prefix));
        let detail = "could give a number again that began with an earlier prefix and a digit; choose another one";
        check.that(open, field, "used_before", detail);
        let other = others.all(|other| name_of(other) != name_of(prefix));
        let detail = "is or was that of the other series: an invoice and a credit note would have the same number";
        check.that(other, field, "of_the_other_series", detail);
        let detail =
            "is one more than 200 prefixes, which are all kept so that no number comes twice; stay with this one";
        check.that(past.len() <= MOST_PREFIXES, field, "too_many", detail);
    }
}

fn ends_in_a_digit(prefix: &str) -> bool {
    prefix.ends_with(|last: char| last.is_ascii_digit())
}

/// A prefix without the digits at its end, which read as a part of the number; programs take `re-` and `RE-` for the same.
fn name_of(prefix: &str) -> String {
    prefix.trim_end_matches(|last: char| last.is_ascii_digit()).to_lowercase()
}

impl Default for BillingSettings {
    /// Nothing is issued before somebody has looked at it.
    fn default() -> Self {
        Self {
            taxes: Vec::new(),
            tax_rounding: TaxRounding::PerLine,
            invoice_numbers: Numbering::of(SeriesKind::Invoice),
            credit_numbers: Numbering::of(SeriesKind::CreditNote),
            past_prefixes: PastPrefixes::default(),
            issue: IssueMode::Draft,
            terms: PaymentTerms::default(),
            proration: Proration::default(),
            grouping: Grouping::PerContract,
            limits: Limits::default(),
            retry: RetryPolicy::default(),
            dunning: DunningPolicy::default(),
            charge_messages: ChargeMessages::default(),
            use_credit_first: yes(),
            updated_at: None,
        }
    }
}

impl BillingSettings {
    /// Notes those of a list of taxes that the tenant does not have; `field` points at the list.
    pub fn check_codes(&self, field: &str, codes: &[TaxCode], check: &mut Check) {
        for (index, code) in codes.iter().enumerate() {
            let known = self.taxes.iter().any(|tax| tax.code == *code);
            let hint = "is none of your taxes; add it to the billing settings first";
            check.that(known, &format!("{field}/{index}"), "unknown", hint);
        }
    }

    /// Notes what keeps a line from being taxed by this list: a tax that the tenant does not have, one that is named twice,
    /// some that are inside the price beside some that are on top of it, and more compound ones than are reckoned exactly.
    /// `field` points at the list.
    pub fn check_taxes(&self, field: &str, codes: &[TaxCode], check: &mut Check) {
        self.check_codes(field, codes, check);
        let tax = |code: &TaxCode| self.taxes.iter().find(|tax| tax.code == *code);
        let first = codes.iter().find_map(tax).map(|tax| tax.inclusive);
        let mut compound = 0;
        for (index, code) in codes.iter().enumerate() {
            let at = format!("{field}/{index}");
            let hint = "is on the line already; leave one of them out";
            check.that(!codes[..index].contains(code), &at, "duplicate", hint);
            let Some(tax) = tax(code) else { continue };
            let hint = "must be inside the price, or on top of it, as the taxes before it are; split the line";
            check.that(first.is_none_or(|inclusive| tax.inclusive == inclusive), &at, "taxes_mixed", hint);
            compound += usize::from(tax.compound);
            let hint = "is one compound tax too many: a line has at most two";
            check.that(!tax.compound || compound <= MOST_COMPOUND, &at, "too_many", hint);
        }
    }

    /// The message that is written of this; none when whoever pays is not told. What a tenant wrote goes out as it is, so it is
    /// written in the language of its letterhead.
    pub fn message(&self, news: &News, language: Language) -> Option<Message> {
        let own = match news {
            News::Dunned { step, .. } => {
                self.dunning.steps.iter().find(|of| of.kind == *step).and_then(|step| step.message.as_ref())
            }
            News::Declined { .. } => self.charge_messages.declined.as_ref(),
            News::Received { .. } => self.charge_messages.received.as_ref(),
            News::Voided { .. } => self.charge_messages.voided.as_ref(),
        };
        own.cloned().or_else(|| news.standard(language))
    }

    /// By what a client with these exemptions is taxed.
    pub fn taxing<'a>(&'a self, exemptions: &'a [Exemption]) -> Taxing<'a> {
        Taxing { taxes: &self.taxes, exemptions, rounding: self.tax_rounding }
    }

    /// Whether a line can be taxed by this list.
    pub fn can_tax(&self, codes: &[TaxCode]) -> bool {
        let mut check = Check::new();
        self.check_taxes("", codes, &mut check);
        check.done().is_ok()
    }

    fn check(&self, before: &Self) -> Result<(), Refusal> {
        let mut check = Check::new();
        check.count("/taxes", self.taxes.len(), MOST_TAXES);
        let mut codes = HashSet::new();
        for (index, tax) in self.taxes.iter().enumerate() {
            let at = format!("/taxes/{index}");
            check.part(&at, tax.check());
            let hint = "this code is in the list already; put the rates together in one tax, each with its date";
            check.that(codes.insert(&tax.code), &format!("{at}/code"), "duplicate", hint);
        }
        for gone in before.taxes.iter().filter(|tax| !codes.contains(&tax.code)) {
            let detail =
                format!("leaves out {}; a tax stays, give it a rate of 0 from the day on which it ends", gone.code);
            check.fault("/taxes", "removed", detail);
        }
        check.part("/invoice_numbers", self.invoice_numbers.style(Series::new(SeriesKind::Invoice)).map(|_| ()));
        check.part("/credit_numbers", self.credit_numbers.style(Series::new(SeriesKind::CreditNote)).map(|_| ()));
        self.check_prefixes(before, &mut check);
        self.terms.check("/terms", &mut check);
        let Limits { lines_a_day, times_the_last } = self.limits;
        let lines = (1..=MOST_LINES_A_DAY).contains(&lines_a_day);
        check.that(lines, "/limits/lines_a_day", "out_of_range", "must be from 1 to 1000");
        let factor = (1..=HIGHEST_FACTOR).contains(&times_the_last);
        check.that(factor, "/limits/times_the_last", "out_of_range", "must be from 1 to 100");
        self.retry.check("/retry", &mut check);
        self.dunning.check("/dunning", &mut check);
        self.charge_messages.check("/charge_messages", &mut check);
        check.done()
    }
}

impl BillingSettings {
    /// What was saved before there were rules for it stays as it is until it is changed.
    fn check_prefixes(&self, before: &Self, check: &mut Check) {
        let (invoices, credit_notes) = (&self.invoice_numbers, &self.credit_numbers);
        let past = &self.past_prefixes;
        if invoices.printed() != before.invoice_numbers.printed() {
            let others = past.credit_notes.iter().map(String::as_str).chain([credit_notes.printed()]);
            invoices.check_new("/invoice_numbers/prefix", &past.invoices, others, check);
        }
        if credit_notes.printed() != before.credit_numbers.printed() {
            let others = past.invoices.iter().map(String::as_str).chain([invoices.printed()]);
            credit_notes.check_new("/credit_numbers/prefix", &past.credit_notes, others, check);
        }
    }

    /// Remembers the prefixes that were changed.
    fn remember_prefixes(&mut self, before: &Self) {
        let PastPrefixes { invoices, credit_notes } = &mut self.past_prefixes;
        for (past, was, is) in [
            (invoices, &before.invoice_numbers, &self.invoice_numbers),
            (credit_notes, &before.credit_numbers, &self.credit_numbers),
        ] {
            if was.printed() != is.printed() {
                past.insert(was.printed().to_owned());
            }
        }
    }
}

/// Changes how a tenant bills. What is issued already stays as it is.
///
/// # Errors
/// [`Refusal::Invalid`] for bad fields, and for a tax that is left out.
pub fn change(settings: &BillingSettings, changes: BillingChanges, now: Timestamp) -> Result<BillingSettings, Refusal> {
    let mut after = BillingSettings {
        taxes: changes.taxes.unwrap_or_else(|| settings.taxes.clone()),
        tax_rounding: changes.tax_rounding.unwrap_or(settings.tax_rounding),
        invoice_numbers: changes.invoice_numbers.unwrap_or_else(|| settings.invoice_numbers.clone()),
        credit_numbers: changes.credit_numbers.unwrap_or_else(|| settings.credit_numbers.clone()),
        past_prefixes: settings.past_prefixes.clone(),
        issue: changes.issue.unwrap_or(settings.issue),
        terms: changes.terms.unwrap_or(settings.terms),
        proration: changes.proration.unwrap_or(settings.proration),
        grouping: changes.grouping.unwrap_or(settings.grouping),
        limits: changes.limits.unwrap_or(settings.limits),
        retry: changes.retry.unwrap_or(settings.retry),
        dunning: changes.dunning.unwrap_or_else(|| settings.dunning.clone()),
        charge_messages: changes.charge_messages.unwrap_or_else(|| settings.charge_messages.clone()),
        use_credit_first: changes.use_credit_first.unwrap_or(settings.use_credit_first),
        updated_at: settings.updated_at,
    };
    if after != *settings {
        after.remember_prefixes(settings);
        after.check(settings)?;
        after.updated_at = Some(now);
    }
    Ok(after)
}
