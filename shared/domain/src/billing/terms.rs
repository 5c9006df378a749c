//! Payment terms: until when an invoice is to be paid.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use crate::invalid::Check;

/// More than a year is a mistake.
pub const MOST_DAYS: u16 = 365;

/// Until when an invoice is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum PaymentTerms {
    /// So many days after the invoice's date; 0 is on receipt.
    NetDays {
        /// From 0 to [`MOST_DAYS`].
        days: u16,
    },
    /// At the end of the invoice's month, and so many days more.
    EndOfMonth {
        /// From 0 to [`MOST_DAYS`].
        plus_days: u16,
    },
}

impl Default for PaymentTerms {
    fn default() -> Self {
        Self::NetDays { days: 14 }
    }
}

impl PaymentTerms {
    /// The last day on which paying is in time. The day after, the invoice is overdue.
    pub fn due_on(self, issued_on: Date) -> Date {
        let (from, days) = match self {
            Self::NetDays { days } => (issued_on, days),
            Self::EndOfMonth { plus_days } => (issued_on.last_of_month(), plus_days),
        };
        let span: Span = i64::from(days.min(MOST_DAYS)).days();
        from.saturating_add(span)
    }

    /// Notes what is wrong with them.
    pub fn check(self, field: &str, check: &mut Check) {
        let (Self::NetDays { days } | Self::EndOfMonth { plus_days: days }) = self;
        check.that(days <= MOST_DAYS, field, "out_of_range", "must be at most 365 days");
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn terms_count_calendar_days_from_the_invoices_date_or_from_the_end_of_its_month() {
        let (net, eom) = (|days| PaymentTerms::NetDays { days }, |plus_days| PaymentTerms::EndOfMonth { plus_days });
        for (terms, issued, due) in [
            (net(0), date(2026, 1, 31), date(2026, 1, 31)),
            (net(14), date(2026, 2, 20), date(2026, 3, 6)),
            (net(30), date(2028, 2, 1), date(2028, 3, 2)),
            (eom(0), date(2028, 2, 1), date(2028, 2, 29)),
            (eom(10), date(2026, 12, 31), date(2027, 1, 10)),
            (net(9), Date::MAX, Date::MAX),
        ] {
            assert_eq!(terms.due_on(issued), due, "{terms:?} from {issued}");
        }
    }
}
