//! Whom Nordlicht IT works for: twelve companies and the people there.

use domain::clients::{self, Client, NewClient, Site, Unit};
use domain::contacts::{self, Contact, NewContact};
use domain::cost_centres::CostCentre;
use domain::email::Email;
use domain::error::Refusal;
use domain::ids::{CalendarId, ClientId, ContactId, SiteId, UnitId};
use domain::sla::SlaChoice;
use jiff::Timestamp;

use super::promises::{AROUND_THE_CLOCK, BRONZE, ESSENTIAL, GOLD, KOLKATA, NEW_YORK, SILVER, under};
use super::{id, known};

/// A company, as it is told.
struct Company {
    name: &'static str,
    /// What its devices' names begin with.
    code: &'static str,
    domain: &'static str,
    zone: &'static str,
    sla: Promise,
    calendar: Option<u64>,
    sites: &'static [(&'static str, &'static str)],
    units: &'static [&'static str],
    /// Names and titles. The first is the client's IT team.
    people: &'static [(&'static str, &'static str)],
    phone: &'static str,
    /// How much of the work it makes, against the others.
    weight: i64,
}

enum Promise {
    Inherited,
    Nothing,
    Policy(u64),
}

/// Where a client of so many people has one who only ever calls.
const ENOUGH_FOR_A_CALLER: usize = 4;

const BERLIN_ZONE: &str = "Europe/Berlin";
const NEW_YORK_ZONE: &str = "America/New_York";
const KOLKATA_ZONE: &str = "Asia/Kolkata";

#[rustfmt::skip]
const COMPANIES: &[Company] = &[
    Company { name: "Brandt & Söhne Maschinenbau", code: "BSM", domain: "brandt-soehne.example", zone: BERLIN_ZONE,
        sla: Promise::Policy(GOLD), calendar: None, phone: "+49 561 555 01", weight: 14,
        sites: &[("Kassel, plant 1", "Werkstraße 12, 34123 Kassel"), ("Kassel, head office", "Königsplatz 4, 34117 Kassel")],
        units: &["Production", "Engineering", "Accounts", "Sales"],
        people: &[("Jürgen Brandt", "Head of IT"), ("Katrin Scholz", "Production planner"), ("Stefan Maurer", "Design engineer"),
            ("Birgit Lorenz", "Accounts payable"), ("Daniel Weiss", "Sales manager"), ("Uwe Hartmann", "Shift foreman")] },
    Company { name: "Klinikum Elbufer", code: "KEB", domain: "klinikum-elbufer.example", zone: BERLIN_ZONE,
        sla: Promise::Policy(GOLD), calendar: Some(AROUND_THE_CLOCK), phone: "+49 351 555 02", weight: 15,
        sites: &[("Main building", "Elbufer 80, 01307 Dresden"), ("Day clinic", "Pillnitzer Straße 9, 01069 Dresden")],
        units: &["Emergency", "Radiology", "Administration", "Pharmacy"],
        people: &[("Dr. Miriam Stein", "Chief information officer"), ("Ralf Zimmer", "Radiology systems"), ("Nadine Krause", "Ward manager"),
            ("Oliver Busch", "Procurement"), ("Svenja Adler", "Pharmacist"), ("Thomas Ebert", "Night porter")] },
    Company { name: "Hudson Legal LLP", code: "HUD", domain: "hudsonlegal.example", zone: NEW_YORK_ZONE,
        sla: Promise::Policy(GOLD), calendar: Some(NEW_YORK), phone: "+1 212 555 01", weight: 11,
        sites: &[("New York", "41 Pine Street, New York, NY 10005"), ("Albany", "12 State Street, Albany, NY 12207")],
        units: &["Litigation", "Corporate", "Back office"],
        people: &[("Rachel Goldman", "Office administrator"), ("Kevin O'Brien", "Partner"), ("Alicia Moreno", "Paralegal"),
            ("Howard Chen", "Associate"), ("Denise Porter", "Receptionist")] },
    Company { name: "Harbor & Pine Hotels", code: "HPH", domain: "harborandpine.example", zone: NEW_YORK_ZONE,
        sla: Promise::Policy(SILVER), calendar: Some(AROUND_THE_CLOCK), phone: "+1 617 555 01", weight: 11,
        sites: &[("Boston Harbor", "200 Atlantic Avenue, Boston, MA 02110"), ("Portland", "8 Commercial Street, Portland, ME 04101"),
            ("Newport", "15 Thames Street, Newport, RI 02840")],
        units: &["Front desk", "Reservations", "Housekeeping"],
        people: &[("Samuel Reed", "IT coordinator"), ("Joanna Clarke", "General manager"), ("Miguel Santos", "Front desk lead"),
            ("Tina Walsh", "Reservations"), ("Carl Jensen", "Night auditor")] },
    Company { name: "Monsoon Textiles", code: "MON", domain: "monsoontextiles.example", zone: KOLKATA_ZONE,
        sla: Promise::Policy(SILVER), calendar: Some(KOLKATA), phone: "+91 33 5555 01", weight: 10,
        sites: &[("Salt Lake office", "Sector V, Salt Lake, Kolkata 700091"), ("Howrah mill", "Foreshore Road, Howrah 711102")],
        units: &["Mill", "Export", "Finance"],
        people: &[("Debashish Roy", "Systems manager"), ("Ananya Sen", "Export executive"), ("Rahul Dutta", "Mill supervisor"),
            ("Moushumi Ghosh", "Finance controller"), ("Vikram Lal", "Stores")] },
    Company { name: "Bengal Fresh Logistics", code: "BFL", domain: "bengalfresh.example", zone: KOLKATA_ZONE,
        sla: Promise::Policy(BRONZE), calendar: Some(KOLKATA), phone: "+91 33 5555 02", weight: 7,
        sites: &[("Dankuni cold store", "NH 19, Dankuni 712311")],
        units: &["Dispatch", "Cold store"],
        people: &[("Subrata Pal", "Operations head"), ("Ishita Bose", "Dispatch planner"), ("Farhan Ali", "Warehouse lead")] },
    Company { name: "Nordwind Energie", code: "NWE", domain: "nordwind-energie.example", zone: BERLIN_ZONE,
        sla: Promise::Policy(GOLD), calendar: None, phone: "+49 431 555 03", weight: 9,
        sites: &[("Kiel", "Hafenstraße 30, 24103 Kiel"), ("Control room Husum", "Am Außenhafen 2, 25813 Husum")],
        units: &["Control room", "Trading", "Administration"],
        people: &[("Malte Carstens", "IT lead"), ("Inga Thomsen", "Energy trader"), ("Frank Petersen", "Control room operator"),
            ("Wiebke Hansen", "Assistant to the board")] },
    Company { name: "Reuter & Partner Steuerberatung", code: "RPS", domain: "reuter-partner.example", zone: BERLIN_ZONE,
        sla: Promise::Policy(SILVER), calendar: None, phone: "+49 69 555 04", weight: 8,
        sites: &[("Frankfurt", "Bockenheimer Landstraße 51, 60325 Frankfurt")],
        units: &["Tax", "Payroll"],
        people: &[("Claudia Reuter", "Partner"), ("Marc Albrecht", "Tax adviser"), ("Yasmin Aydin", "Payroll clerk"), ("Helga Winter", "Reception")] },
    Company { name: "Waldschule Potsdam", code: "WSP", domain: "waldschule-potsdam.example", zone: BERLIN_ZONE,
        sla: Promise::Policy(BRONZE), calendar: None, phone: "+49 331 555 05", weight: 5,
        sites: &[("School house", "Am Neuen Garten 7, 14469 Potsdam")],
        units: &["Teachers", "Office"],
        people: &[("Peter Lange", "Computing teacher"), ("Simone Fuchs", "School office")] },
    Company { name: "Lindqvist Architects", code: "LQA", domain: "lindqvist.example", zone: BERLIN_ZONE,
        sla: Promise::Inherited, calendar: None, phone: "+49 30 555 06", weight: 5,
        sites: &[("Berlin studio", "Torstraße 100, 10119 Berlin")],
        units: &["Design", "Site management"],
        people: &[("Elin Lindqvist", "Owner"), ("Jakob Arndt", "Architect"), ("Paula Richter", "Office manager")] },
    Company { name: "Café Morgenrot", code: "CMR", domain: "cafe-morgenrot.example", zone: BERLIN_ZONE,
        sla: Promise::Nothing, calendar: None, phone: "+49 30 555 07", weight: 2,
        sites: &[("Kastanienallee", "Kastanienallee 85, 10435 Berlin"), ("Bergmannstraße", "Bergmannstraße 20, 10961 Berlin")],
        units: &["Shops"],
        people: &[("Nora Beck", "Owner"), ("Ali Demir", "Shop manager")] },
    Company { name: "Cedar Street Dental", code: "CSD", domain: "cedarstreetdental.example", zone: NEW_YORK_ZONE,
        sla: Promise::Policy(ESSENTIAL), calendar: Some(NEW_YORK), phone: "+1 518 555 01", weight: 4,
        sites: &[("Troy", "27 Cedar Street, Troy, NY 12180")],
        units: &["Practice"],
        people: &[("Dr. Laura Finch", "Dentist"), ("Brenda Kowalski", "Practice manager"), ("Amy Tran", "Dental hygienist")] },
];

/// Codes and names of cost centres, with the departments that belong to them, of the companies with these codes.
const COST_CENTRES: &[(&str, &str, &str, &[&str])] = &[
    ("BSM", "4100", "Manufacturing", &["Production", "Engineering"]),
    ("BSM", "4200", "Administration and sales", &["Accounts", "Sales"]),
    ("KEB", "KEB-10", "Medical care", &["Emergency", "Radiology", "Pharmacy"]),
    ("KEB", "KEB-90", "Administration", &["Administration"]),
];

/// The clients.
pub(super) fn clients(since: Timestamp) -> Result<Vec<Client>, Refusal> {
    let (mut sites, mut units) = (0, 0);
    let mut add = |(index, company): (usize, &Company)| {
        let site = |(name, address): &(&str, &str)| {
            sites += 1;
            let (name, address) = ((*name).to_owned(), Some((*address).to_owned()));
            Site { id: id(sites, SiteId::from_uuid), name, address, zone: None }
        };
        let centres = || COST_CENTRES.iter().filter(|(of, ..)| *of == company.code);
        let unit = |name: &&str| {
            units += 1;
            let centre = centres().find(|(.., departments)| departments.contains(name));
            let cost_centre = centre.map(|(_, code, ..)| known(code));
            Unit { id: id(units, UnitId::from_uuid), name: (*name).to_owned(), cost_centre }
        };
        let centre =
            |(_, code, name, _): &(_, &str, &str, _)| CostCentre { code: known(code), name: (*name).to_owned() };
        let new = NewClient {
            name: company.name.to_owned(),
            zone: known(company.zone),
            sites: company.sites.iter().map(site).collect(),
            departments: company.units.iter().map(unit).collect(),
            cost_centres: centres().map(centre).collect(),
            calendar: company.calendar.map(|number| id(number, CalendarId::from_uuid)),
            sla: match company.sla {
                Promise::Inherited => SlaChoice::Inherit,
                Promise::Nothing => SlaChoice::None,
                Promise::Policy(number) => under(number),
            },
        };
        Ok(clients::add(id(index as u64 + 1, ClientId::from_uuid), new, since)?.state)
    };
    COMPANIES.iter().enumerate().map(&mut add).collect()
}

/// The people of all clients.
pub(super) struct Contacts(pub(super) Vec<Contact>);

impl Contacts {
    /// At these clients, which are those of [`clients`].
    pub(super) fn at(clients: &[Client], since: Timestamp) -> Result<Self, Refusal> {
        let mut all = Vec::new();
        for (client, company) in clients.iter().zip(COMPANIES) {
            for (index, (name, title)) in company.people.iter().enumerate() {
                let new = NewContact {
                    name: (*name).to_owned(),
                    email: Some(known(&address(name, company.domain))),
                    phone: Some(format!("{}{:02}", company.phone, index + 10)),
                    title: Some((*title).to_owned()),
                    site: client.sites.get(index % client.sites.len()).map(|site| site.id),
                    unit: client.departments.get(index % client.departments.len()).map(|unit| unit.id),
                };
                all.push(contacts::add(id(all.len() as u64 + 1, ContactId::from_uuid), new, client, since)?.state);
            }
        }
        Ok(Contacts(all))
    }

    /// Those of one client.
    pub(super) fn of(&self, client: ClientId) -> impl Iterator<Item = &Contact> {
        self.0.iter().filter(move |contact| contact.client == client)
    }

    /// Those who sign in: all but the last at clients with enough people, who only ever call.
    pub(super) fn who_sign_in(&self) -> impl Iterator<Item = &Contact> {
        self.0.iter().filter(|contact| {
            let colleagues: Vec<ContactId> = self.of(contact.client).map(|contact| contact.id).collect();
            colleagues.len() < ENOUGH_FOR_A_CALLER || colleagues.last() != Some(&contact.id)
        })
    }
}

/// How much work each client makes, in their order.
pub(super) fn weights() -> impl Iterator<Item = i64> {
    COMPANIES.iter().map(|company| company.weight)
}

/// What the names of a client's devices begin with.
pub(super) fn device_code(client: ClientId) -> &'static str {
    company(client).map_or("DEV", |company| company.code)
}

/// Where a client's invoices go.
pub(super) fn accounts(client: ClientId) -> Email {
    known(&format!("accounts@{}", company(client).map_or("nobody.example", |company| company.domain)))
}

fn company(client: ClientId) -> Option<&'static Company> {
    let number = usize::try_from(client.uuid().as_u128() & 0xFF).unwrap_or_default();
    COMPANIES.get(number.wrapping_sub(1))
}

/// The address of the first client's person with this number.
pub(super) fn address_of(number: usize) -> String {
    let company = &COMPANIES[0];
    address(company.people[number - 1].0, company.domain)
}

/// `Dr. Jürgen O'Brien` is `juergen.obrien`.
fn address(name: &str, domain: &str) -> String {
    let plain = name.trim_start_matches("Dr. ").to_lowercase();
    let plain = plain.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss").replace('\'', "");
    format!("{}@{domain}", plain.replace(' ', "."))
}
