//! What whoever pays is written: placeholders that are filled once, those that are refused, and a text in each language.

use domain::billing::documents::words::Language;
use domain::billing::dunning::{DunningStep, StepKind};
use domain::billing::messages::*;
use domain::billing::retry::DeclineClass;
use domain::billing::settings::{BillingChanges, BillingSettings, change};
use domain::money::Money;
use domain::zone::Zone;
use domain::{Invalid, Refusal};
use iso_currency::Currency;
use jiff::Timestamp;
use jiff::civil::date;

const LANGUAGES: [Language; 3] = [Language::En, Language::De, Language::Fr];

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn dunned(step: StepKind) -> News {
    let (due_on, on) = (date(2026, 2, 9), date(2026, 2, 19));
    News::Dunned { step, balance: eur(123_450), due_on, late_fee: Some(eur(500)), on }
}

fn declined(class: DeclineClass, next: Option<&str>) -> News {
    News::Declined { amount: eur(10_000), class, next: next.map(|next| next.parse().unwrap()) }
}

fn written(subject: &str, text: &str) -> Message {
    Message { subject: subject.into(), text: text.into() }
}

fn filled(message: &Message, news: News, language: Language) -> Message {
    let (client, company, number) = ("Brandt {number} & Söhne", "Nordlicht IT", "RE-7");
    let (pay_link, zone) = ("https://app.example/v1/pay/x", "Europe/Berlin".parse::<Zone>().unwrap());
    message.filled(&Facts { client, company, number, pay_link, news, language, zone: &zone })
}

/// Settings with one step, and messages of charges.
fn set(step: DunningStep, charge_messages: ChargeMessages) -> Result<BillingSettings, Vec<Invalid>> {
    let mut dunning = BillingSettings::default().dunning;
    dunning.steps = vec![step];
    let changes =
        BillingChanges { dunning: Some(dunning), charge_messages: Some(charge_messages), ..BillingChanges::default() };
    change(&BillingSettings::default(), changes, Timestamp::UNIX_EPOCH).map_err(|refused| match refused {
        Refusal::Invalid(faults) => faults,
        other => panic!("{other:?}"),
    })
}

fn step(kind: StepKind, late_fee: Option<Money>, message: Message) -> DunningStep {
    let days = if kind == StepKind::Reminder { -3 } else { 1 };
    DunningStep { kind, days, late_fee, message: Some(message) }
}

#[test]
fn every_placeholder_is_filled_as_the_language_writes_it() {
    let text = "{client}|{company}|{number}|{balance}|{due_on}|{days_overdue}|{late_fee}|{pay_link}";
    let ends = "https://app.example/v1/pay/x";
    // A client's own braces are letters like any other.
    for (language, values) in [
        (Language::En, "EUR\u{a0}1,234.50|9 February 2026|10|EUR\u{a0}5.00"),
        (Language::De, "1.234,50\u{a0}EUR|09.02.2026|10|5,00\u{a0}EUR"),
        (Language::Fr, "1\u{202f}234,50\u{a0}EUR|09/02/2026|10|5,00\u{a0}EUR"),
    ] {
        let got = filled(&written("{number}", text), dunned(StepKind::Overdue2), language);
        assert_eq!(got.subject, "RE-7");
        assert_eq!(got.text, format!("Brandt {{number}} & Söhne|Nordlicht IT|RE-7|{values}|{ends}"));
    }
    let early = News::Dunned {
        step: StepKind::Overdue1,
        balance: eur(1),
        due_on: date(2026, 2, 9),
        late_fee: None,
        on: date(2026, 2, 4),
    };
    let none = filled(&written("{days_overdue}", "{late_fee}"), early, Language::En);
    assert_eq!((none.subject.as_str(), none.text.as_str()), ("0", "EUR\u{a0}0.00"));
}

#[test]
fn a_declined_charge_says_what_comes_next_on_the_msps_clock() {
    let soft = declined(DeclineClass::Soft, Some("2026-03-29T01:30:00Z"));
    for (language, when) in [
        (Language::En, "29 March 2026 at 03:30 CEST"),
        (Language::De, "29.03.2026 um 03:30 Uhr (CEST)"),
        (Language::Fr, "29/03/2026 à 03:30 (CEST)"),
    ] {
        let text = filled(&written("{amount}", "{what_next}"), soft, language).text;
        assert!(text.contains(when), "{text}");
        let said = |class| filled(&written("x", "{what_next}"), declined(class, None), language).text;
        let (confirm, other) = (said(DeclineClass::NeedsAuthentication), said(DeclineClass::Hard));
        assert_ne!(confirm, other);
        assert_eq!(said(DeclineClass::Soft), other);
    }
}

#[test]
fn whoever_writes_nothing_has_a_text_in_each_language_that_says_what_is_owed_and_where_to_pay() {
    use StepKind::{Collection, Overdue1, Overdue2, Overdue3, Reminder, Suspend};
    let settings = BillingSettings::default();
    let news = [Reminder, Overdue1, Overdue2, Overdue3].map(dunned).to_vec();
    let amount = eur(10_000);
    let charges = [declined(DeclineClass::Hard, None), News::Received { amount }, News::Voided { amount }];
    let mut subjects = Vec::new();
    for language in LANGUAGES {
        for news in news.iter().copied().chain(charges) {
            let template = settings.message(&news, language).unwrap();
            let got = filled(&template, news, language);
            let amount = language.money(eur(if matches!(news, News::Dunned { .. }) { 123_450 } else { 10_000 }));
            for words in ["RE-7", "Nordlicht IT", "https://app.example/v1/pay/x", amount.as_str()] {
                assert!(got.text.contains(words), "{words} in {}", got.text);
            }
            // Nothing is left open: with the client's own braces gone, there are none.
            let rest = format!("{}{}", got.subject, got.text).replace("Brandt {number} & Söhne", "");
            assert!(!rest.contains(['{', '}']), "{rest}");
            assert!(
                template.text.chars().count() <= LONGEST_TEXT && template.subject.chars().count() <= LONGEST_SUBJECT
            );
            subjects.push(got.subject);
        }
        for step in [Suspend, Collection] {
            assert_eq!(settings.message(&dunned(step), language), None, "the client is not told by itself");
        }
    }
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), 3 * 7, "{subjects:?}");
    assert!(subjects.contains(&"Rechnung RE-7: zweite Erinnerung".to_owned()), "{subjects:?}");
}

#[test]
fn what_the_msp_wrote_goes_out_in_its_place() {
    let own = written("{number} stops", "Dear {client}");
    let charges =
        ChargeMessages { declined: Some(written("a", "b")), received: None, voided: Some(written("{number}", "c")) };
    let settings = set(step(StepKind::Suspend, None, own.clone()), charges).unwrap();
    for language in LANGUAGES {
        assert_eq!(settings.message(&dunned(StepKind::Suspend), language), Some(own.clone()));
        let of_charge = settings.message(&declined(DeclineClass::Soft, None), language).unwrap();
        assert_eq!(of_charge.subject, "a");
        assert!(settings.message(&News::Received { amount: eur(1) }, language).unwrap().text.contains("{amount}"));
        let void = settings.message(&News::Voided { amount: eur(1) }, language);
        assert_eq!(void, Some(written("{number}", "c")));
    }
}

#[test]
fn a_message_that_cannot_be_filled_is_refused_where_it_is_wrong_with_what_can() {
    let (overdue, fee) = (StepKind::Overdue1, Some(eur(500)));
    let fine = written("{number}", "Pay {balance}.");
    let text = |text: &str| written("{number}", text);
    let long = "x".repeat(LONGEST_TEXT + 1);
    for (kind, fee, message, pointer, code) in [
        (overdue, fee, text("{late_fee} {days_overdue}"), None, ""),
        (overdue, None, text(&long[1..]), None, ""),
        (overdue, None, text("{late_fee}"), Some("text"), "unknown_placeholder"),
        (StepKind::Reminder, None, text("{days_overdue}"), Some("text"), "unknown_placeholder"),
        (overdue, None, text("{what_next}"), Some("text"), "unknown_placeholder"),
        (overdue, None, written("{nmber}", "x"), Some("subject"), "unknown_placeholder"),
        (overdue, None, text("{{number}}"), Some("text"), "unknown_placeholder"),
        (overdue, None, text("{}"), Some("text"), "unknown_placeholder"),
        (overdue, None, text("{ number }"), Some("text"), "unknown_placeholder"),
        (overdue, None, text("open {number"), Some("text"), "unknown_placeholder"),
        (overdue, None, text("{number} closed}"), Some("text"), "unknown_placeholder"),
        (overdue, None, text(" \n"), Some("text"), "required"),
        (overdue, None, written("", "x"), Some("subject"), "required"),
        (overdue, None, written("two\nlines", "x"), Some("subject"), "control_character"),
        (overdue, None, text("\u{7}"), Some("text"), "control_character"),
        (overdue, None, text(&long), Some("text"), "too_long"),
        (overdue, None, written(&long[..=LONGEST_SUBJECT], "x"), Some("subject"), "too_long"),
    ] {
        let got = set(step(kind, fee, message.clone()), ChargeMessages::default()).map(|_| ());
        let found =
            got.as_ref().err().map(|faults| faults.iter().map(|f| (f.field.as_str(), f.code)).collect::<Vec<_>>());
        let wanted = pointer.map(|pointer| format!("/dunning/steps/0/message/{pointer}"));
        assert_eq!(found, wanted.as_ref().map(|field| vec![(field.as_str(), code)]), "{message:?}");
    }
    let (received, voided) = (Some(text("{what_next}")), Some(text("{balance}")));
    let charges = ChargeMessages { declined: Some(fine.clone()), received, voided };
    let faults = set(step(overdue, None, fine), charges).unwrap_err();
    assert_eq!(faults[0].field, "/charge_messages/declined/text");
    assert_eq!(
        faults[0].detail,
        "{balance} is not filled in here; write one of {client}, {company}, {number}, {amount}, {what_next}, {pay_link}"
    );
    let fields: Vec<&str> = faults[1..].iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["/charge_messages/received/text", "/charge_messages/voided/text"]);
}

#[test]
fn settings_of_before_there_were_messages_and_before_credit_was_used_are_still_read() {
    let settings = BillingSettings::default();
    let mut stored = serde_json::to_value(&settings).unwrap();
    for added in ["charge_messages", "use_credit_first"] {
        stored.as_object_mut().unwrap().remove(added).unwrap();
    }
    let mut before_voids = serde_json::to_value(&settings).unwrap();
    before_voids["charge_messages"].as_object_mut().unwrap().remove("voided").unwrap();
    assert_eq!(serde_json::from_value::<BillingSettings>(before_voids).unwrap(), settings);
    for step in stored["dunning"]["steps"].as_array_mut().unwrap() {
        step.as_object_mut().unwrap().remove("message");
    }
    assert_eq!(serde_json::from_value::<BillingSettings>(stored).unwrap(), settings);
}
