//! What is earned of a service, day by day.

use domain::billing::cycle::Period;
use domain::billing::recognition::earned;
use domain::money::Money;
use iso_currency::Currency;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn the_days_amounts_of_a_service_add_up_to_its_net_exactly(net in -1_000_000_000_i64..1_000_000_000, days in 1_i64..800) {
        let from = date(2027, 11, 30);
        let service = Period { from, to: from.saturating_add(days.days()) };
        let net = Money::new(net, Currency::EUR);
        let by = |day: i64| earned(net, service, from.saturating_add(day.days())).minor();
        prop_assert_eq!((by(-1), by(0), by(days), by(days + 9)), (0, 0, net.minor(), net.minor()));
        let amounts: Vec<i64> = (0..days).map(|day| by(day + 1) - by(day)).collect();
        prop_assert_eq!(amounts.iter().sum::<i64>(), net.minor());
        prop_assert!(amounts.iter().max().unwrap() - amounts.iter().min().unwrap() <= 1);
    }
}
