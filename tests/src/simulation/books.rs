//! What always holds in the books: they balance, numbers have no gap, a period is billed once, what was issued stays, and
//! what was acknowledged is there once.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::checker::Checker;
use domain::billing::invoice::Invoice;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::check::s;
use super::desk::Tenant;

/// A stored value as the JSON that it was made of.
fn plain(value: &Value) -> Value {
    let Some((kind, inside)) = value.as_object().and_then(|only| only.iter().next()) else { return Value::Null };
    match (kind.as_str(), inside) {
        ("M", Value::Object(map)) => {
            map.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map<_, _>>().into()
        }
        ("L", Value::Array(list)) => list.iter().map(plain).collect(),
        ("N", Value::String(number)) => serde_json::from_str(number).unwrap_or(Value::Null),
        ("NULL", _) => Value::Null,
        (_, other) => other.clone(),
    }
}

#[track_caller]
fn read<T: DeserializeOwned>(value: &Value, when: &str) -> T {
    let value = plain(value);
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error} in {value:#}, {when}"))
}

fn id_in(sort_key: &str) -> String {
    sort_key.rsplit('#').next().unwrap_or_default().to_owned()
}

/// Looks at one tenant's items.
pub(super) fn look(items: &[Value], tenant: &Tenant, when: &str) {
    let mut checker = Checker::new();
    let mut seen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for item in items {
        let Some(rest) = s(item, "pk").strip_prefix(&tenant.cast.owner.tenant) else { continue };
        let (sk, value) = (s(item, "sk"), &item["v"]);
        let kind = rest.trim_start_matches('#').split('#').next().unwrap_or_default();
        match (kind, sk.split('#').next().unwrap_or_default()) {
            ("INVOICE", "@") => {
                let invoice: Invoice = read(&value["M"]["invoice"], when);
                checker.invoice(&invoice);
                stays(tenant, &invoice, s(&value["M"], "lines_of"), when);
            }
            ("INVOICE", "RECOGNITION") => checker.recognition(&read(&value["M"]["recognition"], when)),
            ("LEDGER", _) => checker.posting(&read(value, when)),
            ("COUNTER", _) if rest.contains("INVOICES") || rest.contains("CREDITS") => {
                checker.series(&read(value, when))
            }
            ("CREDIT", _) => checker.credit(&read(value, when)),
            ("CONTRACT", "USAGE") => seen.entry("use").or_default().push(s(&value["M"], "reference").to_owned()),
            ("CLIENT", "CHARGE") => seen.entry("charge").or_default().push(id_in(sk)),
            ("TICKET", "TIME") => seen.entry("time").or_default().push(id_in(sk)),
            _ => {}
        }
    }
    let wrong = checker.done();
    assert!(wrong.is_empty(), "the books are wrong: {wrong:#?}, {when}");
    let tally = tenant.tally.borrow();
    for (what, acknowledged) in [("use", &tally.used), ("charge", &tally.charged), ("time", &tally.worked)] {
        let there = seen.remove(what).unwrap_or_default();
        let once: BTreeSet<String> = there.iter().cloned().collect();
        assert_eq!(once.len(), there.len(), "a {what} twice, {when}");
        assert_eq!(&once, acknowledged, "each {what} that was acknowledged, and no other, {when}");
    }
}

/// What was issued never changes; what is left to pay does.
fn stays(tenant: &Tenant, invoice: &Invoice, lines: &str, when: &str) {
    let mut tally = tenant.tally.borrow_mut();
    tally.invoices.insert(invoice.id.to_string());
    if let Some(number) = &invoice.number {
        let face = format!(
            "{number:?} {:?} {:?} {:?} {:?} {lines}",
            invoice.issued_on, invoice.due_on, invoice.totals, invoice.billed
        );
        let known = tally.issued.entry(invoice.id.to_string()).or_insert_with(|| face.clone());
        assert_eq!(known, &face, "an issued invoice changed, {when}");
    }
}
