//! Taxes against whole-number arithmetic that never rounds before its end.

use domain::Refusal;
use domain::billing::dated::Dated;
use domain::billing::taxes::{Exemption, Tax, TaxRounding, Taxable, Taxed, TaxedLine, tax};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// A millionth is a ten-thousandth of a per cent.
const WHOLE: i128 = 1_000_000;
const DAY: Date = date(2026, 3, 1);

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// A tax of so many millionths.
fn rate(n: usize, millionths: i64, compound: bool, inclusive: bool) -> Tax {
    Tax {
        code: format!("tax-{n}").parse().unwrap(),
        name: format!("Tax {n}"),
        percent: vec![Dated::new(date(2020, 1, 1), Decimal::new(millionths, 4))],
        compound,
        inclusive,
    }
}

fn percent(n: usize, percent: &str) -> Tax {
    let percent: Decimal = percent.parse().unwrap();
    rate(n, i64::try_from(percent * Decimal::from(10_000)).unwrap(), false, false)
}

fn line(minor: i64, taxes: &[&Tax]) -> Taxable {
    Taxable { amount: eur(minor), taxes: taxes.iter().map(|tax| tax.code.clone()).collect(), on: DAY }
}

fn taxed(lines: &[Taxable], taxes: &[Tax], rounding: TaxRounding) -> Taxed {
    tax(lines, taxes, &[], Currency::EUR, rounding).unwrap()
}

fn code_of(refusal: Result<Taxed, Refusal>) -> (&'static str, String) {
    match refusal.unwrap_err() {
        Refusal::Conflict { code, detail } => (code, detail),
        other => panic!("{other:?}"),
    }
}

fn minors(line: &TaxedLine) -> (i64, Vec<i64>, i64) {
    (line.net.minor(), line.taxes.iter().map(|tax| tax.amount.minor()).collect(), line.total.minor())
}

/// `n / d`, half away from zero; `d` above zero.
fn rounded(n: i128, d: i128) -> i128 {
    n.signum() * ((n.abs() * 2 + d) / (2 * d))
}

/// The factors of some taxes, each over the same divisor, which is returned with them.
fn factors(taxes: &[&Tax]) -> (Vec<i128>, i128) {
    let millionths = |tax: &Tax| i128::try_from(tax.percent[0].value * Decimal::from(10_000)).unwrap();
    // Three factors of a million: a plain rate and at most two compound ones.
    let whole = WHOLE * WHOLE * WHOLE;
    let mut before = 0;
    let mut factors = Vec::new();
    for tax in taxes {
        let base = if tax.compound { whole + before } else { whole };
        assert_eq!(base * millionths(tax) % WHOLE, 0, "the reference is exact");
        let factor = base * millionths(tax) / WHOLE;
        factors.push(factor);
        before += factor;
    }
    (factors, whole)
}

#[test]
fn tax_is_rounded_per_line_or_once_per_invoice_and_the_invoice_says_which() {
    let vat = percent(1, "19");
    // 19 % of 0.13 is 0.0247; three of them are 0.0741.
    let lines = [line(13, &[&vat]), line(13, &[&vat]), line(13, &[&vat])];
    let of_lines = taxed(&lines, std::slice::from_ref(&vat), TaxRounding::PerLine);
    let of_invoice = taxed(&lines, &[vat], TaxRounding::PerInvoice);
    assert_eq!((of_lines.tax, of_lines.rounding), (eur(6), TaxRounding::PerLine));
    assert_eq!((of_invoice.tax, of_invoice.rounding), (eur(7), TaxRounding::PerInvoice));
    assert_eq!(
        of_invoice.lines.iter().map(minors).collect::<Vec<_>>(),
        [(13, vec![3], 16), (13, vec![2], 15), (13, vec![2], 15)]
    );
    assert_eq!((of_invoice.net, of_invoice.total), (eur(39), eur(46)));
}

#[test]
fn a_compound_tax_is_on_the_taxes_before_it_and_order_matters() {
    // Quebec in 2012: 5 % GST, and 9.5 % QST on the price with GST; since 2013 QST is on the price alone.
    let (gst, qst) = (rate(1, 50_000, false, false), rate(2, 95_000, true, false));
    let both = [gst.clone(), qst.clone()];
    let right = taxed(&[line(10_000, &[&gst, &qst])], &both, TaxRounding::PerLine);
    let wrong_way = taxed(&[line(10_000, &[&qst, &gst])], &both, TaxRounding::PerLine);
    assert_eq!(minors(&right.lines[0]), (10_000, vec![500, 998], 11_498));
    assert_eq!(minors(&wrong_way.lines[0]), (10_000, vec![950, 500], 11_450));
}

#[test]
fn half_a_cent_of_tax_inside_a_price_goes_to_the_tax_and_both_ways_alike() {
    // 20 % in 0.03 is exactly half a cent.
    let vat = rate(1, 200_000, false, true);
    for rounding in [TaxRounding::PerLine, TaxRounding::PerInvoice] {
        let both = taxed(&[line(3, &[&vat])], std::slice::from_ref(&vat), rounding);
        assert_eq!(minors(&both.lines[0]), (2, vec![1], 3));
        let back = taxed(&[line(-3, &[&vat])], std::slice::from_ref(&vat), rounding);
        assert_eq!(minors(&back.lines[0]), (-2, vec![-1], -3));
    }
}

#[test]
fn many_small_prices_with_several_taxes_inside_keep_their_net_amounts() {
    let taxes = [rate(1, 300_000, false, true), rate(2, 300_000, false, true), rate(3, 300_000, false, true)];
    let lines = vec![line(1, &[&taxes[0], &taxes[1], &taxes[2]]); 100];
    let all = taxed(&lines, &taxes, TaxRounding::PerInvoice);
    assert_eq!(all.tax, eur(47));
    assert!(all.lines.iter().all(|line| !line.net.is_negative()));
    assert_eq!(all.summary.iter().map(|row| row.tax.minor()).collect::<Vec<_>>(), [16, 16, 15]);
}

#[test]
fn the_rate_is_that_of_the_lines_day_and_the_summary_keeps_rates_apart() {
    // Germany, second half of 2020: 16 % in place of 19 % (UStG § 28 (1)).
    let mut vat = percent(1, "19");
    vat.percent.push(Dated::new(date(2020, 7, 1), Decimal::from(16)));
    vat.percent.push(Dated::new(date(2021, 1, 1), Decimal::from(19)));
    let on = |on: Date| Taxable { on, ..line(10_000, &[&vat]) };
    let lines = [on(date(2020, 6, 30)), on(date(2020, 7, 1)), on(date(2020, 12, 31)), on(date(2021, 1, 1))];
    let all = taxed(&lines, std::slice::from_ref(&vat), TaxRounding::PerInvoice);
    let rows: Vec<_> = all.summary.iter().map(|row| (row.percent.to_string(), row.net, row.tax)).collect();
    assert_eq!(rows, [("19".into(), eur(20_000), eur(3_800)), ("16".into(), eur(20_000), eur(3_200))]);
}

#[test]
fn a_tax_or_a_rate_that_is_missing_is_an_error_that_names_it() {
    let vat = percent(1, "19");
    let run = |line: Taxable, taxes: &[Tax]| tax(&[line], taxes, &[], Currency::EUR, TaxRounding::PerLine);
    let (code, detail) = code_of(run(line(100, &[&vat]), &[]));
    assert!(code == "tax_missing" && detail.contains("tax-1"), "{detail}");
    let early = Taxable { on: date(2019, 12, 31), ..line(100, &[&vat]) };
    let (code, detail) = code_of(run(early, std::slice::from_ref(&vat)));
    assert!(code == "tax_rate_missing" && detail.contains("tax-1") && detail.contains("2019-12-31"), "{detail}");
    assert_eq!(code_of(run(line(100, &[&vat, &vat]), std::slice::from_ref(&vat))).0, "tax_twice");
    let inside = rate(2, 70_000, false, true);
    assert_eq!(code_of(run(line(100, &[&vat, &inside]), &[vat.clone(), inside.clone()])).0, "taxes_mixed");
    let many: Vec<Tax> = (0..6).map(|n| rate(n, 10_000, false, false)).collect();
    assert_eq!(code_of(run(line(100, &many.iter().collect::<Vec<_>>()), &many)).0, "too_many_taxes");
    let steep: Vec<Tax> = (0..3).map(|n| rate(n, 10_000, true, false)).collect();
    assert_eq!(code_of(run(line(100, &steep.iter().collect::<Vec<_>>()), &steep)).0, "too_many_taxes");
    let dollars = Taxable { amount: Money::new(100, Currency::USD), ..line(100, &[&vat]) };
    assert_eq!(code_of(run(dollars, &[vat])).0, "currencies");
}

fn certificate(from: Date, expires_on: Option<Date>, taxes: &[&Tax]) -> Exemption {
    let taxes = taxes.iter().map(|tax| tax.code.clone()).collect();
    Exemption { certificate: "E-17".into(), note: "Reverse charge".into(), from, expires_on, taxes }
}

#[test]
fn exempt_from_a_tax_inside_the_price_pays_the_price_without_it() {
    let (vat, city) = (rate(1, 190_000, false, true), rate(2, 10_000, false, true));
    let lines = [line(12_000, &[&vat, &city])];
    let exemption = certificate(date(2026, 1, 1), None, &[&vat]);
    let all = tax(&lines, &[vat, city], &[exemption], Currency::EUR, TaxRounding::PerLine).unwrap();
    assert_eq!(minors(&all.lines[0]), (10_000, vec![100], 10_100));
    assert_eq!((all.exempted[0].code.as_ref(), all.exempted[0].net), ("tax-1", eur(10_000)));
}

#[test]
fn taxes_and_certificates_that_cannot_be_are_refused_with_the_field() {
    let fields = |checked: Result<(), Refusal>| match checked {
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(percent(1, "9.9750").check(), Ok(()));
    let at = |value: &str| vec![Dated::new(DAY, value.parse().unwrap())];
    let of = |value: &str| fields(Tax { percent: at(value), ..percent(1, "1") }.check());
    for wrong in ["-0.1", "100.01", "7.00001"] {
        assert_eq!(of(wrong), ["/percent/0/value"], "{wrong}");
    }
    assert_eq!(fields(Tax { percent: vec![], ..percent(1, "1") }.check()), ["/percent"]);
    assert_eq!(certificate(DAY, None, &[]).check(), Ok(()));
    assert_eq!(fields(certificate(DAY, Some(DAY), &[]).check()), ["/expires_on"]);
    assert_eq!(fields(Exemption { certificate: " ".into(), ..certificate(DAY, None, &[]) }.check()), ["/certificate"]);
}

/// Up to four taxes, at most two of them compound, all inside prices or all on top of them.
fn taxes(inclusive: bool) -> impl Strategy<Value = Vec<Tax>> {
    let percent = prop_oneof![
        Just(190_000_i64),
        Just(70_000),
        Just(0),
        Just(99_750),
        (0_i64..40).prop_map(|n| n * 10_000),
        0_i64..=1_000_000
    ];
    prop::collection::vec((percent, any::<bool>()), 1..5).prop_map(move |all| {
        let mut compound = 0;
        let mut of = |(n, (millionths, on_taxes)): (usize, (i64, bool))| {
            compound += usize::from(on_taxes);
            rate(n, millionths, on_taxes && compound <= 2, inclusive)
        };
        all.into_iter().enumerate().map(&mut of).collect()
    })
}

/// Amounts, and which of the taxes are on each, as bits.
fn amounts(signed: bool) -> impl Strategy<Value = Vec<(i64, u8)>> {
    let lowest = if signed { -1_000_000 } else { 0 };
    let amount = prop_oneof![lowest / 1_000..1_000_i64, lowest..1_000_000_i64];
    prop::collection::vec((amount, any::<u8>()), 1..12)
}

fn chosen(bits: u8, taxes: &[Tax]) -> Vec<&Tax> {
    taxes.iter().enumerate().filter(|(n, _)| bits >> n & 1 == 1).map(|(_, tax)| tax).collect()
}

fn lines_of(amounts: &[(i64, u8)], taxes: &[Tax]) -> Vec<Taxable> {
    amounts.iter().map(|(minor, bits)| line(*minor, &chosen(*bits, taxes))).collect()
}

fn roundings() -> impl Strategy<Value = TaxRounding> {
    prop_oneof![Just(TaxRounding::PerLine), Just(TaxRounding::PerInvoice)]
}

fn setting() -> impl Strategy<Value = (bool, Vec<Tax>)> {
    any::<bool>().prop_flat_map(|inclusive| (Just(inclusive), taxes(inclusive)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn net_and_taxes_are_the_total_and_the_lines_add_up_to_the_invoice(
        (inclusive, taxes) in setting(), amounts in amounts(true), rounding in roundings(),
    ) {
        let lines = lines_of(&amounts, &taxes);
        let all = taxed(&lines, &taxes, rounding);
        for (given, line) in lines.iter().zip(&all.lines) {
            let (net, of_taxes, total) = minors(line);
            prop_assert_eq!(net + of_taxes.iter().sum::<i64>(), total);
            prop_assert_eq!(if inclusive { total } else { net }, given.amount.minor());
            prop_assert_eq!(line.taxes.iter().map(|tax| &tax.code).collect::<Vec<_>>(), given.taxes.iter().collect::<Vec<_>>());
            let wrong_side = given.amount.minor().signum() * net < 0;
            prop_assert!(!wrong_side, "{:?} became {:?}", given, line);
        }
        for row in &all.summary {
            let of_row = all.lines.iter().flat_map(|line| line.taxes.iter().map(move |tax| (line.net, tax)));
            let of_row: Vec<_> = of_row.filter(|(_, tax)| tax.code == row.code && tax.percent == row.percent).collect();
            prop_assert_eq!(of_row.iter().map(|(_, tax)| tax.amount.minor()).sum::<i64>(), row.tax.minor());
            prop_assert_eq!(of_row.iter().map(|(net, _)| net.minor()).sum::<i64>(), row.net.minor());
        }
        let sum = |of: fn(&TaxedLine) -> Money| all.lines.iter().map(|line| of(line).minor()).sum::<i64>();
        prop_assert_eq!(all.summary.iter().map(|row| row.tax.minor()).sum::<i64>(), all.tax.minor());
        prop_assert_eq!((sum(|line| line.net), sum(|line| line.total)), (all.net.minor(), all.total.minor()));
        prop_assert_eq!(all.net.minor() + all.tax.minor(), all.total.minor());
    }

    #[test]
    fn taxes_on_top_are_the_exact_ones_rounded_once(taxes in taxes(false), amounts in amounts(true)) {
        let lines = lines_of(&amounts, &taxes);
        let of_lines = taxed(&lines, &taxes, TaxRounding::PerLine);
        let of_invoice = taxed(&lines, &taxes, TaxRounding::PerInvoice);
        let mut sums = vec![0_i128; taxes.len()];
        for (((minor, bits), line), shared) in amounts.iter().zip(&of_lines.lines).zip(&of_invoice.lines) {
            let on_line = chosen(*bits, &taxes);
            let (factors, whole) = factors(&on_line);
            for (nth, factor) in factors.into_iter().enumerate() {
                let exact = i128::from(*minor) * factor;
                prop_assert_eq!(i128::from(line.taxes[nth].amount.minor()), rounded(exact, whole));
                let off = i128::from(shared.taxes[nth].amount.minor()) * whole - exact;
                prop_assert!(off.abs() < whole, "a share is a whole unit off");
                let which = taxes.iter().position(|tax| tax.code == on_line[nth].code).unwrap();
                sums[which] += exact;
            }
        }
        for row in &of_invoice.summary {
            let which = taxes.iter().position(|tax| tax.code == row.code).unwrap();
            prop_assert_eq!(i128::from(row.tax.minor()), rounded(sums[which], WHOLE * WHOLE * WHOLE));
        }
    }

    #[test]
    fn taxes_inside_a_price_are_the_exact_ones_rounded_once(
        taxes in taxes(true), amounts in prop::collection::vec(-1_000_000_i64..1_000_000, 1..10), bits in any::<u8>(),
    ) {
        let on_line = chosen(bits | 1, &taxes);
        let (factors, whole) = factors(&on_line);
        let all: i128 = factors.iter().sum();
        let lines: Vec<Taxable> = amounts.iter().map(|minor| line(*minor, &on_line)).collect();
        let of_lines = taxed(&lines, &taxes, TaxRounding::PerLine);
        for (minor, line) in amounts.iter().zip(&of_lines.lines) {
            let tax = line.total.minor() - line.net.minor();
            prop_assert_eq!(i128::from(tax), rounded(i128::from(*minor) * all, whole + all));
            for (tax, factor) in line.taxes.iter().zip(&factors) {
                let off = i128::from(tax.amount.minor()) * (whole + all) - i128::from(*minor) * factor;
                prop_assert!(off.abs() < whole + all);
            }
        }
        let of_invoice = taxed(&lines, &taxes, TaxRounding::PerInvoice);
        let price: i64 = amounts.iter().sum();
        prop_assert_eq!(i128::from(of_invoice.tax.minor()), rounded(i128::from(price) * all, whole + all));
    }

    #[test]
    fn an_exempt_client_pays_no_tax_until_the_certificate_expires(
        (inclusive, taxes) in setting(), amounts in amounts(false), rounding in roundings(), free in 0_u8..16, days in -400_i64..400,
    ) {
        let expires_on = DAY.saturating_add(jiff::Span::new().days(days));
        let from = expires_on.saturating_sub(jiff::Span::new().days(365));
        let holds = from <= DAY && DAY < expires_on;
        let freed = chosen(free, &taxes);
        let exemption = certificate(from, Some(expires_on), &freed);
        let lines = lines_of(&amounts, &taxes);
        let with = tax(&lines, &taxes, std::slice::from_ref(&exemption), Currency::EUR, rounding).unwrap();
        let without = taxed(&lines, &taxes, rounding);
        if !holds {
            prop_assert_eq!(&with, &without);
        }
        // An exemption that names no tax is from all of them.
        let is_free = |code: &str| holds && (freed.is_empty() || freed.iter().any(|tax| tax.code.as_ref() == code));
        for (given, line) in lines.iter().zip(&with.lines) {
            let due: Vec<_> = given.taxes.iter().filter(|code| !is_free(code.as_ref())).collect();
            prop_assert_eq!(line.taxes.iter().map(|tax| &tax.code).collect::<Vec<_>>(), due.clone());
            if due.is_empty() && !inclusive {
                prop_assert_eq!(line.total, given.amount);
            }
            if due.is_empty() {
                prop_assert_eq!(line.total, line.net);
            }
        }
        let mut on_lines: Vec<&str> = lines.iter().flat_map(|line| line.taxes.iter().map(AsRef::as_ref)).filter(|code| is_free(code)).collect();
        on_lines.sort_unstable();
        on_lines.dedup();
        let mut named: Vec<&str> = with.exempted.iter().map(|row| row.code.as_ref()).collect();
        named.sort_unstable();
        prop_assert_eq!(named, on_lines);
        prop_assert!(with.exempted.iter().all(|row| row.certificate == "E-17" && row.note == "Reverse charge"));
    }
}
