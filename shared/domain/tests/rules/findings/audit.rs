//! The licence audit: every figure in it can be counted by hand.

use std::collections::BTreeMap;

use domain::billing::documents::settings::Letterhead;
use domain::clients::Client;
use domain::csv::Cell;
use domain::licences::audit::{Audit, Position, Sources, audit};
use domain::licences::true_up::Missing;
use domain::sla::SlaChoice;
use domain::zone::Zone;
use jiff::civil::date;

use super::*;

fn products() -> BTreeMap<ProductId, String> {
    (1..=3).map(|n| (product(n), format!("Product {n}"))).chain([(product(9), "Mail".into())]).collect()
}

fn of(facts: &Facts, findings: &[Finding]) -> Audit {
    let client = Client {
        id: client(),
        name: "Acme".into(),
        zone: Zone::utc(),
        sites: Vec::new(),
        departments: Vec::new(),
        cost_centres: Vec::new(),
        calendar: None,
        sla: SlaChoice::Inherit,
        contract_slas: Vec::new(),
        active: true,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    let totals = Totals::default();
    let sources = Sources {
        msp: "Nordlicht IT",
        client: &client,
        facts,
        licences: &[],
        products: &products(),
        findings,
        totals: &totals,
        reviewed_on: None,
    };
    audit(sources).unwrap()
}

fn row(says: &Audit, product: &str) -> Position {
    says.position.iter().find(|row| row.product == product).unwrap_or_else(|| panic!("no {product}")).clone()
}

#[test]
fn a_product_stands_there_with_its_seats_holders_and_users() {
    // Three hold one of two seats, and of the other licence's five seats one is held; two use it without one.
    let mut facts = busy(vec![licensed(1, 1, 2, &[1, 2, 3]), licensed(2, 1, 5, &[4])]);
    facts.uses.insert((contact(7), product(1)), used(0));
    facts.uses.insert((contact(8), product(1)), used(3));
    let expected = Position {
        product: "Product 1".into(),
        seats: 7,
        held: 4,
        free: 4,
        over: 1,
        unlicensed: 2,
        yearly: vec![eur(70_000)],
    };
    assert_eq!(row(&of(&facts, &[]), "Product 1"), expected);
}

#[test]
fn amounts_of_two_currencies_are_two_rows_and_never_one_sum() {
    let dollars = Cost::Yearly(Money::new(5_000, Currency::USD));
    let facts = busy(vec![licensed(1, 1, 2, &[1]), Licence { cost: dollars, ..licensed(2, 1, 1, &[2]) }]);
    let says = of(&facts, &[]);
    assert_eq!(row(&says, "Product 1").yearly, [eur(20_000), Money::new(5_000, Currency::USD)]);
    let sheets = says.sheets();
    let rows: Vec<_> = sheets[0].rows.iter().filter(|row| row[0] == Cell::text("Product 1")).collect();
    assert_eq!((rows.len(), &rows[0][7], &rows[1][7]), (2, &"EUR".into(), &"USD".into()));
    assert_eq!((&rows[0][1], &rows[1][1]), (&Cell::Number(3.into()), &Cell::Empty), "seats are counted once");
}

#[test]
fn what_nobody_ever_assigned_is_not_called_free_and_cores_are_no_seats() {
    let untracked = Licence { tracked: false, ..licensed(1, 1, 10, &[]) };
    let cores = Licence { by_seat: false, cost: Cost::Unknown, ..licensed(2, 2, 16, &[]) };
    let says = of(&facts(vec![untracked, cores]), &[]);
    let (office, server) = (row(&says, "Product 1"), row(&says, "Product 2"));
    assert_eq!((office.seats, office.free, office.held), (10, 0, 0));
    assert_eq!((server.seats, server.free, server.yearly), (0, 0, vec![]));
}

#[test]
fn who_holds_what_since_when_and_used_it_last() {
    let mut facts = facts(vec![licensed(1, 1, 3, &[1, 2])]);
    facts.licences[0].held.push(Seat { whose: Whose::Device { device: "kiosk".into() }, since: ago(5) });
    facts.people.get_mut(&contact(2)).unwrap().active = false;
    facts.uses.insert((contact(1), product(1)), used(4));
    let says = of(&facts, &[]);
    let held: Vec<_> = says.holders.iter().map(|row| (&*row.holder, row.active, row.last_used)).collect();
    assert_eq!(held, [("Person 1", Some(true), Some(ago(4))), ("Person 2", Some(false), None), ("kiosk", None, None)]);
}

#[test]
fn what_is_missing_is_what_the_true_up_says() {
    let says = of(&busy(vec![licensed(1, 1, 2, &[1, 2, 3])]), &[]);
    let [short] = &says.missing[..] else { panic!("{:?}", says.missing) };
    assert_eq!((short.why, short.seats, short.needed, short.missing), (Missing::Holders, 2, 3, 1));
    assert_eq!((short.until, short.amount), (Some(date(2026, 10, 1)), Some(eur(3_342))), "122 of 365 days of 100.00");
}

#[test]
fn what_is_gone_is_left_out_and_what_saves_most_comes_first() {
    let of_kind = |n: u128, state: State, counted: i64| Finding {
        id: FindingId::from_uuid(Uuid::from_u128(n)),
        key: Key { client: client(), kind: Kind::Unused, product: product(n), licence: None, whose: Some(person(n)) },
        worth: Worth::Saves { yearly: eur(counted), seats: 1 },
        evidence: vec![Evidence::LastUsed { on: ago(90) }],
        action: Action::Reclaim {},
        notice_by: None,
        state,
        found_on: ago(1),
        unit: None,
        counted: Some(eur(counted)),
        uncounted: None,
        came_true: None,
    };
    let findings =
        [of_kind(1, State::Open {}, 100), of_kind(2, State::Gone { on: ago(1) }, 900), of_kind(3, State::Open {}, 500)];
    let says = of(&facts(vec![]), &findings);
    let noted: Vec<_> = says.findings.iter().map(|row| (&*row.product, row.whose.as_deref(), &*row.why)).collect();
    let why = format!("It was last used on {}.", ago(90));
    assert_eq!(noted, [("Product 3", Some("Person 3"), &*why), ("Product 1", Some("Person 1"), &*why)]);
}

#[test]
fn every_row_of_every_table_is_as_wide_as_its_head_and_paper_says_what_it_leaves_out() {
    let licences = (0..1_100).map(|n| licensed(1_000 + n, 100 + n, 1, &[1])).collect();
    let says = of(&busy(licences), &[]);
    for sheet in says.sheets() {
        assert!(sheet.rows.iter().all(|row| row.len() == sheet.head.len()), "{}", sheet.name);
    }
    let printed = says.printed(&Letterhead::default());
    for section in &printed.sections {
        assert_eq!((section.figures.len(), section.widths.len()), (section.head.len(), section.head.len()));
        assert!(section.rows.iter().all(|row| row.len() == section.head.len()), "{}", section.title);
    }
    let position = &printed.sections[0];
    assert_eq!((position.title, position.rows.len()), ("Position", 1_000));
    assert_eq!(position.note.as_deref(), Some("101 more stand in the workbook."));
    assert_eq!(printed.sections[1].note.as_deref(), Some("No seat is missing."));
}

#[test]
fn an_audit_that_was_kept_says_the_same_when_it_is_read_again() {
    let says = of(&busy(vec![licensed(1, 1, 2, &[1, 2, 3]), licensed(2, 2, 5, &[4])]), &[]);
    let kept = serde_json::to_string(&says).unwrap();
    assert_eq!(serde_json::from_str::<Audit>(&kept).unwrap(), says);
}

#[test]
fn a_last_day_of_notice_that_has_passed_is_told_with_that_it_has() {
    let noted = |n: u128, notice_by: Option<Date>| Finding {
        id: FindingId::from_uuid(Uuid::from_u128(n)),
        key: Key { client: client(), kind: Kind::Unused, product: product(n), licence: None, whose: Some(person(n)) },
        worth: Worth::Saves { yearly: eur(100), seats: 1 },
        evidence: Vec::new(),
        action: Action::Reclaim {},
        notice_by,
        state: State::Open {},
        found_on: ago(1),
        unit: None,
        counted: None,
        uncounted: None,
        came_true: None,
    };
    let findings = [noted(1, Some(ago(1))), noted(2, Some(TODAY)), noted(3, None)];
    let says = of(&facts(vec![]), &findings);
    let sheet = says.sheets().into_iter().find(|sheet| sheet.name == "Findings").unwrap();
    let at = |name: &str| sheet.head.iter().position(|head| *head == name).unwrap();
    let (by, passed) = (at("Notice by"), at("Notice passed"));
    let told: Vec<_> = sheet.rows.iter().map(|row| (row[by] != Cell::Empty, row[passed].clone())).collect();
    assert_eq!(told, [(true, Cell::text("yes")), (true, Cell::Empty), (false, Cell::Empty)]);
    let printed = says.printed(&Letterhead::default());
    let section = printed.sections.iter().find(|section| section.title == "Findings").unwrap();
    let at = section.head.iter().position(|head| *head == "Notice passed").unwrap();
    assert_eq!(section.rows.iter().map(|row| row[at].as_str()).collect::<Vec<_>>(), ["yes", "", ""]);
    assert_eq!(section.head[at - 1], "Notice by", "beside the day");
}

#[test]
fn a_licence_says_its_last_day_of_notice_when_it_has_passed_too() {
    for (today, notice_by) in [("2026-12-01", "2026-12-02"), ("2026-12-20", "2026-12-02"), ("2027-01-01", "2027-12-02")]
    {
        let kept = crate::licences::added(crate::licences::yearly(), "2026-02-01");
        let licence = Licence::of(kept, Vec::new(), crate::licences::day(today)).unwrap();
        assert_eq!(licence.notice_by, Some(crate::licences::day(notice_by)), "{today}");
    }
}
