//! An access token is accepted only as it was issued.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderValue;
use local::app::MASTER_SECRET;
use runtime::tokens;
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};
use tests::{Person, Stack};

const MUTANTS: usize = 10_000;
/// Every so many of them go over HTTP too.
const STRIDE: usize = 25;

macro_rules! hmac {
    ($hash:ty, $key:expr, $($part:expr),+) => {{
        let mut mac = Hmac::<$hash>::new_from_slice($key).unwrap();
        $(mac.update($part);)+
        mac.finalize().into_bytes().to_vec()
    }};
}

/// The key of access tokens, as `runtime::secrets` derives it: these tests know more than any attacker.
fn key_for(purpose: &str) -> Vec<u8> {
    hmac!(Sha256, MASTER_SECRET.as_bytes(), &(purpose.len() as u64).to_be_bytes(), purpose.as_bytes())
}

fn signed_part(header: &Value, payload: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(payload.to_string()))
}

/// A token with a header and a payload of one's choice, signed with HS256.
fn forged(header: &Value, payload: &Value, key: &[u8]) -> String {
    let part = signed_part(header, payload);
    let signature = hmac!(Sha256, key, part.as_bytes());
    format!("{part}.{}", BASE64.encode(signature))
}

fn usual_header() -> Value {
    json!({ "typ": "JWT", "alg": "HS256" })
}

fn payload_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64.decode(payload).unwrap()).unwrap()
}

fn with(payload: &Value, name: &str, value: Value) -> Value {
    let mut changed = payload.clone();
    changed[name] = value;
    changed
}

/// Other algorithms, with signatures that are right by them, and with none.
fn other_algorithms(good: &str, found: &mut Vec<String>) {
    let (payload, key) = (payload_of(good), key_for("access tokens"));
    let signature = good.rsplit('.').next().unwrap();
    for none in ["none", "None", "NONE", "nOnE", "", "null", "HS256 ", "hs256"] {
        let part = signed_part(&json!({ "typ": "JWT", "alg": none }), &payload);
        found.extend([format!("{part}."), part.clone(), format!("{part}.{signature}")]);
        found.push(forged(&json!({ "typ": "JWT", "alg": none }), &payload, &key));
    }
    found.push(forged(&json!({ "typ": "JWT" }), &payload, &key));
    for (name, hash) in [("HS384", 384), ("HS512", 512)] {
        let part = signed_part(&json!({ "typ": "JWT", "alg": name }), &payload);
        let signature =
            if hash == 384 { hmac!(Sha384, &key, part.as_bytes()) } else { hmac!(Sha512, &key, part.as_bytes()) };
        found.push(format!("{part}.{}", BASE64.encode(signature)));
    }
    for name in ["RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "PS512", "EdDSA"] {
        found.push(forged(&json!({ "typ": "JWT", "alg": name }), &payload, &key));
    }
}

/// Other keys, and headers that would have the server choose one.
fn other_keys(good: &str, found: &mut Vec<String>) {
    let payload = payload_of(good);
    let wrong: [&[u8]; 7] = [
        b"",
        b"\0",
        b"secret",
        MASTER_SECRET.as_bytes(),
        &key_for("cursors"),
        &key_for("refresh tokens"),
        &key_for("Access Tokens"),
    ];
    let tricks = [
        json!({}),
        json!({ "kid": "../../../../dev/null" }),
        json!({ "kid": "access tokens' UNION SELECT 'secret" }),
        json!({ "kid": "secret" }),
        json!({ "jku": "https://evil.example/keys.json" }),
        json!({ "x5u": "https://evil.example/cert.pem" }),
        json!({ "jwk": { "kty": "oct", "k": BASE64.encode("secret") } }),
        json!({ "crit": ["b64"], "b64": false }),
    ];
    for trick in &tricks {
        let mut header = usual_header();
        header.as_object_mut().unwrap().extend(trick.as_object().unwrap().clone());
        found.extend(wrong.iter().map(|key| forged(&header, &payload, key)));
    }
}

/// Other payloads: under the old signature, and rightly signed but not for us, not now, or not of one piece.
fn other_payloads(good: &str, stranger: &Person, now: i64, found: &mut Vec<String>) {
    let (payload, key) = (payload_of(good), key_for("access tokens"));
    let (header, rest) = good.split_once('.').unwrap();
    let signature = rest.split_once('.').unwrap().1;
    for (name, value) in [
        ("tenant", json!(stranger.tenant)),
        ("user", json!(stranger.id)),
        ("sub", json!(stranger.id)),
        ("role", json!("manager")),
        ("exp", json!(now + 999_999)),
        ("name", json!("Root")),
        ("client", json!("cli_01970000000070008000000000000009")),
    ] {
        let changed = BASE64.encode(with(&payload, name, value).to_string());
        found.push(format!("{header}.{changed}.{signature}"));
    }
    for (name, value) in [
        ("iss", json!("steward2")),
        ("iss", json!("")),
        ("iss", json!(["other"])),
        ("iss", Value::Null),
        ("aud", json!("steward")),
        ("aud", json!("")),
        ("aud", json!(["other"])),
        ("aud", Value::Null),
        ("sub", json!(stranger.id)),
        ("sub", json!("")),
        ("sub", Value::Null),
        ("user", json!(stranger.id)),
        ("exp", json!(now)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!("never")),
        ("exp", Value::Null),
        ("iat", json!(now + 60)),
        ("iat", json!("now")),
        ("tenant", json!("ten_1")),
        ("tenant", json!("*")),
        ("tenant", json!(stranger.id)),
        ("tenant", Value::Null),
        ("role", json!("root")),
        ("role", Value::Null),
        ("role", json!(["owner"])),
        ("session", json!("")),
        ("client", json!("all")),
    ] {
        found.push(forged(&usual_header(), &with(&payload, name, value), &key));
    }
    for name in ["iss", "aud", "sub", "exp", "iat", "tenant", "user", "role", "session"] {
        let mut missing = payload.clone();
        missing.as_object_mut().unwrap().remove(name);
        found.push(forged(&usual_header(), &missing, &key));
    }
    for odd in [json!(null), json!([]), json!("token"), json!([payload]), json!({})] {
        found.push(forged(&usual_header(), &odd, &key));
    }
}

/// The token damaged in place: cut, bent, doubled.
fn damaged(good: &str, found: &mut Vec<String>) {
    for at in 0..good.len() {
        found.extend([good[..at].to_owned(), good[at + 1..].to_owned()]);
        found.push(format!("{}{}", &good[..at], &good[at + 1..]));
        found.push(format!("{}A{}", &good[..at], &good[at..]));
        for bit in 0..7 {
            let mut bytes = good.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            found.push(String::from_utf8(bytes).unwrap());
        }
    }
    found.extend([format!("{good}{good}"), format!("{good}.{good}"), format!("{good}="), format!("{good}.")]);
    found.extend(["..".to_owned(), ".".to_owned(), "é".repeat(100), "A".repeat(100_000), good.replace('.', "%2E")]);
}

/// Everything above, and random damage until there are enough.
fn mutants(good: &str, stranger: &Person, now: i64) -> Vec<String> {
    let mut found = Vec::new();
    other_algorithms(good, &mut found);
    other_keys(good, &mut found);
    other_payloads(good, stranger, now, &mut found);
    damaged(good, &mut found);
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut draw = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 11).unwrap() % below
    };
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    let mut distinct: BTreeSet<String> = found.into_iter().collect();
    while distinct.len() <= MUTANTS {
        let mut bytes = good.as_bytes().to_vec();
        for _ in 0..2 + draw(6) {
            let at = draw(bytes.len());
            bytes[at] = alphabet[draw(alphabet.len())];
        }
        distinct.insert(String::from_utf8(bytes).unwrap());
    }
    distinct.remove(good);
    distinct.into_iter().collect()
}

#[tokio::test]
async fn no_mutant_of_a_token_is_accepted() {
    let stack = Stack::start().await;
    let (owner, stranger) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let good = owner.token.clone().unwrap();
    let again = forged(&usual_header(), &payload_of(&good), &key_for("access tokens"));
    let good_claims = tokens::verify(&stack.secrets(), &again, stack.now()).expect("the forger can forge what is good");
    assert_eq!(good_claims, owner.claims());

    let mutants = mutants(&good, &stranger, stack.now().as_second());
    assert!(mutants.len() >= MUTANTS);
    for mutant in &mutants {
        assert!(tokens::verify(&stack.secrets(), mutant, stack.now()).is_err(), "accepted: {mutant}");
    }
    owner.with_token(&good).get("/v1/me").await.expect(200);
    let mut asked = 0;
    let sendable = |mutant: &&String| HeaderValue::from_str(&format!("Bearer {mutant}")).is_ok();
    for mutant in mutants.iter().step_by(STRIDE).filter(sendable) {
        let answer = owner.with_token(mutant).get("/v1/me").await;
        assert_eq!(answer.status, 403, "{mutant}: {:#}", answer.body);
        asked += 1;
    }
    assert!(asked > 200, "{asked}");
}

#[tokio::test]
async fn a_token_is_good_for_a_quarter_of_an_hour() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let person = owner.with_token(owner.token.as_ref().unwrap());
    stack.advance("PT14M59S").await;
    person.get("/v1/me").await.expect(200);
    stack.advance("PT1S").await;
    person.get("/v1/me").await.expect(403);
}

#[tokio::test]
async fn only_the_bearer_scheme_is_read() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let token = owner.token.clone().unwrap();
    for header in [token.clone(), format!("Basic {token}"), format!("Bearer{token}"), format!("Bearer {token} {token}")]
    {
        stack.nobody().ask("GET", "/v1/me").header("authorization", &header).send().await.expect(403);
    }
    stack.nobody().get(&format!("/v1/me?access_token={token}")).await.expect(401);
}
