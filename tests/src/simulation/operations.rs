//! What happens at a random desk: one operation at a time, several of them at once.

use futures::future::join_all;
use jiff::SignedDuration;
use runtime::jobs::JobInput;
use serde_json::{Value, json};

use super::billing;
use super::chance::Chance;
use super::desk::{Asked, Tenant, Told, office, targets};
use crate::{Answer, Asking, Person, Stack};

/// How often somebody comes back who was told to, before the simulation says that they were turned away for good.
const PATIENCE: u32 = 20;
/// How often somebody reads and changes again what others change at the same time.
const EDITS: u32 = 20;
/// How old a request is at most that is repeated: its answer is kept for 24 hours, and some may go by meanwhile.
const REPEATED: SignedDuration = SignedDuration::from_hours(20);
/// What may be answered: done, or refused for what has happened meanwhile. Nothing that is asked here is malformed.
const ANSWERS: [u16; 8] = [200, 201, 401, 403, 404, 409, 412, 422];
/// The job that looks for what is due.
pub(super) const SCAN: &str = "tickets-sla-breach-scan";

/// Sends a request until it is answered; every answer must be one that is promised.
async fn answered(tenant: &Tenant, ask: impl Fn() -> Asking) -> Answer {
    let mut last = None;
    for _ in 0..PATIENCE {
        let answer = ask().send().await;
        // 429: the clock jumped while the request was on its way, and it was counted as of before.
        let come_back = matches!(answer.status, 503 | 409 | 429) && answer.header("retry-after").is_some();
        let mut tally = tenant.tally.borrow_mut();
        tally.requests += 1;
        tally.turned_away += u64::from(come_back && answer.status != 429);
        tally.trace = tally.trace.rotate_left(5).wrapping_mul(31) ^ fingerprint(&answer);
        if come_back {
            last = Some(answer);
            continue;
        }
        assert!(ANSWERS.contains(&answer.status), "{} was answered {}: {:#}", ask().what(), answer.status, answer.body);
        return answer;
    }
    panic!("{} was turned away {PATIENCE} times: {last:#?}", ask().what());
}

fn fingerprint(answer: &Answer) -> u64 {
    let bytes = answer.body.to_string();
    bytes.bytes().fold(u64::from(answer.status), |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A POST under a key of its own, remembered to be repeated.
pub(super) async fn post(tenant: &Tenant, who: &Person, path: &str, body: Value) -> Answer {
    let key = {
        let mut tally = tenant.tally.borrow_mut();
        tally.next_key += 1;
        format!("{}-{}", tenant.keys, tally.next_key)
    };
    let answer = answered(tenant, || who.post(path).key(&key).json(&body)).await;
    if answer.status < 300 {
        let (path, at, status, answer) = (path.to_owned(), who.stack.now(), answer.status, answer.body.clone());
        tenant.tally.borrow_mut().asked.push(Asked { who: who.clone(), path, key, body, at, status, answer });
    }
    answer
}

/// Reads, changes, and reads again when somebody else was faster.
pub(super) async fn patch(tenant: &Tenant, who: &Person, path: &str, change: &Value) -> Answer {
    for _ in 0..EDITS {
        let read = answered(tenant, || who.ask("GET", path)).await;
        if read.status != 200 {
            return read;
        }
        let etag = read.etag();
        let answer = answered(tenant, || who.patch(path).if_match(&etag).json(change)).await;
        if answer.status != 412 {
            return answer;
        }
    }
    panic!("{path} changed under {EDITS} edits");
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn some_ticket(tenant: &Tenant, chance: &Chance) -> Option<String> {
    let tally = tenant.tally.borrow();
    let all: Vec<&String> = tally.tickets.keys().collect();
    // The younger half more often: older ones are mostly over.
    let from = if chance.below(3) == 0 { 0 } else { all.len() / 2 };
    chance.one(&all[from..]).map(|id| (*id).clone())
}

/// One operation of one of the tenants: the desk's, or its bills'.
pub(super) async fn one(stack: &Stack, tenants: &[Tenant], chance: &Chance) {
    let Some(tenant) = chance.one(tenants) else { return };
    match chance.below(100) {
        0..16 => open(tenant, chance).await,
        16..27 => reply(tenant, chance).await,
        27..32 => note(tenant, chance).await,
        32..40 => take_or_assign(tenant, chance).await,
        40..50 => set_status(tenant, chance).await,
        50..56 => change_ticket(tenant, chance).await,
        56..58 => change_promise(tenant, chance).await,
        58..61 => add_or_change_client(tenant, chance).await,
        61..62 => deactivate(tenant, chance).await,
        62..68 => repeat(stack, tenant, chance).await,
        68..70 => peek(tenants, chance).await,
        70..76 => pass_time(stack, chance).await,
        76..97 => billing::one(stack, tenant, chance).await,
        _ => stack.app.settle().await,
    }
}

async fn open(tenant: &Tenant, chance: &Chance) {
    let number = tenant.tally.borrow().next_key;
    let subject = format!("Something is broken, {number}.{}", chance.below(1000));
    let mut body = json!({ "subject": subject, "description": "It does not work." });
    let customer = chance.below(3) == 0;
    let who = if customer { chance.one(&tenant.cast.customers) } else { chance.one(&tenant.cast.technicians) };
    let Some(who) = who else { return };
    if !customer {
        body["client"] = json!(chance.one(&tenant.cast.clients));
        body["priority"] = json!(["p1", "p2", "p3", "p4"][usize::from(chance.below(4))]);
        body["department"] = json!(chance.one(&tenant.cast.departments));
    }
    let answer = post(tenant, who, "/v1/tickets", body).await;
    if answer.status == 201 {
        let view = &answer.body;
        let number = view["number"].as_u64().unwrap_or_default();
        let told = Told { number, subject, client: text(&view["client"]) };
        tenant.tally.borrow_mut().tickets.insert(text(&view["id"]), told);
    } else {
        // Whoever was sent home opens nothing.
        assert!(tenant.tally.borrow().gone.contains(&who.id) || answer.status == 403, "{:#}", answer.body);
    }
}

async fn say(tenant: &Tenant, chance: &Chance, who: &Person, ticket: &str, what: &str, more: Value) {
    let number = tenant.tally.borrow().next_key;
    let words = format!("{what} {number}.{}", chance.below(10_000));
    let mut body = json!({ "body": words });
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    let answer = post(tenant, who, &format!("/v1/tickets/{ticket}/{what}"), body).await;
    if answer.status == 201 {
        tenant.tally.borrow_mut().texts.insert(words, ticket.to_owned());
    }
}

async fn reply(tenant: &Tenant, chance: &Chance) {
    let Some(ticket) = some_ticket(tenant, chance) else { return };
    let customer = chance.below(2) == 0;
    let who = if customer { chance.one(&tenant.cast.customers) } else { chance.one(&tenant.cast.technicians) };
    let Some(who) = who else { return };
    let more = if customer || chance.below(2) == 0 { json!({}) } else { json!({ "then": "pending_customer" }) };
    say(tenant, chance, who, &ticket, "replies", more).await;
}

async fn note(tenant: &Tenant, chance: &Chance) {
    let (Some(ticket), Some(who)) = (some_ticket(tenant, chance), chance.one(&tenant.cast.technicians)) else { return };
    say(tenant, chance, who, &ticket, "notes", json!({})).await;
}

async fn take_or_assign(tenant: &Tenant, chance: &Chance) {
    let (Some(ticket), Some(who)) = (some_ticket(tenant, chance), chance.one(&tenant.cast.technicians)) else { return };
    if chance.below(2) == 0 {
        post(tenant, who, &format!("/v1/tickets/{ticket}/take"), json!({})).await;
    } else {
        let to = Some(&who.id).filter(|_| chance.below(4) > 0);
        let body = json!({ "assignee": to });
        post(tenant, &tenant.cast.dispatcher, &format!("/v1/tickets/{ticket}/assign"), body).await;
    }
}

async fn set_status(tenant: &Tenant, chance: &Chance) {
    let (Some(ticket), Some(who)) = (some_ticket(tenant, chance), chance.one(&tenant.cast.technicians)) else { return };
    let to = ["open", "pending_customer", "pending_vendor", "resolved", "open", "resolved", "closed", "cancelled"];
    let body = json!({ "status": chance.one(&to) });
    post(tenant, who, &format!("/v1/tickets/{ticket}/status"), body).await;
}

async fn change_ticket(tenant: &Tenant, chance: &Chance) {
    let (Some(ticket), Some(who)) = (some_ticket(tenant, chance), chance.one(&tenant.cast.technicians)) else { return };
    let change = match chance.below(3) {
        0 => json!({ "priority": chance.one(&["p1", "p2", "p3", "p4"]) }),
        1 => json!({ "department": chance.one(&tenant.cast.departments) }),
        _ => json!({ "tags": [format!("tag-{}", chance.below(50))] }),
    };
    patch(tenant, who, &format!("/v1/tickets/{ticket}"), &change).await;
}

async fn change_promise(tenant: &Tenant, chance: &Chance) {
    let cast = &tenant.cast;
    let (path, change) = match chance.below(3) {
        0 => {
            let minutes = 30 + u32::from(chance.below(120));
            (format!("/v1/sla/policies/{}", cast.policy), json!({ "targets": targets(minutes), "warnings": [50, 80] }))
        }
        1 => (format!("/v1/calendars/{}", cast.calendar), json!({ "hours": office(chance.below(12)) })),
        _ => {
            let sla = if chance.below(2) == 0 { json!("inherit") } else { json!("none") };
            (format!("/v1/departments/{}", cast.departments[1]), json!({ "sla": sla }))
        }
    };
    patch(tenant, &cast.owner, &path, &change).await.expect(200);
}

async fn add_or_change_client(tenant: &Tenant, chance: &Chance) {
    let name = format!("Client {}", chance.below(10_000));
    let owner = &tenant.cast.owner;
    match chance.below(3) {
        0 => {
            let added = post(tenant, owner, "/v1/clients", json!({ "name": name })).await.expect(201);
            tenant.tally.borrow_mut().clients.insert(text(&added["id"]), name);
        }
        1 => {
            let Some(client) = chance.one(&tenant.cast.clients) else { return };
            post(tenant, owner, &format!("/v1/clients/{client}/contacts"), json!({ "name": name })).await.expect(201);
        }
        _ => {
            let Some(client) = chance.one(&tenant.cast.clients) else { return };
            patch(tenant, owner, &format!("/v1/clients/{client}"), &json!({ "name": name })).await.expect(200);
        }
    }
}

/// The technician without a limit leaves; the others stay, for there is a desk to run.
async fn deactivate(tenant: &Tenant, _: &Chance) {
    let Some(leaver) = tenant.cast.technicians.last() else { return };
    tenant.tally.borrow_mut().gone.insert(leaver.id.clone());
    post(tenant, &tenant.cast.owner, &format!("/v1/users/{}/deactivate", leaver.id), json!({})).await.expect(200);
}

/// The same request with the same key again: the same answer, and nothing else.
async fn repeat(stack: &Stack, tenant: &Tenant, chance: &Chance) {
    let asked = chance.one(&tenant.tally.borrow().asked).cloned();
    let Some(Asked { who, path, key, body, at, status, answer }) = asked else { return };
    if stack.now().duration_since(at) > REPEATED {
        return;
    }
    let again = answered(tenant, || who.post(&path).key(&key).json(&body)).await;
    if again.status == 401 {
        assert!(tenant.tally.borrow().gone.contains(&who.id), "{:#}", again.body);
        return;
    }
    assert_eq!((again.status, &again.body), (status, &answer), "a repeat of {path} with {key}");
    // What takes no body refuses any, key or no key.
    if chance.below(4) == 0 && body != json!({}) {
        let other = answered(tenant, || who.post(&path).key(&key).json(&json!({ "something": "else" }))).await;
        assert_eq!(other.status, 422, "another body under {key}: {:#}", other.body);
    }
}

/// One request fifty times at once: one effect, and the same answer to everybody.
pub(super) async fn fifty_at_once(tenant: &Tenant) {
    const CALLS: usize = 50;
    let who = &tenant.cast.dispatcher;
    let key = format!("{}-fifty", tenant.keys);
    let subject = "Fifty clicks".to_owned();
    let body = json!({ "client": tenant.cast.clients[0], "subject": subject, "description": "One is meant." });
    let ask = || who.post("/v1/tickets").key(&key).json(&body);
    let answers = join_all((0..CALLS).map(|_| answered(tenant, ask))).await;
    let view = answers[0].body.clone();
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &view), "the same to everybody");
    }
    // Whoever got in first made it; an answer that was lost on the way is replayed to them as to the others.
    let first = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_none()).count();
    assert!(first <= 1, "{first} of {CALLS} made it");
    let told = Told { number: view["number"].as_u64().unwrap_or_default(), subject, client: text(&view["client"]) };
    // That no other ticket came of it shows when the table is looked at: nobody would have been told of it.
    tenant.tally.borrow_mut().tickets.insert(text(&view["id"]), told);
}

/// What another tenant has does not exist.
async fn peek(tenants: &[Tenant], chance: &Chance) {
    let [one, other] = tenants else { return };
    let (here, there) = if chance.below(2) == 0 { (one, other) } else { (other, one) };
    let Some(ticket) = some_ticket(there, chance) else { return };
    let owner = &here.cast.owner;
    answered(here, || owner.ask("GET", &format!("/v1/tickets/{ticket}"))).await.expect(404);
    let status = format!("/v1/tickets/{ticket}/status");
    answered(here, || owner.post(&status).json(&json!({ "status": "cancelled" }))).await.expect(404);
}

/// Some time goes by and the scan runs, or two of them. A scan that fails as a whole is for the next one.
async fn pass_time(stack: &Stack, chance: &Chance) {
    let minutes = i64::from(1 + chance.below(45));
    stack.app.clock().advance(SignedDuration::from_mins(minutes)).expect("time moves");
    let scan = || stack.app.run_job(SCAN, JobInput::default());
    if chance.below(3) == 0 {
        let _ = futures::join!(scan(), scan());
    } else {
        let _ = scan().await;
    }
}
