//! What a simulation came to, and what is promised of many of them together.

use std::collections::BTreeMap;
use std::fmt;

use local::embedded::{BESIDE, Recorded};

/// What one seed did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Operations done.
    pub operations: usize,
    /// Requests sent, repeats included.
    pub requests: u64,
    /// Requests that were told to come back later.
    pub turned_away: u64,
    /// Tickets there were in the end.
    pub tickets: usize,
    /// Misses there were in the end.
    pub breaches: usize,
    /// Invoices and credit notes that were issued.
    pub issued: usize,
    /// Calls to the store that were made to fail.
    pub faults: usize,
    /// Writes by partition, in both tables.
    pub partitions: BTreeMap<String, u64>,
    /// The largest transaction: actions, and bytes of its items.
    pub largest: (usize, usize),
    /// The largest item in bytes.
    pub largest_item: usize,
    /// A digest of every answer, and of every call at the seam with its keys and its fault, in order: the same for the
    /// same seed.
    pub trace: u64,
}

impl Report {
    fn note(&mut self, what: &str) {
        let hash = what.bytes().fold(self.trace, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        self.trace = hash.rotate_left(5);
    }

    /// Takes up what went through the seam.
    pub(super) fn measure(&mut self, recorded: Vec<Recorded>) {
        let recorded: Vec<_> = recorded.into_iter().filter(|part| part.call != BESIDE).collect();
        for call in recorded.chunk_by(|one, next| one.call == next.call) {
            let bytes = call.iter().map(|part| part.touch.item_bytes).sum();
            self.faults += usize::from(call.iter().any(|part| part.fault.is_some()));
            self.largest = (self.largest.0.max(call.len()), self.largest.1.max(bytes));
            for part in call {
                let Recorded { function, touch, fault, .. } = part;
                self.note(&format!("{function} {} {} {:?} {fault:?}", touch.action, touch.resource, touch.keys));
                self.largest_item = self.largest_item.max(part.touch.item_bytes);
                let writes = ["PutItem", "UpdateItem", "DeleteItem"].iter().any(|end| part.touch.action.ends_with(end));
                for key in part.touch.keys.iter().filter(|_| writes && part.touch.resource.starts_with("table/")) {
                    *self.partitions.entry(key.clone()).or_default() += 1;
                }
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { operations, requests, turned_away, tickets, breaches, issued, faults, trace, .. } = self;
        write!(
            f,
            "{operations} operations, {requests} requests, {faults} faults, {turned_away} told to come back, \
             {tickets} tickets, {breaches} misses, {issued} invoices issued, trace {trace:016x}"
        )
    }
}

/// What many seeds did.
#[derive(Clone, Debug, Default)]
pub struct Total {
    seeds: u64,
    sum: Report,
}

impl Total {
    /// One seed more.
    pub fn add(&mut self, report: &Report) {
        self.seeds += 1;
        let sum = &mut self.sum;
        sum.operations += report.operations;
        sum.requests += report.requests;
        sum.turned_away += report.turned_away;
        sum.tickets += report.tickets;
        sum.breaches += report.breaches;
        sum.issued += report.issued;
        sum.faults += report.faults;
        sum.trace ^= report.trace;
        sum.largest = (sum.largest.0.max(report.largest.0), sum.largest.1.max(report.largest.1));
        sum.largest_item = sum.largest_item.max(report.largest_item);
        for (key, writes) in &report.partitions {
            *sum.partitions.entry(key.clone()).or_default() += writes;
        }
    }

    /// What is promised of all of it together and does not hold: too many were told to come back, a transaction or an item
    /// is too large, a partition too hot, or nothing happened that would show it.
    pub fn broken(&self) -> Vec<String> {
        let sum = &self.sum;
        let mut broken = Vec::new();
        if sum.turned_away * 100 > sum.requests {
            broken.push(format!("{} of {} requests were told to come back", sum.turned_away, sum.requests));
        }
        if sum.faults < sum.operations || sum.tickets == 0 || sum.breaches == 0 || sum.issued == 0 || sum.largest.0 < 10
        {
            broken.push("nothing happened".to_owned());
        }
        let (actions, bytes) = sum.largest;
        if actions > 100 || bytes > 4 * 1024 * 1024 {
            broken.push(format!("a transaction of {actions} actions and {bytes} bytes"));
        }
        if sum.largest_item > 400 * 1024 {
            broken.push(format!("an item of {} bytes", sum.largest_item));
        }
        let all = self.writes();
        let hot = self.shared().filter(|(_, writes)| *writes * 10 > all);
        broken.extend(hot.map(|(key, writes)| format!("{key} takes {writes} of {all} writes")));
        broken
    }

    fn writes(&self) -> u64 {
        self.sum.partitions.values().sum()
    }

    /// The partitions that a tenth of the writes is the bound of: all but a tenant's own counters.
    fn shared(&self) -> impl Iterator<Item = (&String, u64)> {
        let all = self.sum.partitions.iter().filter(|(key, _)| !key.contains("#COUNTER#"));
        all.map(|(key, writes)| (key, *writes))
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = &self.sum;
        let hottest = self.shared().max_by_key(|(_, writes)| *writes);
        let (key, writes) = hottest.map_or(("none", 0), |(key, writes)| (key.as_str(), writes));
        write!(
            f,
            "{} held\n{sum}\nlargest transaction: {} actions, {} bytes; largest item: {} bytes\n\
             hottest partition: {key} with {writes} of {} writes",
            self.seeds,
            sum.largest.0,
            sum.largest.1,
            sum.largest_item,
            self.writes(),
        )
    }
}
