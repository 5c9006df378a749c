//! Nobody reads or changes what is not theirs. Every route of the catalog is probed, so a new one is too.

use contract::{Access, Operation, catalog};
use domain::access::Role;
use jiff::SignedDuration;
use runtime::tokens::{self, LIFE};
use serde_json::{Value, json};
use tests::{Person, Stack};

use crate::probe::{Things, ask, said};

/// All that may be called without a token.
const PUBLIC: [&str; 7] = [
    "billing-hear-provider",
    "billing-show-pay-page",
    "identity-accept-invitation",
    "identity-refresh",
    "identity-sign-in",
    "identity-sign-up",
    "licences-get-calendar",
];

/// What needs a token.
fn closed() -> Vec<Operation> {
    catalog().routes.into_iter().filter(|operation| operation.spec.access != Access::Public).collect()
}

fn permitted(operation: &Operation, role: Role) -> bool {
    match operation.spec.access {
        Access::Needs(permission) => role.may(permission),
        Access::Public => true,
    }
}

/// The same tenant and session in another role.
fn in_role(owner: &Person, role: Role, things: &Things) -> Person {
    let client = role.is_client_side().then(|| things.id("client").parse().unwrap());
    let claims = tokens::Claims { role, client, ..owner.claims() };
    owner.with_token(&tokens::issue(&owner.stack.secrets(), &claims, owner.stack.now()).unwrap())
}

#[test]
fn only_the_routes_in_the_list_are_public() {
    let routes = catalog().routes;
    let public = routes.iter().filter(|operation| operation.spec.access == Access::Public);
    let mut public: Vec<_> = public.map(|operation| operation.spec.name).collect();
    public.sort_unstable();
    assert_eq!(public, PUBLIC);
}

#[tokio::test]
async fn every_route_is_served() {
    let stack = Stack::start().await;
    let mut served: Vec<_> = stack.app.functions().routes.iter().map(|route| route.handler.spec.name).collect();
    let mut promised: Vec<_> = catalog().routes.iter().map(|operation| operation.spec.name).collect();
    served.sort_unstable();
    promised.sort_unstable();
    assert_eq!(served, promised);
}

#[tokio::test]
async fn without_a_good_token_no_function_is_reached() {
    let stack = Stack::start().await;
    let owner = stack.msp("Nordlicht IT").await;
    let things = Things::of(&owner, "Acme").await;
    let expired = tokens::issue(&stack.secrets(), &owner.claims(), stack.now() - LIFE).unwrap();
    let early = stack.now() + SignedDuration::from_mins(1);
    let early = tokens::issue(&stack.secrets(), &owner.claims(), early).unwrap();
    let callers = [
        ("no token", stack.nobody(), (401, "Unauthorized")),
        ("an empty token", owner.with_token(""), (403, "Forbidden")),
        ("garbage", owner.with_token("garbage"), (403, "Forbidden")),
        ("a token of three garbage parts", owner.with_token("e30.e30.e30"), (403, "Forbidden")),
        ("an expired token", owner.with_token(&expired), (403, "Forbidden")),
        ("a token from the future", owner.with_token(&early), (403, "Forbidden")),
    ];
    for operation in closed() {
        for (with, caller, (status, message)) in &callers {
            let answer = ask(caller, &operation, &things, things.body(&operation).as_ref()).send().await;
            let at = format!("{} with {with}: {:#}", operation.spec.name, answer.body);
            assert_eq!((answer.status, &answer.body), (*status, &json!({ "message": message })), "{at}");
        }
    }
}

#[tokio::test]
async fn a_role_gets_through_where_the_table_lets_it_and_nowhere_else() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let things = Things::of(&owner, "Acme").await;
    let (mut let_in, mut refused) = (0, 0);
    for role in Role::ALL {
        let caller = in_role(&owner, role, &things);
        for operation in closed() {
            let answer = ask(&caller, &operation, &things, things.body(&operation).as_ref()).send().await;
            let at = format!("{} as {role}: {:#}", operation.spec.name, answer.body);
            let detail = answer.body["detail"].as_str().unwrap_or_default();
            let by_role = answer.status == 403 && detail.starts_with(&format!("The role {role} may not do this"));
            assert_eq!(by_role, !permitted(&operation, role), "{at}");
            assert!(answer.status != 401 && answer.status < 500, "{at}");
            *(if by_role { &mut refused } else { &mut let_in }) += 1;
        }
    }
    assert!(let_in > 100 && refused > 50, "{let_in} let in, {refused} refused: is the table still one?");
}

/// A caller meets things of somebody else: in a path they answer like what does not exist, in a body too, and no list
/// shows them.
async fn finds_nothing_of(caller: &Person, role: Role, own: &Things, foreign: &Things) {
    let made_up = Things::made_up();
    for operation in closed() {
        let name = operation.spec.name;
        let may = permitted(&operation, role);
        let body = own.body(&operation);
        let mixtures = own.mixtures(&operation, foreign).into_iter().zip(own.mixtures(&operation, &made_up));
        for (theirs, nobodys) in mixtures {
            if theirs.path(&operation) == own.path(&operation) {
                continue; // what the MSP shares between its clients
            }
            let answer = ask(caller, &operation, &theirs, body.as_ref()).send().await;
            let problem = answer.problem().to_owned();
            let expected = if may { (404, "not-found") } else { (403, "forbidden") };
            assert_eq!((answer.status, problem.as_str()), expected, "{name} as {role}: {:#}", answer.body);
            let nothing = ask(caller, &operation, &nobodys, body.as_ref()).send().await;
            assert_eq!(said(answer), said(nothing), "{name} as {role} tells theirs from nobody's");
        }
        if operation.spec.path_names().next().is_some() {
            continue;
        }
        let of_theirs = foreign.body(&operation);
        let answer = ask(caller, &operation, own, of_theirs.as_ref()).send().await;
        if of_theirs != body && may {
            let of_nobody = made_up.body(&operation);
            assert!((400..500).contains(&answer.status), "{name} as {role}: {:#}", answer.body);
            let nothing = ask(caller, &operation, own, of_nobody.as_ref()).send().await;
            assert_eq!(said(answer), said(nothing), "{name} as {role} tells theirs from nobody's");
        } else {
            let text = answer.body.to_string();
            // What the MSP shares between its clients is own to both.
            let leaked = foreign.ids().find(|id| text.contains(id) && own.ids().all(|own| own != *id));
            assert_eq!(leaked, None, "{name} as {role} shows what is not theirs");
        }
    }
}

#[tokio::test]
async fn another_tenants_things_are_like_what_does_not_exist() {
    let stack = Stack::start().await;
    let (owner, other) = (stack.msp("Nordlicht IT").await, stack.msp("Südwind IT").await);
    let (own, foreign) = (Things::of(&other, "Zeta").await, Things::of(&owner, "Acme").await);
    let before = everything(&owner, &foreign).await;
    for role in [Role::Owner, Role::Technician, Role::ClientAdmin] {
        finds_nothing_of(&in_role(&other, role, &own), role, &own, &foreign).await;
    }
    assert_eq!(everything(&owner, &foreign).await, before, "something was changed");
}

#[tokio::test]
async fn another_clients_things_are_like_what_does_not_exist() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (mut own, mut foreign) = (Things::of(&owner, "Acme").await, Things::of(&owner, "Zeta").await);
    // Departments, the software catalogue and the like are the MSP's: the client's side may not even ask for them.
    for shared in ["department", "calendar", "policy", "product"] {
        foreign = foreign.with(shared, &own);
    }
    let before = everything(&owner, &foreign).await;
    for role in [Role::ClientAdmin, Role::ClientUser] {
        let caller = owner.colleague(role.name(), json!({ "client": own.id("client") })).await;
        let asked = caller.create("/v1/tickets", json!({ "subject": "Mail", "description": "None." })).await;
        own = own.with_id("ticket", asked["id"].as_str().unwrap());
        finds_nothing_of(&caller, role, &own, &foreign).await;
    }
    assert_eq!(everything(&owner, &foreign).await, before, "something was changed");
}

#[tokio::test]
async fn filters_do_not_open_another_clients_lists() {
    let owner = Stack::start().await.msp("Nordlicht IT").await;
    let (own, foreign) = (Things::of(&owner, "Acme").await, Things::of(&owner, "Zeta").await);
    let admin = owner.colleague("client_admin", json!({ "client": own.id("client") })).await;
    for list in ["/v1/tickets?state=all", "/v1/users?role=client_user", "/v1/users?state=invited"] {
        let text = admin.get(list).await.expect(200).to_string();
        assert!(!foreign.ids().any(|id| text.contains(id)), "{list}: {text}");
        admin.get(&format!("{list}&client={}", foreign.id("client"))).await.expect(404);
        admin.get(&format!("{list}&client={}", Things::made_up().id("client"))).await.expect(404);
    }
    let users = admin.get("/v1/users").await.expect(200).to_string();
    assert!(!users.contains(&owner.id), "the MSP's own people are not the client's to list");
}

fn without_links(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !["url", "expires_at"].contains(&name.as_str()));
            fields.values_mut().for_each(without_links);
        }
        Value::Array(values) => values.iter_mut().for_each(without_links),
        _ => {}
    }
}

/// All that can be read of some things, without links to files, which are signed anew each time.
async fn everything(owner: &Person, things: &Things) -> Vec<Value> {
    let mut all = Vec::new();
    for operation in closed().iter().filter(|operation| operation.spec.method == contract::Method::Get) {
        if operation.spec.path_names().next().is_some() {
            let mut read = owner.get(&things.path(operation)).await.expect(200);
            without_links(&mut read);
            all.push(read);
        }
    }
    all
}
