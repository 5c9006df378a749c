//! What a decline means, by the code that the provider gives for it: Stripe, "Decline codes" and "Error codes".

use super::retry::DeclineClass;

/// After these the same method never works again, or must not be tried again: the card is gone or wrong, or its holder
/// or bank forbade it.
const HARD: [&str; 25] = [
    "card_not_supported",
    "currency_not_supported",
    "do_not_try_again",
    "expired_card",
    "fraudulent",
    "incorrect_number",
    "invalid_account",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "lost_card",
    "merchant_blacklist",
    "new_account_information_available",
    NO_SUCH_METHOD,
    "not_permitted",
    "pickup_card",
    "restricted_card",
    "revocation_of_all_authorizations",
    "revocation_of_authorization",
    "security_violation",
    "service_not_allowed",
    "stolen_card",
    "stop_payment_order",
    "testmode_decline",
    "transaction_not_allowed",
];
/// What stands for a way to pay that the provider does not know, or does not know any more.
pub const NO_SUCH_METHOD: &str = "no_such_method";
/// The payer has to confirm it.
const NEEDS_PAYER: [&str; 3] = ["approve_with_id", "authentication_required", "offline_pin_required"];

impl DeclineClass {
    /// What a provider's decline code means. One that is not known may work later: the tries are bounded.
    pub fn of(code: &str) -> Self {
        if HARD.contains(&code) {
            Self::Hard
        } else if NEEDS_PAYER.contains(&code) {
            Self::NeedsAuthentication
        } else {
            Self::Soft
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_whether_the_card_is_tried_again() {
        for (code, class) in [
            ("insufficient_funds", DeclineClass::Soft),
            ("generic_decline", DeclineClass::Soft),
            ("a_code_of_tomorrow", DeclineClass::Soft),
            ("expired_card", DeclineClass::Hard),
            ("stolen_card", DeclineClass::Hard),
            ("authentication_required", DeclineClass::NeedsAuthentication),
        ] {
            assert_eq!(DeclineClass::of(code), class, "{code}");
        }
    }
}
