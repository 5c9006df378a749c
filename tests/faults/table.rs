//! What stands in the tables, made comparable: two runs of the same work differ in ids drawn at random and in nothing else.

use local::embedded::dynamo::{AUDIT, MAIN};
use serde_json::Value;
use tests::Stack;

/// Ids that a run draws for itself: of timeline entries, events, runs and requests; and of reports that a test asks for on each
/// of its stacks. All others were there before it.
const DRAWN: [&str; 5] = ["msg_", "evt_", "run_", "req_", "lau_"];
/// Where else a drawn id stands: at the end of an audit entry's sort key.
const BEHIND_AN_INSTANT: &str = "Z#";
/// Hexadecimal digits of an id.
const DIGITS: usize = 32;

/// Attributes that tell when, or how often, an item was written, and until when it is kept.
const WRITING: [&str; 5] = ["rev", "updated_at", "until", "ttl", "at"];
/// What carries things on, and is no state.
const PASSING: [&str; 3] = ["#EVENT#", "#IDEMPOTENCY#", "#RATE#"];
/// Timeline entries whose `at` is when the clock fired, whenever they were written.
const FIRED: [&str; 3] = ["warned", "breached", "escalated"];

/// Every item of both tables, in an order that does not hang on drawn ids.
pub(crate) fn content(stack: &Stack) -> Vec<String> {
    let audit = stack.items(AUDIT).into_iter().map(|mut entry| {
        // The lane of its month is drawn with its id.
        let month = entry["pk"]["S"].as_str().and_then(|pk| pk.rsplit_once('#')).map(|(month, _)| month.to_owned());
        entry["pk"]["S"] = month.into();
        entry
    });
    let mut all: Vec<String> =
        stack.items(MAIN).into_iter().chain(audit).map(|item| without_drawn(&item.to_string())).collect();
    all.sort_unstable();
    all
}

/// Every item of the main table, in an order that does not hang on drawn ids: for runs that write some of their steps
/// again, which the audit table tells.
pub(crate) fn main(stack: &Stack) -> Vec<String> {
    let mut all: Vec<String> = stack.items(MAIN).into_iter().map(|item| without_drawn(&item.to_string())).collect();
    all.sort_unstable();
    all
}

/// The state of the main table, whenever it was written: for runs at different times.
pub(crate) fn state(stack: &Stack) -> Vec<String> {
    let mut all = Vec::new();
    for mut item in stack.items(MAIN) {
        let pk = item["pk"]["S"].as_str().unwrap_or_default();
        if PASSING.iter().any(|part| pk.contains(part)) {
            continue;
        }
        let kind = item["v"]["M"]["entry"]["M"]["what"]["M"]["kind"]["S"].as_str().unwrap_or_default();
        let keeps_at = FIRED.contains(&kind);
        forget(&mut item, &|name| WRITING.contains(&name) && !(name == "at" && keeps_at));
        all.push(without_drawn(&item.to_string()));
    }
    all.sort_unstable();
    all
}

/// When something was done, or is to be done next, of what is charged: what dies is done an hour later.
const CHARGING: [&str; 6] = ["closed_at", "created_at", "not_before", "due_at", "dsk", "due_failures"];

/// The state of the main table without any time: for runs of which one came to its end an hour after the other.
pub(crate) fn timeless(stack: &Stack) -> Vec<String> {
    let mut all = Vec::new();
    for mut item in stack.items(MAIN) {
        let pk = item["pk"]["S"].as_str().unwrap_or_default();
        if !PASSING.iter().any(|part| pk.contains(part)) {
            forget(&mut item, &|name| WRITING.contains(&name) || CHARGING.contains(&name));
            all.push(without_drawn(&item.to_string()));
        }
    }
    all.sort_unstable();
    all
}

fn forget(value: &mut Value, left_out: &impl Fn(&str) -> bool) {
    match value {
        Value::Object(map) => {
            map.retain(|name, _| !left_out(name));
            map.values_mut().for_each(|value| forget(value, left_out));
        }
        Value::Array(members) => members.iter_mut().for_each(|value| forget(value, left_out)),
        _ => {}
    }
}

fn without_drawn(text: &str) -> String {
    let mut text = text.to_owned();
    for prefix in DRAWN.into_iter().chain([BEHIND_AN_INSTANT]) {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(prefix) {
            let (before, after) = rest.split_at(at + prefix.len());
            kept.push_str(before);
            let is_id = after.len() >= DIGITS && after.bytes().take(DIGITS).all(|byte| byte.is_ascii_hexdigit());
            rest = if is_id { &after[DIGITS..] } else { after };
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}

/// Fails with what the one has and the other has not.
#[track_caller]
pub(crate) fn same(left: &[String], undisturbed: &[String], when: &str) {
    if left == undisturbed {
        return;
    }
    let beyond = |these: &[String], those: &[String]| {
        let mut those = those.to_vec();
        let is_missing = |item: &&String| match those.iter().position(|that| that == *item) {
            Some(at) => {
                those.swap_remove(at);
                false
            }
            None => true,
        };
        these.iter().filter(is_missing).cloned().collect::<Vec<_>>()
    };
    panic!(
        "{when}
there, and not when undisturbed: {:#?}
only when undisturbed: {:#?}",
        beyond(left, undisturbed),
        beyond(undisturbed, left)
    );
}
