//! Numbers of documents: none is ever printed twice, however their prefixes change.

use std::collections::BTreeMap;

use domain::Refusal;
use domain::billing::number::{Series, SeriesKind};
use domain::billing::settings::{BillingChanges, BillingSettings, Numbering, change};
use jiff::Timestamp;
use proptest::prelude::*;

fn numbering(prefix: &str, digits: u8) -> Option<Numbering> {
    Some(Numbering { prefix: prefix.into(), digits })
}

fn changed(
    settings: &BillingSettings,
    invoice_numbers: Option<Numbering>,
    credit_numbers: Option<Numbering>,
) -> Result<BillingSettings, Vec<(String, &'static str)>> {
    let changes = BillingChanges { invoice_numbers, credit_numbers, ..BillingChanges::default() };
    change(settings, changes, Timestamp::UNIX_EPOCH).map_err(|refusal| match refusal {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| (fault.field, fault.code)).collect(),
        other => panic!("{other}"),
    })
}

#[test]
fn a_prefix_that_could_print_a_number_twice_is_refused_with_the_reason() {
    let start = BillingSettings::default();
    for (prefix, code) in [
        ("1", "ends_in_a_digit"),
        ("RE2026", "ends_in_a_digit"),
        (" RE1 ", "ends_in_a_digit"),
        ("=RE", "formula"),
        ("+", "formula"),
        ("-RE", "formula"),
        ("@x", "formula"),
        ("CN-", "of_the_other_series"),
        ("cn-", "of_the_other_series"),
    ] {
        let refused = changed(&start, numbering(prefix, 4), None).unwrap_err();
        assert_eq!(refused, [("/invoice_numbers/prefix".to_owned(), code)], "{prefix}");
    }
    for prefix in ["", "RE-", "2026/", "RE-2026-", "CN", "№"] {
        changed(&start, numbering(prefix, 1), None).unwrap();
    }
    let refused = changed(&start, numbering("X-", 6), numbering("X-", 6)).unwrap_err();
    assert_eq!(refused.len(), 2, "{refused:?}");

    // What the invoices had is nothing for credit notes, also when the invoices gave it up; the invoices may go back to it.
    let moved = changed(&start, numbering("RE-", 6), None).unwrap();
    let refused = changed(&moved, None, numbering("INV-", 6)).unwrap_err();
    assert_eq!(refused, [("/credit_numbers/prefix".to_owned(), "of_the_other_series")]);
    changed(&moved, numbering("INV-", 3), None).unwrap();

    // What was saved before there were rules stays until it is changed, and what it printed does not come again.
    let mut old = BillingSettings::default();
    (old.invoice_numbers.prefix, old.credit_numbers.prefix) = ("1".into(), "1".into());
    let kept = changed(&old, numbering("1", 4), None).unwrap();
    assert_eq!(kept.invoice_numbers.digits, 4);
    let refused = changed(&kept, numbering("", 1), None).unwrap_err();
    let codes: Vec<&str> = refused.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, ["used_before", "of_the_other_series"]);
    changed(&kept, numbering("RE-", 1), None).unwrap();
    let json = serde_json::to_value(&start).unwrap();
    let mut before = json.clone();
    before.as_object_mut().unwrap().remove("past_prefixes");
    assert_eq!(serde_json::from_value::<BillingSettings>(before).unwrap(), start, "as it was kept before");
}

#[test]
fn two_hundred_prefixes_are_remembered_and_no_more_are_taken() {
    let mut settings = BillingSettings::default();
    for n in 0..200 {
        settings = changed(&settings, numbering(&format!("{n}-"), 3), None).unwrap();
    }
    assert_eq!(settings.past_prefixes.invoices.len(), 200);
    assert_eq!(changed(&settings, numbering("A", 3), None).unwrap_err()[0].1, "too_many");
}

fn prefixes() -> impl Strategy<Value = Numbering> {
    ("[aA1-]{0,3}", 1_u8..4).prop_map(|(prefix, digits)| Numbering { prefix, digits })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_number_is_printed_twice_however_the_prefixes_change(
        steps in prop::collection::vec((any::<bool>(), prop::option::of(prefixes()), prop::option::of(prefixes()), 0_usize..40), 1..12),
    ) {
        let mut settings = BillingSettings::default();
        let mut series = BTreeMap::from([true, false].map(|invoice| {
            (invoice, Series::new(if invoice { SeriesKind::Invoice } else { SeriesKind::CreditNote }))
        }));
        let mut printed = std::collections::BTreeSet::new();
        for (invoice, invoices, credit_notes, many) in steps {
            settings = changed(&settings, invoices, credit_notes).unwrap_or(settings);
            for _ in 0..many {
                let style = if invoice { &settings.invoice_numbers } else { &settings.credit_numbers };
                let (after, number) = style.style(series[&invoice].clone()).unwrap().next();
                series.insert(invoice, after);
                prop_assert!(printed.insert(number.to_string().to_lowercase()), "{} came twice", number);
            }
        }
    }
}
