//! Prices by tables: what each model costs, what is refused, how a price travels.

use domain::Refusal;
use domain::billing::pricing::{
    MOST_TIERS, MOST_TRANSACTIONS, PercentagePricing, Price, Pricing, Tier, What, price, price_transactions,
};
use domain::invalid::Check;
use rust_decimal::Decimal;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn tier(up_to: Option<&str>, unit_price: &str, flat_fee: &str) -> Tier {
    Tier { up_to: up_to.map(d), unit_price: d(unit_price), flat_fee: d(flat_fee) }
}

fn model(pricing: Pricing) -> Price {
    Price { pricing, minimum: None, maximum: None }
}

fn percentage() -> PercentagePricing {
    PercentagePricing {
        percent: d("1.2"),
        fixed: d("0.10"),
        free_amount: Decimal::ZERO,
        free_transactions: 0,
        minimum: None,
        maximum: None,
    }
}

fn costs(pricing: &Pricing, quantity: &str) -> Decimal {
    price(&model(pricing.clone()), d(quantity)).unwrap().before_limits
}

fn faults(price: &Price) -> Vec<String> {
    let mut check = Check::new();
    price.validate("/price", &mut check);
    match check.done() {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(faults)) => faults.into_iter().map(|f| format!("{} {}", f.field, f.code)).collect(),
        Err(other) => panic!("{other}"),
    }
}

/// 10 at 1.00 with a fee of 5, the next 10 at 0.50 with a fee of 3, the rest at 0.10.
fn tiers() -> Vec<Tier> {
    vec![tier(Some("10"), "1", "5"), tier(Some("20"), "0.5", "3"), tier(None, "0.1", "0")]
}

#[test]
fn each_model_costs_what_its_description_says() {
    let graduated = Pricing::Graduated { tiers: tiers(), flat_fee_at_zero: false };
    let volume = Pricing::Volume { tiers: tiers(), flat_fee_at_zero: false };
    let package = Pricing::Package { size: d("100"), price: d("5"), free_units: d("100") };
    let per_unit = Pricing::PerUnit { price: d("0.0005"), free_units: d("1000") };
    let flat = Pricing::Flat { amount: d("49.90") };
    let cases = [
        (&flat, [("0", "49.90"), ("1", "49.90"), ("7.5", "49.90"), ("1000000000", "49.90"), ("2", "49.90")]),
        (&per_unit, [("0", "0"), ("1000", "0"), ("1001", "0.0005"), ("1000.5", "0.00025"), ("3000", "1")]),
        (&graduated, [("0", "0"), ("10", "15"), ("10.5", "18.25"), ("20", "23"), ("120", "33")]),
        (&volume, [("0", "0"), ("10", "15"), ("10.5", "8.25"), ("20", "13"), ("120", "12")]),
        (&package, [("0", "0"), ("100", "0"), ("100.000001", "5"), ("200", "5"), ("201", "10")]),
    ];
    for (pricing, quantities) in cases {
        assert!(faults(&model(pricing.clone())).is_empty(), "{pricing:?}");
        for (quantity, amount) in quantities {
            assert_eq!(costs(pricing, quantity), d(amount), "{quantity} by {pricing:?}");
        }
    }
}

#[test]
fn whether_the_first_flat_fee_is_due_at_zero_is_said_and_not_guessed() {
    for (flat_fee_at_zero, at_zero) in [(false, "0"), (true, "5")] {
        assert_eq!(costs(&Pricing::Graduated { tiers: tiers(), flat_fee_at_zero }, "0"), d(at_zero));
        assert_eq!(costs(&Pricing::Volume { tiers: tiers(), flat_fee_at_zero }, "0"), d(at_zero));
        assert_eq!(costs(&Pricing::Graduated { tiers: tiers(), flat_fee_at_zero }, "0.000001"), d("5.000001"));
    }
}

#[test]
fn the_end_of_a_tier_belongs_to_it_and_the_next_one_starts_just_above() {
    let of = |quantity: &str| {
        price(&model(Pricing::Graduated { tiers: tiers(), flat_fee_at_zero: false }), d(quantity)).unwrap().parts
    };
    assert_eq!(of("10").iter().map(|part| part.what).collect::<Vec<_>>(), [What::Tier { n: 1 }]);
    let above = of("10.000001");
    assert_eq!(above[1].what, What::Tier { n: 2 });
    assert_eq!((above[1].quantity, above[1].flat_fee), (d("0.000001"), d("3")));
}

#[test]
fn transactions_cost_a_part_of_their_amount_and_a_fee_and_the_earliest_are_free() {
    let allowances = PercentagePricing { free_amount: d("450"), free_transactions: 3, ..percentage() };
    let all =
        price_transactions(&model(Pricing::Percentage(allowances)), &[d("200"), d("100"), d("100"), d("100")]).unwrap();
    assert_eq!(all.before_limits, d("0.70"), "1.2 % of the 50 above 450, and the fee of the fourth");

    let bounded = PercentagePricing { minimum: Some(d("0.5")), maximum: Some(d("2")), ..percentage() };
    let cases = [("0", "0.5"), ("1", "0.5"), ("100", "1.3"), ("1000", "2")];
    for (amount, due) in cases {
        assert_eq!(costs(&Pricing::Percentage(bounded.clone()), amount), d(due), "{amount}");
    }
    let free = PercentagePricing { free_transactions: 1, free_amount: d("10"), ..bounded };
    assert_eq!(costs(&Pricing::Percentage(free.clone()), "10"), d("0"), "what is free has no minimum");
    assert_eq!(costs(&Pricing::Percentage(free), "11"), d("0.5"));
}

#[test]
fn other_models_take_transactions_together() {
    let package = model(Pricing::Package { size: d("100"), price: d("5"), free_units: d("0") });
    let got = price_transactions(&package, &[d("60"), d("60"), d("0.5")]).unwrap();
    assert_eq!(got, price(&package, d("120.5")).unwrap());
}

#[test]
fn usage_above_a_last_tier_that_is_closed_is_refused_and_never_dropped() {
    let closed = vec![tier(Some("10"), "1", "0"), tier(Some("20"), "0.5", "0")];
    for pricing in [
        Pricing::Graduated { tiers: closed.clone(), flat_fee_at_zero: false },
        Pricing::Volume { tiers: closed.clone(), flat_fee_at_zero: false },
    ] {
        let closed = model(pricing);
        assert_eq!(faults(&closed), ["/price/pricing/tiers/1/up_to last_tier_closed"]);
        assert!(price(&closed, d("20")).is_ok());
        let Err(Refusal::Conflict { code, .. }) = price(&closed, d("20.000001")) else { panic!("it was dropped") };
        assert_eq!(code, "last_tier_closed");
    }
    let none = model(Pricing::Graduated { tiers: Vec::new(), flat_fee_at_zero: true });
    assert_eq!(faults(&none), ["/price/pricing/tiers required"]);
    assert!(price(&none, d("1")).is_err());
}

#[test]
fn a_price_says_what_is_wrong_with_it() {
    let flat = |amount: &str| model(Pricing::Flat { amount: d(amount) });
    let tiered = |tiers: Vec<Tier>| model(Pricing::Volume { tiers, flat_fee_at_zero: false });
    let package = |size: &str| model(Pricing::Package { size: d(size), price: d("1"), free_units: d("0") });
    let per_cent = |change: fn(&mut PercentagePricing)| {
        let mut pricing = percentage();
        change(&mut pricing);
        model(Pricing::Percentage(pricing))
    };
    let many = |n: usize| {
        let bounded = (1..n).map(|n| Tier { up_to: Some(n.into()), unit_price: d("1"), flat_fee: d("0") });
        tiered(bounded.chain([tier(None, "1", "0")]).collect())
    };
    let cases: Vec<(Price, &[&str])> = vec![
        (flat("1000000000"), &[]),
        (flat("1000000000.000000001"), &["/price/pricing/amount out_of_range"]),
        (flat("0.000000001"), &[]),
        (flat("0.1000000000000"), &[]),
        (flat("0.0000000001"), &["/price/pricing/amount too_precise"]),
        (flat("-1"), &["/price/pricing/amount out_of_range"]),
        (
            model(Pricing::PerUnit { price: d("-1"), free_units: d("0.0000001") }),
            &["/price/pricing/price out_of_range", "/price/pricing/free_units too_precise"],
        ),
        (many(MOST_TIERS), &[]),
        (many(MOST_TIERS + 1), &["/price/pricing/tiers too_many"]),
        (tiered(vec![tier(None, "1", "0"), tier(None, "1", "0")]), &["/price/pricing/tiers/0/up_to required"]),
        (tiered(vec![tier(Some("0"), "1", "0"), tier(None, "1", "0")]), &["/price/pricing/tiers/0/up_to not_in_order"]),
        (
            tiered(vec![tier(Some("5"), "1", "0"), tier(Some("5"), "-1", "0"), tier(None, "1", "-2")]),
            &[
                "/price/pricing/tiers/1/unit_price out_of_range",
                "/price/pricing/tiers/1/up_to not_in_order",
                "/price/pricing/tiers/2/flat_fee out_of_range",
            ],
        ),
        (
            tiered(vec![tier(Some("1000000000.5"), "1", "0"), tier(None, "1", "0")]),
            &["/price/pricing/tiers/0/up_to out_of_range"],
        ),
        (package("0"), &["/price/pricing/size out_of_range"]),
        (package("0.000001"), &[]),
        (per_cent(|p| p.percent = d("1000")), &[]),
        (per_cent(|p| p.percent = d("1000.1")), &["/price/pricing/percent out_of_range"]),
        (per_cent(|p| p.percent = d("0.0000001")), &["/price/pricing/percent too_precise"]),
        (per_cent(|p| p.free_amount = d("-1")), &["/price/pricing/free_amount out_of_range"]),
        (per_cent(|p| (p.minimum, p.maximum) = (Some(d("2")), Some(d("1")))), &["/price/pricing/maximum not_in_order"]),
        (Price { minimum: Some(d("5")), maximum: Some(d("5")), ..flat("1") }, &[]),
        (Price { minimum: Some(d("5")), maximum: Some(d("4")), ..flat("1") }, &["/price/maximum not_in_order"]),
        (Price { minimum: Some(d("-5")), ..flat("1") }, &["/price/minimum out_of_range"]),
    ];
    for (price, expected) in cases {
        assert_eq!(faults(&price), expected, "{price:?}");
    }
}

#[test]
fn a_quantity_that_cannot_be_counted_is_refused() {
    let unit = model(Pricing::PerUnit { price: d("1"), free_units: d("0") });
    for wrong in ["-0.000001", "1000000000.000001", "0.0000001"] {
        assert!(
            matches!(price(&unit, d(wrong)), Err(Refusal::Invalid(faults)) if faults[0].field == "/quantity"),
            "{wrong}"
        );
        let refused = price_transactions(&unit, &[d("1"), d(wrong)]);
        assert!(matches!(refused, Err(Refusal::Invalid(faults)) if faults[0].field == "/transactions/1"), "{wrong}");
    }
    assert!(price_transactions(&unit, &vec![Decimal::ONE; MOST_TRANSACTIONS]).is_ok());
    assert!(price_transactions(&unit, &vec![Decimal::ONE; MOST_TRANSACTIONS + 1]).is_err());
}

#[test]
fn a_price_travels_as_text_and_refuses_what_it_does_not_know() {
    let json = serde_json::json!({
        "pricing": {
            "model": "graduated", "flat_fee_at_zero": false,
            "tiers": [{ "up_to": "10", "unit_price": "1.10", "flat_fee": "0" }, { "up_to": null, "unit_price": "1", "flat_fee": "0" }],
        },
        "minimum": null, "maximum": "99.90",
    });
    let price: Price = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(serde_json::to_value(&price).unwrap(), json);
    let refused = |change: fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json);
        serde_json::from_value::<Price>(json).is_err()
    };
    assert!(refused(|json| json["maximum"] = 99.9.into()), "a float is no price");
    assert!(refused(|json| json["pricing"]["price"] = "1".into()));
    assert!(refused(|json| json["pricing"]["tiers"][0]["from"] = "1".into()));
    assert!(
        refused(|json| drop(json["pricing"].as_object_mut().unwrap().remove("flat_fee_at_zero"))),
        "nobody guesses it"
    );

    let per_cent = serde_json::json!({ "pricing": { "model": "percentage", "percent": "1.2" } });
    assert!(serde_json::from_value::<Price>(per_cent.clone()).is_ok());
    let mut more = per_cent;
    more["pricing"]["per_cent"] = "2".into();
    assert!(serde_json::from_value::<Price>(more).is_err());
}

#[test]
fn volume_pricing_may_fall_where_a_tier_starts_and_graduated_pricing_never_does() {
    let volume = Pricing::Volume { tiers: tiers(), flat_fee_at_zero: false };
    assert!(costs(&volume, "10.5") < costs(&volume, "10"));
    let graduated = Pricing::Graduated { tiers: tiers(), flat_fee_at_zero: false };
    assert!(costs(&graduated, "10.5") > costs(&graduated, "10"));
}
