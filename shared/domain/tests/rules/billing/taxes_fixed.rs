//! Rates by which invoices were taxed stay as they are.

use domain::Refusal;
use domain::billing::dated::Dated;
use domain::billing::taxes::{Tax, TaxedDays, TaxesUsed, keeps_what_was_taxed};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

const TODAY: Date = date(2026, 3, 10);

fn vat(rates: &[(Date, i64)]) -> Tax {
    let percent = rates.iter().map(|(from, percent)| Dated::new(*from, Decimal::from(*percent))).collect();
    Tax { code: "vat".parse().unwrap(), name: "VAT".into(), percent, compound: false, inclusive: false }
}

fn used(code: &str, days: &[Date]) -> TaxesUsed {
    let taxes = [code.parse().unwrap()];
    TaxesUsed::of(days.iter().map(|day| (&taxes[..], *day)), TODAY)
}

#[test]
fn a_rate_of_days_by_which_invoices_were_taxed_stays_and_every_other_is_free() {
    let start = date(2020, 1, 1);
    let before = [vat(&[(start, 19)])];
    let (first, last) = (date(2026, 1, 31), date(2026, 2, 28));
    let used = used("vat", &[last, first]);
    for (after, refused) in [
        (vec![(start, 19)], None),
        (vec![(start, 20)], Some("of 2026-01-31")),
        (vec![(start, 19), (first, 20)], Some("of 2026-01-31")),
        (vec![(start, 19), (date(2026, 2, 10), 20), (date(2026, 2, 11), 19)], Some("of 2026-02-10")),
        (vec![(start, 19), (last, 20)], Some("of 2026-02-28")),
        (vec![(date(2026, 2, 1), 19)], Some("of 2026-01-31")),
        // The same rates said otherwise, years before the first invoice, days after the last.
        (vec![(start, 19), (date(2026, 2, 10), 19)], None),
        (vec![(date(2007, 1, 1), 16), (first, 19)], None),
        (vec![(start, 16), (date(2025, 6, 1), 19), (date(2026, 3, 1), 21)], None),
    ] {
        let kept = keeps_what_was_taxed(&before, &[vat(&after)], &used, TODAY);
        match (kept, refused) {
            (Ok(()), None) => {}
            (Err(Refusal::Conflict { code: "taxes_billed", detail }), Some(day)) => {
                assert!(detail.contains(day) && detail.contains("begin on 2026-03-01 or later"), "{detail}");
            }
            (kept, _) => panic!("{after:?}: {kept:?}"),
        }
    }
    let gone = keeps_what_was_taxed(&before, &[], &used, TODAY);
    assert!(gone.is_err(), "a tax that is left out has no rates");
    assert!(keeps_what_was_taxed(&before, &[vat(&[(start, 20)])], &TaxesUsed::default(), TODAY).is_ok());
    assert!(keeps_what_was_taxed(&before, &[vat(&[(start, 20)])], &self::used("other", &[first]), TODAY).is_ok());
}

#[test]
fn of_what_is_billed_in_advance_a_rate_may_change_from_tomorrow_on() {
    let before = [vat(&[(date(2020, 1, 1), 19)])];
    let used = used("vat", &[date(2026, 1, 31), date(2026, 12, 31)]);
    let from = |day: Date| keeps_what_was_taxed(&before, &[vat(&[(date(2020, 1, 1), 19), (day, 21)])], &used, TODAY);
    assert!(from(TODAY).unwrap_err().to_string().contains("begin on 2026-03-11 or later"));
    assert!(from(date(2026, 3, 11)).is_ok());
    let ahead = self::used("vat", &[date(2026, 12, 31)]);
    let rewritten = |today: Date| keeps_what_was_taxed(&before, &[vat(&[(date(2020, 1, 1), 21)])], &ahead, today);
    for today in [TODAY, date(2026, 5, 1)] {
        assert!(rewritten(today).is_err(), "it was taxed by what held when it was made");
    }
}

#[test]
fn days_that_were_taxed_add_up_whatever_their_order() {
    let (one, other) = (used("vat", &[date(2026, 2, 28), date(2026, 1, 31)]), used("vat", &[date(2025, 12, 31)]));
    let both = one.clone().and(&other);
    assert_eq!(both, other.clone().and(&one));
    let days = TaxedDays { first: date(2025, 12, 31), last: date(2026, 2, 28) };
    assert_eq!(both.taxes.values().collect::<Vec<_>>(), [&days]);
    assert!(both.covers(&one) && both.covers(&other) && both.covers(&TaxesUsed::default()));
    assert!(!one.covers(&other) && !TaxesUsed::default().covers(&one) && !both.covers(&used("qst", &[TODAY])));
    let stored = serde_json::to_string(&both).unwrap();
    assert_eq!(serde_json::from_str::<TaxesUsed>(&stored).unwrap(), both);
}
