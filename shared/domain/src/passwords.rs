//! Which passwords are good enough (NIST SP 800-63B-4, 3.1.1.2). Hashing is the caller's business.
//!
//! At fifteen characters most lists of stolen passwords have little left, and what is left is made of a few words
//! and patterns over and over. So instead of a list of millions there are the [`COMMON`] long ones and the parts
//! ([`PARTS`]) that the others are put together from.

use std::collections::BTreeSet;

use crate::error::Refusal;

/// Shortest password without a second factor, in characters.
pub const SHORTEST: usize = 15;
/// Longest password that is hashed, in characters, so that hashing has a bounded cost.
pub const LONGEST: usize = 256;
/// Fewer different characters than this are a pattern.
const FEWEST_DIFFERENT: usize = 5;
/// What must be left of a password without its common and known parts, in letters; a digit is a third of one.
const LEAST_OF_ONES_OWN: usize = 5;
const DIGITS_A_LETTER: usize = 3;
/// Shorter words about the owner than this say nothing: they occur in other words.
const SHORTEST_KNOWN: usize = 4;

/// Long passwords that everybody tries, in the form of [`plain`].
const COMMON: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "amomentlikethis",
    "correcthorsebatterystaple",
    "everythingisawesome",
    "ilovemychildren",
    "ilovemyhusband",
    "iloveyousomuch",
    "itwasthebestoftimes",
    "jesuschristislord",
    "jesusismysavior",
    "keepcalmandcarryon",
    "letthetherebelight",
    "liverpoolfootballclub",
    "maytheforcebewithyou",
    "mynameisinigomontoya",
    "nevergonnagiveyouup",
    "onceuponatime",
    "thisisapassword",
    "thisismypassword",
    "thequickbrownfox",
    "thequickbrownfoxjumpsoverthelazydog",
    "tobeornottobe",
    "tobeornottobethatisthequestion",
    "trustnobodyever",
    "whatisthepassword",
    "winteriscoming",
    "youllneverwalkalone",
];

/// What common passwords are put together from, the longer first so that they match first.
const PARTS: &[&str] = &[
    "administrator",
    "liverpool",
    "alexander",
    "basketball",
    "christian",
    "challenge",
    "chocolate",
    "manchester",
    "qwertyuiop",
    "asdfghjkl",
    "microsoft",
    "changeme",
    "computer",
    "football",
    "baseball",
    "iloveyou",
    "password",
    "passwort",
    "princess",
    "sunshine",
    "superman",
    "starwars",
    "whatever",
    "butterfly",
    "michelle",
    "jennifer",
    "victoria",
    "elephant",
    "internet",
    "security",
    "zxcvbnm",
    "welcome",
    "letmein",
    "charlie",
    "michael",
    "jessica",
    "arsenal",
    "chelsea",
    "trustno",
    "default",
    "company",
    "support",
    "qwertz",
    "qwerty",
    "azerty",
    "monkey",
    "dragon",
    "master",
    "shadow",
    "secret",
    "summer",
    "winter",
    "spring",
    "autumn",
    "system",
    "batman",
    "steward",
    "passwd",
    "hunter",
    "killer",
    "admin",
    "login",
    "hello",
    "guest",
    "super",
    "apple",
    "angel",
    "jesus",
    "qwert",
    "qazwsx",
    "wsxedc",
    "test",
    "root",
    "user",
    "pass",
    "love",
    "demo",
    "word",
    "abcd",
    "abc",
    "aaa",
    "msp",
    "the",
    "my",
    "is",
    "new",
];

/// Rows that fingers and minds run along.
const ROWS: &[&str] = &[
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];
/// From so many in a row on it is a run.
const SHORTEST_RUN: usize = 4;
/// No row has more characters.
const LONGEST_RUN: usize = 36;

/// Refuses a password that is too short, too long, common, or made of what everybody knows of its owner.
///
/// `known` holds the e-mail address, the person's and the tenant's name. Nothing is demanded of the mix of
/// characters: NIST advises against it.
///
/// # Errors
/// [`Refusal::Invalid`] at `/password`; the password itself is never repeated.
pub fn check(password: &str, known: &[&str]) -> Result<(), Refusal> {
    let refuse = |code, detail: &str| Err(Refusal::invalid("/password", code, detail));
    let length = password.chars().count();
    if length < SHORTEST {
        return refuse("too_short", "must have at least 15 characters; four or five unrelated words are good");
    }
    if length > LONGEST {
        return refuse("too_long", "must have at most 256 characters; use a shorter one");
    }
    let different: BTreeSet<char> = password.chars().collect();
    if different.len() < FEWEST_DIFFERENT || repeats(password) {
        return refuse("pattern", "repeats itself; choose four or five unrelated words instead");
    }
    let own = own_part(&as_typed(password)).min(own_part(&as_typed(&undone(&without_runs(&password.to_lowercase())))));
    if COMMON.contains(&plain(password).as_str()) || own < LEAST_OF_ONES_OWN {
        return refuse("common", "is one that everybody tries first; choose four or five unrelated words instead");
    }
    if without_known(password, known) < LEAST_OF_ONES_OWN {
        return refuse(
            "known",
            "is made of your name, address or company; choose four or five unrelated words instead",
        );
    }
    Ok(())
}

/// Lower case, letters and digits only.
fn as_typed(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Lower case letters only, with the usual substitutions undone.
fn plain(text: &str) -> String {
    undone(&text.to_lowercase()).chars().filter(|c| c.is_alphabetic()).collect()
}

/// The usual substitutions undone, but not in what is hung on in front and behind.
fn undone(text: &str) -> String {
    let core = text.trim_matches(|c: char| !c.is_alphabetic());
    let letters = core.chars().map(|c| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    });
    if core.is_empty() { text.to_owned() } else { text.replacen(core, &letters.collect::<String>(), 1) }
}

/// The same few characters over and over, as in `abc1abc1abc1abc1`.
fn repeats(text: &str) -> bool {
    let all: Vec<char> = text.chars().collect();
    (1..=all.len() / 2).any(|period| all.iter().skip(period).zip(&all).all(|(later, earlier)| later == earlier))
}

/// What is left when runs along a row and common parts are taken out.
fn own_part(text: &str) -> usize {
    let mut rest = without_runs(text);
    for part in PARTS {
        rest = rest.replace(part, " ");
    }
    weight(&rest)
}

fn weight(text: &str) -> usize {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    letters + digits / DIGITS_A_LETTER
}

fn without_runs(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let mut rest = String::new();
    let mut at = 0;
    while at < all.len() {
        let longest =
            (SHORTEST_RUN..=LONGEST_RUN.min(all.len() - at)).rev().find(|length| is_run(&all[at..at + length]));
        if longest.is_none() {
            rest.push(all[at]);
        } else {
            rest.push(' ');
        }
        at += longest.unwrap_or(1);
    }
    rest
}

fn is_run(characters: &[char]) -> bool {
    let forward: String = characters.iter().collect();
    let backward: String = characters.iter().rev().collect();
    ROWS.iter().any(|row| row.contains(&forward) || row.contains(&backward))
}

/// What is left without what is known of the owner.
fn without_known(password: &str, known: &[&str]) -> usize {
    let mut words: Vec<String> = Vec::new();
    for text in known {
        words.push(as_typed(text));
        words.extend(text.split(|c: char| !c.is_alphanumeric()).map(as_typed));
    }
    words.retain(|word| word.chars().count() >= SHORTEST_KNOWN);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    let rest = words.iter().fold(as_typed(password), |rest, word| rest.replace(word.as_str(), " "));
    weight(&rest)
}
