//! Partitions of `by_list`, and how it sorts names.

pub(crate) const USERS: &str = "USERS";
pub(crate) const CLIENTS: &str = "CLIENTS";
pub(crate) const DEPARTMENTS: &str = "DEPARTMENTS";
pub(crate) const CALENDARS: &str = "CALENDARS";
pub(crate) const POLICIES: &str = "POLICIES";
pub(crate) const CONTRACTS: &str = "CONTRACTS";
pub(crate) const RENEWALS: &str = "RENEWALS";
pub(crate) const PAYMENTS: &str = "PAYMENTS";
pub(crate) const CREDITS: &str = "CREDITS";
pub(crate) const RECOGNITIONS: &str = "RECOGNITIONS";
pub(crate) const PARKED: &str = "PARKED";

/// What jobs parked of a kind, as `SERIES`.
pub(crate) fn parked(kind: &str) -> String {
    format!("PARKED#{kind}")
}
pub(crate) const PRODUCTS: &str = "PRODUCTS";
pub(crate) const LICENCES: &str = "LICENCES";
pub(crate) const TERMS: &str = "TERMS";

pub(crate) const SAVINGS: &str = "SAVINGS";

/// Findings that are open or accepted, and all the rest.
pub(crate) fn findings(live: bool) -> String {
    format!("FINDINGS#{}", if live { "LIVE" } else { "OVER" })
}
pub(crate) const IMPORTS: &str = "IMPORTS";
pub(crate) const ACCESS: &str = "ACCESS";

/// Sort key of what is listed by name. The separator is less than any character of a name, so that `North` stands
/// before `North Sea`.
pub(crate) fn by_name(name: &str, id: impl std::fmt::Display) -> String {
    format!("{}\u{1f}{id}", name.to_lowercase())
}

/// Tickets that are still worked on, and those that are done: a desk reads the first all day.
pub(crate) fn tickets(open: bool) -> String {
    format!("TICKETS#{}", if open { "OPEN" } else { "DONE" })
}

/// Invoices that something is left to pay of, and all the rest: credit notes, drafts, what is paid.
pub(crate) fn invoices(open: bool) -> String {
    format!("INVOICES#{}", if open { "OPEN" } else { "DONE" })
}

/// Anomalies that go on, and all the rest.
pub(crate) fn anomalies(open: bool) -> String {
    format!("ANOMALIES#{}", if open { "OPEN" } else { "DONE" })
}

/// Time that waits for an invoice, and all the rest.
pub(crate) fn time(unbilled: bool) -> String {
    format!("TIME#{}", if unbilled { "OPEN" } else { "DONE" })
}

#[cfg(test)]
mod tests {
    use super::by_name;

    #[test]
    fn a_name_stands_before_the_names_that_start_with_it() {
        let mut keys =
            [by_name("North Sea", "b"), by_name("north", "z"), by_name("North#Sea", "a"), by_name("NORTH", "c")];
        keys.sort();
        assert_eq!(keys, ["north\u{1f}c", "north\u{1f}z", "north sea\u{1f}b", "north#sea\u{1f}a"]);
    }
}
