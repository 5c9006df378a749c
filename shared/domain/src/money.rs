//! Money: whole minor units of one currency, and the one place where an amount is rounded.

use std::cmp::Ordering;

use iso_currency::Currency;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// The largest amount, in minor units: every JSON reader holds it exactly (2^53 is about nine times as much).
pub const LARGEST_MINOR: i64 = 1_000_000_000_000_000;

/// An amount of money, in minor units (cents) of its currency. Negative is what is owed the other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Money {
    /// In minor units of the currency, for example cents.
    minor: i64,
    /// ISO 4217.
    #[cfg_attr(feature = "schema", schema(value_type = String, example = "EUR"))]
    currency: Currency,
}

/// What cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies do not add up.
    #[error("{} and {} do not add up; convert one of them first", .0.code(), .1.code())]
    Currencies(Currency, Currency),
    /// More than [`LARGEST_MINOR`].
    #[error("the amount is over {LARGEST_MINOR} minor units")]
    TooLarge,
}

impl Money {
    /// An amount in minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// An exact amount in major units (euros), rounded to minor units: half away from zero. Every rounding of money in
    /// the house is this call, made once, on the end of an exact calculation.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn rounded(major: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let scale = Decimal::from(10_i64.pow(exponent(currency)));
        let minor = major.checked_mul(scale).ok_or(MoneyError::TooLarge)?;
        let minor = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        Self::bounded(minor.to_i64().ok_or(MoneyError::TooLarge)?, currency)
    }

    /// In minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// ISO 4217.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// In major units, exactly.
    pub fn major(self) -> Decimal {
        Decimal::new(self.minor, exponent(self.currency))
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The same, owed the other way.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self::new(-self.minor, self.currency)
    }

    /// Both together.
    ///
    /// # Errors
    /// [`MoneyError`]: two currencies, or too much.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same(other)?;
        Self::bounded(self.minor.checked_add(other.minor).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// What is left without the other.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(other.negated())
    }

    /// Which is more.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`].
    pub fn compare(self, other: Self) -> Result<Ordering, MoneyError> {
        self.same(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    /// The smaller of both.
    ///
    /// # Errors
    /// [`MoneyError::Currencies`].
    pub fn at_most(self, other: Self) -> Result<Self, MoneyError> {
        Ok(if self.compare(other)?.is_gt() { other } else { self })
    }

    /// So many times as much, rounded once.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn times(self, factor: Decimal) -> Result<Self, MoneyError> {
        Self::rounded(self.major().checked_mul(factor).ok_or(MoneyError::TooLarge)?, self.currency)
    }

    /// All of them together; nothing of them is zero in `currency`.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// Parts in proportion to `weights`, which add up to the whole exactly: each gets its share rounded towards zero,
    /// and what is left goes a minor unit at a time to the largest remainders, the first of equals first. When all
    /// weights are zero, the first part gets everything; of no weights there are no parts.
    pub fn split(self, weights: &[u64]) -> Vec<Self> {
        let whole = u128::from(self.minor.unsigned_abs());
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let share = |at: usize, weight: u64| match total {
            0 => (if at == 0 { whole } else { 0 }, 0),
            _ => (whole * u128::from(weight) / total, whole * u128::from(weight) % total),
        };
        let shares: Vec<(u128, u128)> = weights.iter().enumerate().map(|(at, weight)| share(at, *weight)).collect();
        let mut by_remainder: Vec<usize> = (0..shares.len()).collect();
        by_remainder.sort_by_key(|at| std::cmp::Reverse(shares[*at].1));
        let mut parts: Vec<i64> = shares.iter().map(|(share, _)| i64::try_from(*share).unwrap_or(i64::MAX)).collect();
        let left = self.minor.unsigned_abs() - parts.iter().map(|part| part.unsigned_abs()).sum::<u64>();
        for at in by_remainder.into_iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            parts[at] += 1;
        }
        parts.into_iter().map(|part| Self::new(part * self.minor.signum(), self.currency)).collect()
    }

    fn same(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::Currencies(self.currency, other.currency))
        }
    }

    fn bounded(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if minor.unsigned_abs() > LARGEST_MINOR.unsigned_abs() {
            return Err(MoneyError::TooLarge);
        }
        Ok(Self::new(minor, currency))
    }
}

impl std::fmt::Display for Money {
    /// For people and programs alike: `1234.50 EUR`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.major(), self.currency.code())
    }
}

/// Decimal places of a currency (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD; none are kept where ISO names none.
pub fn exponent(currency: Currency) -> u32 {
    currency.exponent().map_or(0, u32::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    #[test]
    fn half_a_cent_rounds_away_from_zero_in_every_currency() {
        let cases = [
            ("0.005", Currency::EUR, 1),
            ("-0.005", Currency::EUR, -1),
            ("0.004999", Currency::EUR, 0),
            ("2.675", Currency::USD, 268),
            ("0.5", Currency::JPY, 1),
            ("1.2345", Currency::KWD, 1_235),
        ];
        for (major, currency, minor) in cases {
            let got = Money::rounded(major.parse().unwrap(), currency).unwrap();
            assert_eq!(got, Money::new(minor, currency), "{major} {}", currency.code());
        }
    }

    #[test]
    fn two_currencies_are_an_error_and_never_a_number() {
        let error = eur(1).plus(Money::new(1, Currency::USD)).unwrap_err();
        assert_eq!(error, MoneyError::Currencies(Currency::EUR, Currency::USD));
        assert!(eur(1).compare(Money::new(1, Currency::USD)).is_err());
        assert!(Money::sum(Currency::EUR, [Money::zero(Currency::CHF)]).is_err());
    }

    #[test]
    fn too_much_is_an_error_and_never_wraps() {
        assert_eq!(eur(LARGEST_MINOR).plus(eur(1)), Err(MoneyError::TooLarge));
        assert_eq!(eur(LARGEST_MINOR).times(Decimal::MAX), Err(MoneyError::TooLarge));
        assert_eq!(Money::rounded(Decimal::MAX, Currency::EUR), Err(MoneyError::TooLarge));
    }

    #[test]
    fn what_is_left_of_a_split_goes_to_the_largest_remainders_first_of_equals_first() {
        assert_eq!(eur(100).split(&[1, 1, 1]), [eur(34), eur(33), eur(33)]);
        assert_eq!(eur(-100).split(&[1, 1, 1]), [eur(-34), eur(-33), eur(-33)]);
        assert_eq!(eur(10).split(&[1, 0, 2]), [eur(3), eur(0), eur(7)]);
        assert_eq!(eur(7).split(&[0, 0]), [eur(7), eur(0)]);
        assert!(eur(7).split(&[]).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn the_parts_of_a_split_add_up_and_none_is_off_by_a_unit(
            minor in -LARGEST_MINOR..=LARGEST_MINOR,
            weights in prop::collection::vec(0_u64..1_000_000, 1..40),
        ) {
            let parts = eur(minor).split(&weights);
            prop_assert_eq!(parts.iter().map(|part| part.minor()).sum::<i64>(), minor);
            let total: u64 = weights.iter().sum();
            if total > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(minor) * i128::from(*weight);
                    let off = i128::from(part.minor()) * i128::from(total) - exact;
                    prop_assert!(off.abs() < i128::from(total));
                }
            }
        }

        #[test]
        fn rounding_is_never_more_than_half_a_unit_off(mantissa in any::<i32>(), places in 0_u32..9) {
            let exact = Decimal::new(i64::from(mantissa), places);
            let got = Money::rounded(exact, Currency::EUR).unwrap();
            prop_assert!((got.major() - exact).abs() <= Decimal::new(5, 3));
        }
    }
}
