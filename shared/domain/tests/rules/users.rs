//! Who may invite, change and deactivate whom, and what becomes of an invitation.

use domain::Refusal;
use domain::access::Role;
use domain::ids::{ClientId, TenantId, UserId};
use domain::users::{NewUser, Owners, User, UserChanges, accept, change, deactivate, first_owner, invite, may_see};
use jiff::Timestamp;

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("an instant of our time")
}

fn owner(n: u128) -> User {
    let id = uuid::Uuid::from_u128;
    let email = "anna@nordlicht.example".parse().expect("an address");
    first_owner(UserId::from_uuid(id(n)), TenantId::from_uuid(id(1)), email, "Anna", "hash".to_owned(), now())
        .expect("fine")
}

fn new(role: Role, client: Option<ClientId>) -> NewUser {
    NewUser {
        email: "jonas@nordlicht.example".parse().expect("an address"),
        name: "Jonas".to_owned(),
        role,
        client,
        skills: Vec::new(),
        capacity: None,
        working_hours: None,
        zone: None,
    }
}

fn invited(role: Role, client: Option<ClientId>, by: &User) -> Result<User, Refusal> {
    invite(UserId::from_uuid(uuid::Uuid::from_u128(99)), new(role, client), &by.actor(), now()).map(|done| done.state)
}

fn client(n: u128) -> ClientId {
    ClientId::from_uuid(uuid::Uuid::from_u128(n))
}

#[test]
fn the_last_owner_stays_one() {
    let last = deactivate(owner(2), Owners { active: 1 }, &owner(2).actor(), now());
    assert!(matches!(last, Err(Refusal::Conflict { code: "last_owner", .. })));
    let demoted = UserChanges { role: Some(Role::Manager), ..UserChanges::default() };
    let demoted = change(owner(2), demoted, Owners { active: 1 }, &owner(2).actor(), now());
    assert!(matches!(demoted, Err(Refusal::Conflict { code: "last_owner", .. })));
}

#[test]
fn owners_are_counted_as_they_come_and_go() {
    let owners = Owners { active: 2 };
    let gone = deactivate(owner(2), owners, &owner(3).actor(), now()).expect("one stays").state;
    assert_eq!(owners.after(&owner(2), &gone).active, 1);
    let new = invited(Role::Owner, None, &owner(2)).expect("an owner may");
    let joined = accept(new.clone(), None, "hash".to_owned(), now()).expect("in time").state;
    assert_eq!(owners.after(&new, &joined).active, 3);
    assert_eq!(owners.after(&joined, &joined).active, 2);
}

#[test]
fn nobody_gives_a_role_above_their_own() {
    let manager = User { role: Role::Manager, ..owner(2) };
    assert!(matches!(invited(Role::Owner, None, &manager), Err(Refusal::Forbidden { .. })));
    assert!(invited(Role::Manager, None, &manager).is_ok());
    let theirs = User { role: Role::ClientAdmin, client: Some(client(7)), ..owner(2) };
    assert!(matches!(invited(Role::Technician, None, &theirs), Err(Refusal::Forbidden { .. })));
    assert_eq!(invited(Role::ClientUser, Some(client(8)), &theirs), Err(Refusal::NotFound));
    assert!(invited(Role::ClientUser, Some(client(7)), &theirs).is_ok());
}

#[test]
fn a_role_and_a_client_go_together() {
    assert!(matches!(invited(Role::ClientUser, None, &owner(2)), Err(Refusal::Invalid(_))));
    assert!(matches!(invited(Role::Technician, Some(client(7)), &owner(2)), Err(Refusal::Invalid(_))));
}

#[test]
fn an_invitation_is_accepted_once_and_in_time() {
    let new = invited(Role::Technician, None, &owner(2)).expect("an owner may");
    let late = new.invitation_ends_at.expect("it ends");
    assert!(matches!(accept(new.clone(), None, "hash".to_owned(), late), Err(Refusal::Conflict { .. })));
    let joined = accept(new, Some(" Jonas Weber ".to_owned()), "hash".to_owned(), now()).expect("in time").state;
    assert_eq!(joined.name, "Jonas Weber");
    assert!(joined.sign_in_hash().is_some());
    assert!(matches!(accept(joined, None, "other".to_owned(), now()), Err(Refusal::Conflict { .. })));
}

#[test]
fn a_client_sees_its_own_people_only() {
    let theirs = User { role: Role::ClientAdmin, client: Some(client(7)), ..owner(2) };
    let others = User { role: Role::ClientUser, client: Some(client(8)), ..owner(3) };
    assert_eq!(may_see(&theirs.actor(), &others), Err(Refusal::NotFound));
    assert_eq!(may_see(&theirs.actor(), &owner(4)), Err(Refusal::NotFound));
    assert_eq!(may_see(&owner(4).actor(), &others), Ok(()));
}
