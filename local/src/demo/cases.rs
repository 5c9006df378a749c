//! Which cases there are: most of them in the past, some placed so that they are open now.

use std::collections::VecDeque;

use domain::clients::Client;
use domain::contacts::Contact;
use domain::ids::{ClientId, DepartmentId, TicketId, UserId};
use domain::sla::{ClockKind, TimeBasis};
use domain::tickets::{Channel, Impact, Kind, NewTicket, Priority, Requester, Status, Urgency, priority_of};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use runtime::Result;
use uuid::Uuid;

use super::house::House;
use super::random::Random;
use super::scenarios::{self, Line, Scenario, Words};
use super::script::{self, Beat, Move, Stop};
use super::{clients, id, people, promises, wrong};

/// Tickets of the past.
const PAST: u64 = 360;
/// How far back they go; the first ticket is older by a little.
const DAYS: i64 = 88;
const DAYS_OF_THE_FIRST: i64 = 90;
/// Where the streams of what is open now begin.
const PRESENT: u64 = 100_000;

/// What is open now: where it stands, how much of its target's time has passed in per cent, and how many there are.
const OPEN_NOW: &[(Stop, i64, u64)] = &[
    (Stop::Unanswered, 15, 2),
    (Stop::Unanswered, 40, 2),
    (Stop::Unanswered, 65, 2),
    (Stop::Unanswered, 88, 1),
    (Stop::Unanswered, 125, 1),
    (Stop::Working, 12, 4),
    (Stop::Working, 35, 4),
    (Stop::Working, 60, 4),
    (Stop::Working, 75, 2),
    (Stop::Working, 88, 2),
    (Stop::Working, 96, 1),
    (Stop::Working, 115, 2),
    (Stop::Working, 140, 1),
    (Stop::ForCustomer, 20, 5),
    (Stop::ForVendor, 30, 3),
    (Stop::ForUs, 30, 3),
];

const TOOLS: &[&str] = &["Visio", "Acrobat Pro", "AutoCAD LT", "Power BI Pro", "Project", "SketchUp", "Photoshop"];
const HOSTS: &[&str] = &["mail", "portal", "vpn", "files", "shop", "remote"];
const NEWCOMERS: &[&str] = &[
    "Lara Engel",
    "Jonathan Price",
    "Meera Nair",
    "Felix Otto",
    "Hannah Vogt",
    "Diego Rivera",
    "Aisha Khan",
    "Moritz Lang",
    "Emily Stone",
    "Rohan Das",
    "Clara Sommer",
    "Peter Novak",
];

/// A ticket to be, and all that will be done about it.
pub(super) struct Case {
    pub(super) id: TicketId,
    pub(super) opened_at: Timestamp,
    pub(super) client: ClientId,
    /// Who writes for the client.
    pub(super) customer: UserId,
    /// Whom the desk writes to, by first name.
    pub(super) first_name: String,
    /// Whether the client opens it; the desk otherwise.
    pub(super) by_client: bool,
    pub(super) new: NewTicket,
    pub(super) beats: VecDeque<Beat>,
}

/// All cases, in no order.
pub(super) fn all(house: &House, now: Timestamp) -> Result<Vec<Case>> {
    let scenarios = scenarios::all()?;
    let mut cases = vec![the_first(house, now)?];
    for number in 1..=PAST {
        let mut random = Random::stream(number);
        let scenario = random.pick(&scenarios).clone();
        cases.push(draft(house, scenario, Stop::Nowhere, random)?.at(|case, random| past(case, now, random))?);
    }
    let open_now = OPEN_NOW.iter().flat_map(|(stop, percent, count)| (0..*count).map(move |_| (*stop, *percent)));
    for (number, (stop, percent)) in (PRESENT..).zip(open_now) {
        let mut random = Random::stream(number);
        let mut scenario = random.pick(&scenarios).clone();
        if stop == Stop::Unanswered && number % 2 == 0 {
            // Nobody has said yet whom it is for.
            scenario.department = None;
        }
        cases.push(draft(house, scenario, stop, random)?.at(|case, _| present(house, case, stop, percent, now))?);
    }
    Ok(cases)
}

/// A case without its time.
struct Draft<'a> {
    case: Case,
    client: &'a Client,
    random: Random,
}

impl Draft<'_> {
    fn at(mut self, when: impl FnOnce(&Draft<'_>, &mut Random) -> Result<Timestamp>) -> Result<Case> {
        let mut random = Random::stream(self.random.next());
        // To the millisecond, for ids of one instant would be in no order.
        self.case.opened_at = when(&self, &mut random)? - SignedDuration::from_millis(random.between(1, 59_999));
        self.case.id = TicketId::from_uuid(dated(self.case.opened_at, &mut random));
        Ok(self.case)
    }
}

fn draft<'a>(house: &'a House, scenario: Scenario, stop: Stop, mut random: Random) -> Result<Draft<'a>> {
    let client = a_client(house, &mut random)?;
    let channel = *random.pick(&scenario.channels);
    let contact = requester(house, client, channel, &mut random)?;
    let sign_in = house.sign_in(contact.id);
    let words = words(house, client, contact, &mut random);
    let said = |line: &Line| sign_in.is_some() || !line.is_customers();
    let scenario = Scenario { talk: scenario.talk.iter().filter(|line| said(line)).cloned().collect(), ..scenario };

    let quick = stop == Stop::Nowhere && scenario.quick && random.percent(40);
    let urgency = match random.between(1, 100) {
        1..=12 => Urgency::High,
        88.. => Urgency::Low,
        _ => scenario.urgency,
    };
    let priority = priority_of(scenario.impact, urgency);
    let mut beats = if quick { VecDeque::new() } else { script::of(&scenario, priority, stop, &mut random) };
    for beat in &mut beats {
        if let Move::Reply(text, _) | Move::Note(text) | Move::Customer(text) = &mut beat.what {
            *text = words.in_text(text);
        }
    }
    let by_client = !quick && sign_in.is_some() && matches!(channel, Channel::Portal | Channel::Email);
    let mut description = words.in_text(&scenario.description);
    if let Some(Line::Done(solved)) = scenario.talk.last().filter(|_| quick) {
        description = format!("{description}\n\nSolved on the phone. {}", words.in_text(solved));
    }
    let new = NewTicket {
        requester: Requester { contact: Some(contact.id), user: sign_in.map(|user| user.id) },
        subject: words.in_text(random.pick::<String>(&scenario.subjects)),
        description,
        kind: scenario.kind,
        category: Some(scenario.category),
        impact: scenario.impact,
        urgency,
        priority: None,
        status: if quick { Status::Closed } else { Status::New },
        department: scenario.department,
        tags: scenario.tags,
        channel: if quick { Channel::Phone } else { channel },
    };
    let it_team = house.users.iter().find(|user| people::is_of(user, client.id));
    let customer = sign_in.or(it_team).map(|user| user.id).ok_or_else(|| wrong("a client without a sign-in"))?;
    let first_name = people::first_name(&contact.name).to_owned();
    let case = Case {
        id: TicketId::from_uuid(Uuid::nil()),
        opened_at: Timestamp::UNIX_EPOCH,
        client: client.id,
        customer,
        first_name,
        by_client,
        new,
        beats,
    };
    Ok(Draft { case, client, random })
}

fn a_client<'a>(house: &'a House, random: &mut Random) -> Result<&'a Client> {
    let mut left = random.between(1, clients::weights().sum());
    let chosen = house.clients.iter().zip(clients::weights()).find(|(_, weight)| {
        left -= weight;
        left <= 0
    });
    chosen.map(|(client, _)| client).ok_or_else(|| wrong("no client"))
}

/// What machines notice is the IT team's; who does not sign in calls.
fn requester<'a>(house: &'a House, client: &Client, channel: Channel, random: &mut Random) -> Result<&'a Contact> {
    let mut people: Vec<&Contact> = house.contacts.of(client.id).collect();
    match channel {
        Channel::Monitoring => people.truncate(1),
        Channel::Phone => {}
        _ => people.retain(|contact| house.sign_in(contact.id).is_some()),
    }
    if people.is_empty() { Err(wrong("a client without people")) } else { Ok(*random.pick::<&Contact>(&people)) }
}

fn words(house: &House, client: &Client, requester: &Contact, random: &mut Random) -> Words {
    let site = client.sites.iter().find(|site| Some(site.id) == requester.site).map_or("", |site| site.name.as_str());
    let colleagues: Vec<&Contact> = house.contacts.of(client.id).filter(|other| other.id != requester.id).collect();
    let person = match random.percent(50) {
        true => (*random.pick(NEWCOMERS)).to_owned(),
        false => random.pick(&colleagues).name.clone(),
    };
    let code = clients::device_code(client.id);
    let domain = requester.email.as_ref().and_then(|email| email.as_str().split_once('@')).map_or("", |(_, host)| host);
    Words {
        site: site.to_owned(),
        device: format!("{code}-{:04}", random.between(12, 480)),
        host: format!("{}.{domain}", random.pick(HOSTS)),
        person,
        team: random.pick(&client.departments).name.clone(),
        tool: random.pick::<&str>(TOOLS),
        number: random.between(112, 4980),
    }
}

/// Some time in the last months, when the client works; machines notice things at any time.
fn past(draft: &Draft<'_>, now: Timestamp, random: &mut Random) -> Result<Timestamp> {
    let zone = draft.client.zone.rules();
    let any_time = draft.case.new.channel == Channel::Monitoring;
    let today = now.to_zoned(TimeZone::UTC).date();
    loop {
        let date = today.saturating_sub(Span::new().days(random.between(1, DAYS)));
        let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend && !any_time {
            continue;
        }
        let minute = match random.between(1, 10) {
            _ if any_time => random.between(0, 1439),
            1..=6 => random.between(8 * 60, 11 * 60 + 45),
            _ => random.between(13 * 60, 17 * 60),
        };
        let midnight = date.to_zoned(zone.clone()).map_err(wrong)?.timestamp();
        let at = midnight + SignedDuration::from_mins(minute);
        if at < now {
            return Ok(at);
        }
    }
}

/// When a case must have been opened for so much of its target's time to have passed.
fn present(house: &House, draft: &Draft<'_>, stop: Stop, percent: i64, now: Timestamp) -> Result<Timestamp> {
    let new = &draft.case.new;
    let kind = if stop == Stop::Unanswered { ClockKind::FirstResponse } else { ClockKind::Resolution };
    let plan = house.plan(draft.client.id, new.department)?;
    let priority: Priority = priority_of(new.impact, new.urgency);
    let target = plan.as_ref().and_then(|plan| plan.policy().targets.of(priority).of(kind));
    /// As if two working days had been promised where nothing is.
    const TWO_DAYS: i64 = 2 * 8 * 60;
    let minutes = target.map_or(TWO_DAYS, |target| i64::from(target.minutes)) * percent / 100;
    let always = target.is_some_and(|target| target.time == TimeBasis::Always);
    let calendar = draft.client.calendar.or(house.tenant.calendar);
    let hours =
        house.calendar(calendar).map_or_else(|| people::office_hours(&draft.client.zone), |calendar| calendar.time());
    let passed = |from: Timestamp| {
        if always { now.duration_since(from) } else { hours.open_between(from, now) }
    };
    // Time passes one way: the latest minute from which enough has passed is found by halving.
    let (mut enough, mut less) = (DAYS * 24 * 60, 0);
    while enough - less > 1 {
        let middle = (enough + less) / 2;
        let long_enough = passed(now - SignedDuration::from_mins(middle)) >= SignedDuration::from_mins(minutes);
        if long_enough { enough = middle } else { less = middle }
    }
    Ok(now - SignedDuration::from_mins(enough))
}

/// Ticket number 1, which samples work on: it waits for a vendor and so is neither late nor over.
fn the_first(house: &House, now: Timestamp) -> Result<Case> {
    let client = house.clients.first().ok_or_else(|| wrong("no client"))?;
    let contact = house.contacts.of(client.id).next().ok_or_else(|| wrong("no contact"))?;
    let user = house.sign_in(contact.id).ok_or_else(|| wrong("no sign-in"))?.id;
    let mut date = client.zone.date(now).saturating_sub(Span::new().days(DAYS_OF_THE_FIRST));
    while matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
        date = date.saturating_sub(Span::new().days(1));
    }
    let opened_at = date.at(8, 10, 0, 0).to_zoned(client.zone.rules().clone()).map_err(wrong)?.timestamp();
    let new = NewTicket {
        requester: Requester { contact: Some(contact.id), user: Some(user) },
        subject: "Move the drawings archive to the cloud".to_owned(),
        description:
            "We would like to give up the old file server in plant 1. The archive of drawings on it has 3.4 TB. \
                      What would a move cost, and how long would our engineers have to do without it?"
                .to_owned(),
        kind: Kind::Request,
        category: Some("Projects".to_owned()),
        impact: Impact::Medium,
        urgency: Urgency::Low,
        department: Some(id(promises::SERVICE_DESK, DepartmentId::from_uuid)),
        tags: vec!["project".to_owned(), "storage".to_owned()],
        ..NewTicket::default()
    };
    let beats = [
        (25, Move::Reply("I have measured the archive: a copy over night takes four nights and nobody has to stop working. I ask the distributor for the price of the storage.".to_owned(), Some(Status::PendingVendor))),
        (1500, Move::Note("Distributor wants to know the growth a year before they quote. Sent them 12 %.".to_owned())),
    ];
    Ok(Case {
        id: id(1, TicketId::from_uuid),
        opened_at,
        client: client.id,
        customer: user,
        first_name: people::first_name(&contact.name).to_owned(),
        by_client: true,
        new,
        beats: beats.into_iter().map(|(after, what)| Beat { after, what }).collect(),
    })
}

/// A version 7 UUID (RFC 9562) of an instant.
fn dated(at: Timestamp, random: &mut Random) -> Uuid {
    let ms = u128::try_from(at.as_millisecond()).unwrap_or_default();
    let (high, low) = (u128::from(random.next() & 0xFFF), u128::from(random.next() >> 2));
    Uuid::from_u128(ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
}
