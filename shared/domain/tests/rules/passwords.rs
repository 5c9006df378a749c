//! Which passwords are good enough.

use domain::Refusal;
use domain::passwords::check;

const KNOWN: [&str; 3] = ["anna.schmidt@nordlicht.example", "Anna Schmidt", "Nordlicht IT"];

fn refused(password: &str) -> Option<&'static str> {
    match check(password, &KNOWN) {
        Err(Refusal::Invalid(faults)) => {
            assert_eq!(faults[0].field, "/password");
            assert!(!faults[0].detail.contains(password), "a password is never repeated");
            Some(faults[0].code)
        }
        Err(other) => panic!("expected a fault of the input, not {other:?}"),
        Ok(()) => None,
    }
}

#[test]
fn a_few_unrelated_words_are_good() {
    for good in [
        "harbour lantern violet tram",
        "marble window seventeen otters",
        "ein kleiner grüner Kaktus 7",
        "Xq7!vR2#pL9$mT4&",
        "7391 8264 horse cup",
        "8472-9163-7720-5518-6649",
        "the summer I bought a red bicycle",
    ] {
        assert_eq!(refused(good), None, "{good}");
    }
}

#[test]
fn fourteen_characters_are_too_few_and_two_hundred_and_fifty_seven_too_many() {
    assert_eq!(refused("harbour lanter"), Some("too_short"));
    assert_eq!(refused("harbour lantern"), None);
    let words = "harbour lantern violet tram ".repeat(10);
    assert_eq!(refused(&format!("x{}", &words[..255])), None);
    assert_eq!(refused(&format!("x{}", &words[..256])), Some("too_long"));
}

#[test]
fn what_everybody_tries_is_refused() {
    let common = [
        "passwordpassword",
        "Password1234567",
        "P@ssw0rd12345678",
        "123456789012345",
        "qwertyuiopasdfgh",
        "1qaz2wsx3edc4rfv",
        "aaaaaaaaaaaaaaaaa",
        "abc1abc1abc1abc1",
        "correct horse battery staple",
        "iloveyouiloveyou",
        "letmeinletmein123",
        "P4ssw0rd2024!!!!",
    ];
    for bad in common {
        assert!(refused(bad).is_some(), "{bad}");
    }
}

#[test]
fn what_is_known_of_the_owner_is_refused() {
    for bad in ["anna.schmidt@nordlicht.example", "AnnaSchmidt2026!", "nordlicht-it-anna-1"] {
        assert!(refused(bad).is_some(), "{bad}");
    }
}
