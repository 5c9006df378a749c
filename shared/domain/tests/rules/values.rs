//! Values that cannot be wrong: ids, zones, and the plain nouns around them.

use crate::common::*;
use domain::clients::{self, Client, ClientChanges, NewClient, Site, Unit};
use domain::contacts::{self, ContactChanges, NewContact};
use domain::cost_centres::{CostCentre, CostCode};
use domain::departments::{self, DepartmentChanges, NewDepartment, Strategy as Handing};
use domain::ids::*;
use domain::sla::SlaChoice;
use domain::tenants::{self, NewTenant, TenantChanges};
use domain::{Event, Refusal, Zone};
use jiff::Timestamp;
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn fields<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
    match result.unwrap_err() {
        Refusal::Invalid(faults) => faults.into_iter().map(|fault| fault.field).collect(),
        other => panic!("{other}"),
    }
}

macro_rules! ids_round_trip {
    ($($test:ident $id:ident $prefix:literal;)+) => {
        proptest! {$(
            #[test]
            fn $test(n in any::<u128>(), m in any::<u128>()) {
                let (id, other) = ($id::from_uuid(uuid(n)), $id::from_uuid(uuid(m)));
                let text = id.to_string();
                prop_assert_eq!(&text, &format!("{}{:032x}", $prefix, n));
                prop_assert_eq!(text.parse::<$id>().unwrap(), id);
                prop_assert_eq!($id::try_from(text.clone()).unwrap(), id);
                prop_assert_eq!(serde_json::to_value(id).unwrap(), serde_json::json!(text));
                prop_assert_eq!(serde_json::from_value::<$id>(serde_json::json!(text)).unwrap(), id);
                prop_assert_eq!(id.cmp(&other), text.cmp(&other.to_string()), "ids sort as their texts do");
            }
        )+}
    };
}

ids_round_trip! {
    tenant_ids TenantId "ten_";
    user_ids UserId "usr_";
    client_ids ClientId "cli_";
    contact_ids ContactId "con_";
    department_ids DepartmentId "dep_";
    calendar_ids CalendarId "cal_";
    policy_ids PolicyId "pol_";
    ticket_ids TicketId "tkt_";
    message_ids MessageId "msg_";
    event_ids EventId "evt_";
    session_ids SessionId "ses_";
    site_ids SiteId "sit_";
    unit_ids UnitId "unt_";
}

#[test]
fn an_id_has_exactly_one_spelling() {
    let digits = "0123456789abcdef0123456789abcdef";
    assert!(format!("tkt_{digits}").parse::<TicketId>().is_ok());
    for bad in [
        digits.to_owned(),
        format!("usr_{digits}"),
        format!("TKT_{digits}"),
        format!("tkt_{}", digits.to_uppercase()),
        format!("tkt_{}", &digits[1..]),
        format!("tkt_{digits}0"),
        format!(" tkt_{digits}"),
        "tkt_01234567-89ab-cdef-0123-456789abcdef".to_owned(),
        "tkt_{0123456789abcdef0123456789abcd}".to_owned(),
        "tkt_0123456789abcdef0123456789abcdé".to_owned(),
        "tkt_".to_owned(),
        String::new(),
    ] {
        assert!(bad.parse::<TicketId>().is_err(), "{bad}");
    }
}

#[test]
fn a_zone_is_an_iana_name_and_keeps_its_spelling() {
    for name in ["Europe/Berlin", "UTC", "America/St_Johns", "Asia/Kolkata"] {
        assert_eq!(zone(name).name(), name);
        assert_eq!(serde_json::to_value(zone(name)).unwrap(), name);
    }
    assert_eq!(zone("europe/berlin").name(), "Europe/Berlin");
    for bad in ["", "Berlin", "Mars/Olympus", "+02:00", "Etc/Unknown", "../../etc/passwd", "Europe/Berlin "] {
        assert!(bad.parse::<Zone>().is_err(), "{bad}");
    }
}

#[test]
fn a_time_of_the_night_comes_once_each_day_also_where_the_clock_jumps() {
    let berlin = zone("Europe/Berlin");
    let half_past_two = jiff::civil::time(2, 30, 0, 0);
    let cases = [
        ("2026-02-02T10:00:00Z", "2026-02-03T01:30:00Z"),
        ("2026-02-03T01:29:59Z", "2026-02-03T01:30:00Z"),
        ("2026-02-03T01:30:00Z", "2026-02-04T01:30:00Z"),
        // There is no half past two on 29 March: an hour later; on 25 October there are two: the first one.
        ("2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
        ("2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    ];
    for (now, next) in cases {
        let next: Timestamp = next.parse().unwrap();
        assert_eq!(berlin.next(half_past_two, now.parse().unwrap()), next, "after {now}");
    }
    assert_eq!(berlin.at("2026-03-29".parse().unwrap(), half_past_two).to_string(), "2026-03-29T01:30:00Z");
}

#[test]
fn the_names_of_events_are_those_on_the_wire() {
    let names = Event::names();
    let mut unique = names.to_vec();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), names.len());
    let event = Event::SlaRecomputeRequested { cursor: None };
    assert_eq!(
        serde_json::to_value(&event).unwrap(),
        serde_json::json!({"type": "sla.recompute_requested", "cursor": null})
    );
}

#[test]
fn a_tenant_signs_up_and_changes() {
    let new =
        |name: &str| NewTenant { name: name.into(), zone: zone("Europe/Berlin"), currency: "EUR".parse().unwrap() };
    let id = TenantId::from_uuid(uuid(1));
    assert_eq!(fields(tenants::sign_up(id, new(" "), user(1), NOW)), ["/name"]);
    let signed_up = tenants::sign_up(id, new(" Northwind "), user(1), NOW).unwrap();
    assert_eq!((signed_up.state.name.as_str(), signed_up.events[0].name()), ("Northwind", "tenant.signed_up"));
    let json = serde_json::to_string(&signed_up.state).unwrap();
    assert_eq!(serde_json::from_str::<tenants::Tenant>(&json).unwrap(), signed_up.state);
    let gold = SlaChoice::Policy(PolicyId::from_uuid(uuid(1)));
    let changes = TenantChanges { sla: Some(gold), ..TenantChanges::default() };
    let changed = tenants::change(signed_up.state, changes.clone()).unwrap();
    assert_eq!((changed.state.sla, changed.events[0].name()), (gold, "tenant.changed"));
    assert_eq!(tenants::change(changed.state, changes).unwrap().events, []);
}

fn site(n: u128, name: &str) -> Site {
    Site { id: SiteId::from_uuid(uuid(n)), name: name.into(), address: None, zone: None }
}

#[test]
fn a_client_has_at_most_a_hundred_sites_with_names_of_their_own() {
    let new = |sites: Vec<Site>| NewClient {
        name: "Acme".into(),
        zone: zone("UTC"),
        sites,
        departments: vec![],
        cost_centres: vec![],
        calendar: None,
        sla: SlaChoice::None,
    };
    let add = |sites| clients::add(the_client().id, new(sites), NOW);
    assert!(add((0..100).map(|n| site(n, &format!("Site {n}"))).collect()).is_ok());
    assert_eq!(fields(add((0..101).map(|n| site(n, &format!("Site {n}"))).collect())), ["/sites"]);
    assert_eq!(fields(add(vec![site(1, "A"), site(2, "a")])), ["/sites/1/name"]);
    assert_eq!(fields(add(vec![site(1, "A"), site(1, "B")])), ["/sites/1/id"]);
    let client = add(vec![]).unwrap().state;
    let changes = ClientChanges { active: Some(false), ..ClientChanges::default() };
    let changed = clients::change(client, changes.clone(), NOW).unwrap();
    assert_eq!((changed.state.active, changed.events[0].name()), (false, "client.changed"));
    assert_eq!(clients::change(changed.state, changes, NOW).unwrap().events, []);
}

#[test]
fn a_department_belongs_to_a_cost_centre_of_its_client() {
    let code = |text: &str| text.parse::<CostCode>().unwrap();
    assert_eq!(code(" sales-emea.1/2_3 ").as_str(), "SALES-EMEA.1/2_3");
    for wrong in ["", "-1", "4711 Sales", "Ü1", "=1", "123456789012345678901"] {
        assert!(wrong.parse::<CostCode>().is_err(), "{wrong}");
    }
    let unit = |n: u128, of: Option<&str>| Unit {
        id: UnitId::from_uuid(uuid(n)),
        name: format!("Unit {n}"),
        cost_centre: of.map(code),
    };
    let centre = |of: &str, name: &str| CostCentre { code: code(of), name: name.into() };
    let new = |departments, cost_centres| NewClient {
        name: "Acme".into(),
        zone: zone("UTC"),
        sites: vec![],
        departments,
        cost_centres,
        calendar: None,
        sla: SlaChoice::None,
    };
    let id = the_client().id;
    let wrong = new(vec![unit(1, Some("4712"))], vec![centre("4711", " "), centre("4711", "Twice")]);
    let faults = ["/cost_centres/0/name", "/cost_centres/1/code", "/departments/0/cost_centre"];
    assert_eq!(fields(clients::add(id, wrong, NOW)), faults);
    let many = (0..101).map(|n| centre(&n.to_string(), "One")).collect();
    assert_eq!(fields(clients::add(id, new(vec![], many), NOW)), ["/cost_centres"]);
    let two = vec![centre("4711", "Sales EMEA"), centre("4712", "Lab")];
    let both = vec![unit(1, Some("4711")), unit(2, Some("4711")), unit(3, None)];
    let client = clients::add(id, new(both, two), NOW).unwrap().state;
    assert_eq!(client.centres().into_values().collect::<Vec<_>>(), [code("4711"), code("4711")]);

    let of = |cost_centres, departments| ClientChanges { cost_centres, departments, ..ClientChanges::default() };
    let less = || Some(vec![centre("4712", "Lab")]);
    let refused = clients::change(client.clone(), of(less(), None), NOW).unwrap_err();
    assert!(matches!(&refused, Refusal::Conflict { code: "cost_centre_in_use", detail } if detail.contains("Unit 1")));
    let named = of(less(), Some(vec![unit(1, Some("4711"))]));
    assert_eq!(fields(clients::change(client.clone(), named, NOW)), ["/departments/0/cost_centre"]);
    let gone = clients::change(client.clone(), of(less(), Some(vec![unit(1, Some("4712"))])), NOW).unwrap().state;
    assert_eq!(clients::cost_centres_gone(&client, &gone), [&code("4711")].into());
    assert!(clients::cost_centres_gone(&gone, &client).is_empty());

    // So are departments, and one that something names stays.
    let units = clients::departments_gone(&client, &gone);
    assert_eq!(units.values().copied().collect::<Vec<_>>(), ["Unit 2", "Unit 3"]);
    let stays = |named: Vec<UnitId>| clients::keeps_departments(&units, named, "is used");
    let refused = stays(vec![client.departments[0].id, client.departments[2].id]).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Conflict { code: "department_in_use", detail } if detail.contains("Unit 3 is used"))
    );
    assert!(stays(vec![client.departments[0].id]).is_ok() && clients::departments_gone(&gone, &client).is_empty());

    // What was stored before there were any.
    let mut old = serde_json::to_value(&gone).unwrap();
    old.as_object_mut().unwrap().remove("cost_centres");
    old["departments"][0].as_object_mut().unwrap().remove("cost_centre");
    let old: Client = serde_json::from_value(old).unwrap();
    assert_eq!((old.cost_centres.len(), &old.departments[0].cost_centre), (0, &None));
}

#[test]
fn a_contact_works_at_a_site_and_department_that_the_client_has() {
    let mut client = the_client();
    client.sites.push(site(1, "Harbour"));
    client.departments.push(Unit { id: UnitId::from_uuid(uuid(1)), name: "Sales".into(), cost_centre: None });
    let new = |site: u128, unit: u128| NewContact {
        name: "Ann".into(),
        email: None,
        phone: Some("+49 30 123".into()),
        title: None,
        site: Some(SiteId::from_uuid(uuid(site))),
        unit: Some(UnitId::from_uuid(uuid(unit))),
    };
    let id = ContactId::from_uuid(uuid(1));
    assert_eq!(fields(contacts::add(id, new(2, 2), &client, NOW)), ["/site", "/unit"]);
    let contact = contacts::add(id, new(1, 1), &client, NOW).unwrap().state;
    let gone = ContactChanges { site: Some(None), active: Some(false), ..ContactChanges::default() };
    let changed = contacts::change(contact, gone, &client, NOW).unwrap();
    assert_eq!((changed.state.site, changed.state.active, changed.events[0].name()), (None, false, "contact.changed"));
}

#[test]
fn a_department_lists_each_member_once() {
    let id = DepartmentId::from_uuid(uuid(1));
    let new = |members| NewDepartment { name: "Service desk".into(), members, ..NewDepartment::default() };
    assert_eq!(fields(departments::add(id, new(vec![user(1), user(1)]), NOW)), ["/members/1"]);
    assert_eq!(fields(departments::add(id, new((0..101).map(user).collect()), NOW)), ["/members"]);
    let department = departments::add(id, new(vec![user(1)]), NOW).unwrap().state;
    let changes = DepartmentChanges { strategy: Some(Handing::RoundRobin), ..DepartmentChanges::default() };
    let changed = departments::change(department, changes, NOW).unwrap();
    assert_eq!((changed.state.strategy, changed.events[0].name()), (Handing::RoundRobin, "department.changed"));
}

#[test]
fn a_decimal_is_digits_a_sign_and_a_point() {
    #[derive(Debug, serde::Deserialize)]
    struct Written {
        #[serde(deserialize_with = "domain::decimal::plain")]
        price: rust_decimal::Decimal,
        #[serde(default, deserialize_with = "domain::decimal::plain_option")]
        most: Option<rust_decimal::Decimal>,
    }
    let read = |json: serde_json::Value| serde_json::from_value::<Written>(json);
    for (written, price) in [("1000", "1000"), ("-0.5", "-0.5"), ("96.50", "96.50")] {
        let read = read(serde_json::json!({ "price": written, "most": null })).unwrap();
        assert_eq!((read.price.to_string(), read.most), (price.to_owned(), None));
    }
    let both = read(serde_json::json!({ "price": "12", "most": "7" })).unwrap();
    assert_eq!((both.price, both.most), (12.into(), Some(7.into())));
    assert!(read(serde_json::json!({ "price": 12 })).is_err(), "a number would have been rounded on its way");
    for wrong in ["1_000", "_1", "1,000", "", "ten"] {
        assert!(read(serde_json::json!({ "price": wrong })).is_err(), "{wrong}");
        assert!(read(serde_json::json!({ "price": "1", "most": wrong })).is_err(), "{wrong}");
    }
}
