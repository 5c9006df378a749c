//! What always holds in the books: they balance, numbers have no gap, a period is billed once, what was issued stays, and
//! what was acknowledged is there once.

use std::collections::{BTreeMap, BTreeSet};

use domain::billing::checker::Checker;
use domain::billing::invoice::Invoice;

use super::desk::Tenant;
use super::table::{Table, What, s};

fn id_in(sort_key: &str) -> String {
    sort_key.rsplit('#').next().unwrap_or_default().to_owned()
}

/// Looks at one tenant's books.
pub(super) fn look(table: &Table, tenant: &Tenant, when: &str) {
    let mut checker = Checker::new();
    let mut seen: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (kind, _, sk, record) in table.of(&tenant.cast.owner.tenant) {
        match &record.what {
            What::Invoice(invoice) => {
                checker.invoice(invoice);
                stays(tenant, invoice, s(record.value(), "lines_of"), when);
            }
            What::Recognition(recognition) => checker.recognition(recognition),
            What::Posting(posting) => checker.posting(posting),
            What::Series(series) => checker.series(series),
            What::Credit(credit) => checker.credit(credit),
            What::Payment(payment) => checker.payment(payment),
            What::Other => match (kind, sk.split('#').next().unwrap_or_default()) {
                ("CONTRACT", "USAGE") => {
                    seen.entry("use").or_default().push(s(record.value(), "reference").to_owned());
                }
                ("CLIENT", "CHARGE") => seen.entry("charge").or_default().push(id_in(sk)),
                ("TICKET", "TIME") => seen.entry("time").or_default().push(id_in(sk)),
                _ => {}
            },
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
