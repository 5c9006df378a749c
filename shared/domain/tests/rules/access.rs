//! Who may do what, role by role; and the fields of a user.

use crate::common::*;
use domain::access::{Permission, Role};
use domain::email::Email;
use domain::ids::*;
use domain::users::{self, NewUser, Owners, Skill, User, UserChanges};
use domain::{Actor, Outcome, Refusal};
use jiff::{SignedDuration, Timestamp};

fn now(second: i64) -> Timestamp {
    at("2026-07-06T07:00:00Z") + SignedDuration::from_secs(second)
}

fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result.unwrap_err() {
        Refusal::Invalid(_) => "invalid",
        Refusal::Conflict { code, .. } => code,
        Refusal::Forbidden { .. } => "forbidden",
        Refusal::NotFound => "not_found",
    }
}

fn fields<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
    match result.unwrap_err() {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn roles_may_what_the_table_says() {
    use Permission::*;
    let who =
        |permission| Role::ALL.into_iter().filter(|role| role.may(permission)).map(Role::name).collect::<Vec<_>>();
    assert_eq!(who(MeRead).len(), 8);
    assert_eq!(who(TenantManage), ["owner"]);
    assert_eq!(who(UserManage), ["owner", "manager", "client_admin"]);
    assert_eq!(who(SlaManage), ["owner", "manager"]);
    assert_eq!(who(DepartmentManage), ["owner", "manager"]);
    assert_eq!(who(TicketAssign), ["owner", "manager", "dispatcher"]);
    assert_eq!(who(TicketWork), ["owner", "manager", "dispatcher", "technician"]);
    assert_eq!(who(TicketReply), ["owner", "manager", "dispatcher", "technician", "client_admin", "client_user"]);
    assert_eq!(who(JobRun), ["owner", "manager"]);
    assert_eq!(who(TicketRead).len(), 8);
    assert_eq!(who(TimeLog), ["owner", "manager", "dispatcher", "technician", "billing"]);
    assert_eq!(who(ContractManage), ["owner", "manager", "billing"]);
    assert_eq!(who(InvoiceRead), ["owner", "manager", "billing", "auditor", "client_admin"]);
    for money in [InvoiceManage, PaymentManage, BillingManage] {
        assert_eq!(who(money), ["owner", "billing"]);
    }
    assert_eq!(who(InsightRead), ["owner", "manager", "billing", "auditor", "client_admin"]);
    assert_eq!(who(InsightManage), ["owner", "manager", "billing"]);
    assert_eq!(who(BudgetRead), who(InsightRead));
    assert_eq!(who(BudgetManage), ["owner", "manager", "billing", "client_admin"]);
    assert_eq!(who(AuditRead), ["owner", "manager", "auditor"]);
    let desk = [MeRead, TenantRead, UserRead, ClientRead, ContactRead, DepartmentRead, SlaRead, TicketRead, AuditRead];
    let money = [ContractRead, TimeRead, InvoiceRead, PaymentRead, LedgerRead, ProductRead, LicenceRead, InsightRead];
    let reads = [&desk[..], &money[..], &[BudgetRead]].concat();
    assert!(Permission::ALL.into_iter().all(|permission| Role::Auditor.may(permission) == reads.contains(&permission)));
    for role in Role::ALL {
        assert_eq!(role.name().parse::<Role>().unwrap(), role);
        assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
    }
    assert!("root".parse::<Role>().is_err());
}

#[test]
fn the_clients_side_sees_its_own_client_only() {
    let (own, other) = (the_client().id, ClientId::from_uuid(uuid(2)));
    for role in Role::ALL {
        let actor = acting(role);
        assert!(actor.sees_client(own));
        assert_eq!(actor.sees_client(other), !role.is_client_side());
    }
    let without_client = Actor { client: None, ..acting(Role::ClientUser) };
    assert!(!without_client.sees_client(own));
}

fn new_user(role: Role) -> NewUser {
    NewUser {
        email: "new@example.com".parse().unwrap(),
        name: "New".into(),
        role,
        client: role.is_client_side().then(|| the_client().id),
        skills: vec![],
        capacity: None,
        working_hours: None,
        zone: None,
    }
}

fn invite(new: NewUser, by: Role) -> Result<Outcome<User>, Refusal> {
    users::invite(user(1), new, &acting(by), now(0))
}

fn active(role: Role) -> User {
    let invited = invite(new_user(role), Role::Owner).unwrap().state;
    users::accept(invited, None, "hash".into(), now(1)).unwrap().state
}

#[test]
fn who_may_give_which_role() {
    for by in Role::ALL {
        for role in Role::ALL {
            let expected = match by {
                Role::Owner => true,
                Role::Manager => role != Role::Owner,
                Role::ClientAdmin => role.is_client_side(),
                _ => false,
            };
            assert_eq!(invite(new_user(role), by).is_ok(), expected, "{by} invites {role}");
        }
    }
    let elsewhere = NewUser { client: Some(ClientId::from_uuid(uuid(2))), ..new_user(Role::ClientUser) };
    assert_eq!(code(invite(elsewhere, Role::ClientAdmin)), "not_found");
}

#[test]
fn client_roles_need_a_client_and_msp_roles_must_not_have_one() {
    assert_eq!(fields(invite(NewUser { client: None, ..new_user(Role::ClientUser) }, Role::Owner)), ["/client"]);
    let client = Some(the_client().id);
    assert_eq!(fields(invite(NewUser { client, ..new_user(Role::Technician) }, Role::Owner)), ["/client"]);
    let change = UserChanges { role: Some(Role::Technician), ..UserChanges::default() };
    assert_eq!(
        fields(users::change(active(Role::ClientUser), change, Owners { active: 1 }, &acting(Role::Owner), now(2))),
        ["/client"]
    );
}

#[test]
fn nobody_touches_those_above_or_elsewhere() {
    let rename = || UserChanges { name: Some("Other".into()), ..UserChanges::default() };
    let change =
        |target: Role, by: Role| users::change(active(target), rename(), Owners { active: 2 }, &acting(by), now(2));
    assert_eq!(code(change(Role::Owner, Role::Manager)), "forbidden");
    assert!(change(Role::Technician, Role::Manager).is_ok());
    assert_eq!(code(change(Role::Technician, Role::ClientAdmin)), "not_found");
    assert!(change(Role::ClientUser, Role::ClientAdmin).is_ok());
    let mut stranger = acting(Role::ClientAdmin);
    stranger.client = Some(ClientId::from_uuid(uuid(2)));
    assert_eq!(code(users::deactivate(active(Role::ClientUser), Owners { active: 1 }, &stranger, now(2))), "not_found");
    let promote = UserChanges { role: Some(Role::Owner), ..UserChanges::default() };
    assert_eq!(
        code(users::change(active(Role::Manager), promote, Owners { active: 1 }, &acting(Role::Manager), now(2))),
        "forbidden"
    );
}

#[test]
fn a_users_fields_are_checked() {
    let skill = |name: &str, level| Skill { name: name.into(), level };
    let new = NewUser {
        name: String::new(),
        skills: vec![skill("vpn", 1), skill("VPN", 1), skill("dns", 6)],
        capacity: Some(10_001),
        ..new_user(Role::Technician)
    };
    assert_eq!(fields(invite(new, Role::Owner)), ["/name", "/skills/1/name", "/skills/2/level", "/capacity"]);
}

#[test]
fn an_email_has_one_spelling_and_must_look_like_one() {
    let parse = |text: &str| text.parse::<Email>().map(|email| email.to_string());
    assert_eq!(parse(" Maria.Keller@Example.COM ").unwrap(), "maria.keller@example.com");
    assert!(parse("o'neil+tag@sub.example.co").is_ok());
    let long = format!("{}@example.com", "x".repeat(65));
    for bad in [
        "",
        "x",
        "x@y",
        "@example.com",
        "a b@example.com",
        "a@b@example.com",
        "a..b@example.com",
        "a@-x.com",
        "a@x..com",
        "a@exa_mple.com",
        "a\r\nb@example.com",
        "ü@example.com",
        &long,
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}
