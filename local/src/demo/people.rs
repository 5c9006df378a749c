//! Who works at Nordlicht IT, and who of its clients signs in.

use domain::access::{Actor, Role};
use domain::calendar::{Hours, MinuteOfDay, OpenTime, WeeklyHours, Window};
use domain::error::Refusal;
use domain::ids::{ClientId, TenantId, UserId};
use domain::users::{self, NewUser, Skill, User};
use domain::zone::Zone;
use jiff::{SignedDuration, Timestamp};

use super::clients::Contacts;
use super::{DOMAIN, OWNER_EMAIL, id, known};

/// The users by their numbers.
pub(super) const OWNER: u64 = 1;
pub(super) const TECHNICIANS: std::ops::RangeInclusive<u64> = 2..=9;
pub(super) const MANAGER: u64 = 10;
pub(super) const DISPATCHER: u64 = 11;
const BILLING: u64 = 12;
const AUDITOR: u64 = 13;
/// Clients' users come from here on.
pub(super) const FIRST_CLIENT_USER: u64 = 101;

struct Staff {
    number: u64,
    name: &'static str,
    role: Role,
    zone: &'static str,
    week: Week,
    hours: (&'static str, &'static str),
    capacity: Option<u32>,
    skills: &'static [(&'static str, u8)],
}

/// The first of the five days on which somebody works. They differ, so that nearly always somebody does.
#[derive(Clone, Copy)]
enum Week {
    Monday,
    Tuesday,
    Sunday,
}
use Week::{Monday, Sunday, Tuesday};

const BERLIN: &str = "Europe/Berlin";
const NEW_YORK: &str = "America/New_York";
const KOLKATA: &str = "Asia/Kolkata";

const fn technician(
    number: u64,
    name: &'static str,
    zone: &'static str,
    week: Week,
    hours: (&'static str, &'static str),
    capacity: u32,
    skills: &'static [(&'static str, u8)],
) -> Staff {
    Staff { number, name, role: Role::Technician, zone, week, hours, capacity: Some(capacity), skills }
}

const fn office(number: u64, name: &'static str, role: Role, zone: &'static str) -> Staff {
    Staff { number, name, role, zone, week: Monday, hours: ("08:30", "17:30"), capacity: None, skills: &[] }
}

#[rustfmt::skip]
const STAFF: &[Staff] = &[
    technician(2, "Lukas Brandt", BERLIN, Monday, ("08:00", "16:30"), 14,
        &[("microsoft 365", 4), ("windows", 4), ("printing", 3)]),
    technician(3, "Mira Petersen", BERLIN, Monday, ("07:30", "16:00"), 12,
        &[("networking", 5), ("firewalls", 4), ("linux", 3)]),
    technician(4, "Tobias Keller", BERLIN, Monday, ("09:00", "18:00"), 12,
        &[("security", 4), ("identity", 4), ("windows", 3)]),
    technician(5, "Grace Whitfield", NEW_YORK, Tuesday, ("08:00", "17:00"), 14,
        &[("microsoft 365", 5), ("macos", 4), ("security", 2)]),
    technician(6, "Marcus Delgado", NEW_YORK, Monday, ("11:00", "20:00"), 10,
        &[("networking", 4), ("backup", 5), ("virtualisation", 4)]),
    technician(7, "Priya Raman", KOLKATA, Tuesday, ("09:30", "18:30"), 15,
        &[("windows", 5), ("microsoft 365", 3), ("telephony", 3)]),
    technician(8, "Arjun Mehta", KOLKATA, Monday, ("06:00", "15:00"), 12,
        &[("linux", 5), ("backup", 4), ("networking", 3)]),
    technician(9, "Sunita Banerjee", KOLKATA, Sunday, ("10:00", "19:00"), 10,
        &[("security", 5), ("forensics", 3), ("identity", 3)]),
    office(MANAGER, "Henrik Vogel", Role::Manager, BERLIN),
    office(DISPATCHER, "Lena Hoffmann", Role::Dispatcher, BERLIN),
    office(BILLING, "Franziska Neumann", Role::Billing, BERLIN),
    office(AUDITOR, "Oliver Grant", Role::Auditor, NEW_YORK),
];

impl Week {
    fn of(self, day: Window) -> WeeklyHours {
        let weekdays = WeeklyHours::weekdays(&[day]);
        match self {
            Monday => weekdays,
            Tuesday => WeeklyHours { monday: Vec::new(), saturday: vec![day], ..weekdays },
            Sunday => WeeklyHours { friday: Vec::new(), sunday: vec![day], ..weekdays },
        }
    }
}

/// The first owner.
pub(super) fn owner(tenant: TenantId, hash: String, since: Timestamp) -> Result<User, Refusal> {
    users::first_owner(id(OWNER, UserId::from_uuid), tenant, known(OWNER_EMAIL), "Anna Schmidt", hash, since)
}

/// Everybody else at the MSP, invited and joined.
pub(super) fn staff(owner: &Actor, hash: &str, since: Timestamp) -> Result<Vec<User>, Refusal> {
    let join = |staff: &Staff| {
        let (first, _) = staff.name.split_once(' ').unwrap_or((staff.name, ""));
        let skill = |(name, level): &(&str, u8)| Skill { name: (*name).to_owned(), level: *level };
        let new = NewUser {
            email: known(&format!("{}@{DOMAIN}", first.to_lowercase())),
            name: staff.name.to_owned(),
            role: staff.role,
            client: None,
            skills: staff.skills.iter().map(skill).collect(),
            capacity: staff.capacity,
            working_hours: Some(staff.week.of(window(staff.hours))),
            zone: Some(known(staff.zone)),
        };
        joined(staff.number, new, owner, hash, since)
    };
    STAFF.iter().map(join).collect()
}

/// The people of the clients who sign in: of each client the first is its IT team.
pub(super) fn of_clients(
    contacts: &Contacts,
    owner: &Actor,
    hash: &str,
    since: Timestamp,
) -> Result<Vec<User>, Refusal> {
    let mut users: Vec<User> = Vec::new();
    for contact in contacts.who_sign_in() {
        let first = !users.iter().any(|user| user.client == Some(contact.client));
        let email = contact.email.clone().ok_or(Refusal::NotFound)?;
        let new = NewUser {
            email,
            name: contact.name.clone(),
            role: if first { Role::ClientAdmin } else { Role::ClientUser },
            client: Some(contact.client),
            skills: Vec::new(),
            capacity: None,
            working_hours: None,
            zone: None,
        };
        users.push(joined(FIRST_CLIENT_USER + users.len() as u64, new, owner, hash, since)?);
    }
    Ok(users)
}

fn joined(number: u64, new: NewUser, owner: &Actor, hash: &str, since: Timestamp) -> Result<User, Refusal> {
    let invited = users::invite(id(number, UserId::from_uuid), new, owner, since)?.state;
    let a_day_later = since + SignedDuration::from_hours(24);
    Ok(users::accept(invited, None, hash.to_owned(), a_day_later)?.state)
}

fn window((from, to): (&str, &str)) -> Window {
    Window { from: known::<MinuteOfDay>(from), to: known::<MinuteOfDay>(to) }
}

/// When somebody works.
pub(super) fn shift(user: &User) -> OpenTime {
    match (&user.zone, &user.working_hours) {
        (Some(zone), Some(hours)) => OpenTime::new(zone, &Hours::Weekly(hours.clone()), &[]),
        _ => OpenTime::always(),
    }
}

/// When people at a client are at their desks, whatever is promised to them.
pub(super) fn office_hours(zone: &Zone) -> OpenTime {
    OpenTime::new(zone, &Hours::Weekly(WeeklyHours::weekdays(&[window(("08:00", "18:00"))])), &[])
}

/// What people are called by their first name.
pub(super) fn first_name(name: &str) -> &str {
    name.split(' ').find(|part| !part.ends_with('.')).unwrap_or(name)
}

/// Sign-ins to try, with the words for who they are.
pub(super) fn sign_ins() -> Vec<(&'static str, String)> {
    let of = |number: u64| {
        let staff = STAFF.iter().find(|staff| staff.number == number);
        format!("{}@{DOMAIN}", staff.map_or("", |staff| first_name(staff.name)).to_lowercase())
    };
    vec![
        ("owner", OWNER_EMAIL.to_owned()),
        ("manager", of(MANAGER)),
        ("dispatcher", of(DISPATCHER)),
        ("technician", of(*TECHNICIANS.start())),
        ("billing", of(BILLING)),
        ("auditor", of(AUDITOR)),
        ("client's IT team (client_admin)", super::clients::address_of(1)),
        ("client's user (client_user)", super::clients::address_of(2)),
    ]
}

/// Whether a user is of a client.
pub(super) fn is_of(user: &User, client: ClientId) -> bool {
    user.client == Some(client)
}
