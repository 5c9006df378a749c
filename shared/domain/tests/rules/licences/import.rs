//! Seats from a spreadsheet.

use domain::email::Email;
use domain::ids::ContactId;
use domain::licences::Holder;
use domain::licences::import::{ERROR_COLUMNS, Fault, Read, error_file, read};
use proptest::prelude::*;

use super::{contact, day, person};

fn known(address: &Email) -> Option<ContactId> {
    match address.as_str() {
        "maya@acme.example" => Some(contact(9)),
        "kim@acme.example" => Some(contact(10)),
        _ => None,
    }
}

fn read_it(csv: &str) -> Read {
    read(csv, known).expect("a table")
}

#[test]
fn columns_are_found_by_their_names_whatever_separates_them() {
    for csv in [
        "contact,device,since\nmaya@acme.example,,2026-01-12\n,Laptop 7,\n",
        "\u{feff}Since;Device;Contact\r\n2026-01-12;;Maya@ACME.example\r\n;laptop 7;\r\n",
        "name,since,contact,device\n\"Okafor, Maya\",2026-01-12, maya@acme.example ,\nx,,,LAPTOP 7\n,,,\n",
    ] {
        let found = read_it(csv);
        assert_eq!(found.faults, [], "{csv}");
        let holders: Vec<&Holder> = found.rows.iter().map(|row| &row.holder).collect();
        assert_eq!(holders, [&person(9), &Holder::Device { name: "laptop 7".parse().unwrap() }], "{csv}");
        assert_eq!(found.rows[0].since, Some(day("2026-01-12")));
        assert_eq!((found.rows[0].row, found.rows[1].since), (2, None));
    }
}

#[test]
fn a_row_is_the_line_that_it_stands_on() {
    for end in ["\n", "\r\n"] {
        let csv = ["device", "pc-1", "", "", "pc-2", "\"\"", "pc-3", ""].join(end);
        let rows: Vec<u64> = read_it(&csv).rows.iter().map(|row| row.row).collect();
        assert_eq!(rows, [2, 5, 7], "{csv:?}");
    }
}

#[test]
fn every_row_that_cannot_be_taken_says_where_and_what_to_do() {
    let csv = "contact,device,since\n\
        maya@acme.example,,2026-13-01\n\
        nobody@acme.example,,\n\
        maya,,\n\
        kim@acme.example,Laptop,\n\
        ,,2026-01-01\n\
        kim@acme.example,,\n\
        Kim@acme.example,,\n";
    let found = read_it(csv);
    let at: Vec<(u64, &str)> = found.faults.iter().map(|fault| (fault.row, fault.column)).collect();
    assert_eq!(at, [(2, "since"), (3, "contact"), (4, "contact"), (5, "device"), (6, "contact"), (8, "contact")]);
    assert_eq!(found.rows.len(), 1, "one row is good, and taken");
}

#[test]
fn what_is_no_table_of_seats_is_refused_as_a_whole() {
    let refused = |csv: &str| read(csv, known).is_err();
    assert!(refused("") && refused("name,since\nx,2026-01-01\n"));
    let rows = |n: usize| format!("device\n{}", (0..n).map(|n| format!("pc-{n}\n")).collect::<String>());
    assert!(!refused(&rows(2_000)) && refused(&rows(2_001)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Promise 21: whatever stands in a file, the file of errors holds no formula, and every row comes to something.
    #[test]
    fn a_file_with_formulas_is_harmless(
        cells in prop::collection::vec(("[=+@'\t-]{0,2}[a-z@.\"=,;|!(){}]{0,12}", "[=+@-]{0,1}[0-9-]{0,10}"), 1..20),
    ) {
        let mut file = csv::Writer::from_writer(Vec::new());
        file.write_record(["contact", "since"]).unwrap();
        for (who, since) in &cells {
            file.write_record([who, since]).unwrap();
        }
        let found = read_it(&String::from_utf8(file.into_inner().unwrap()).unwrap());
        let faulty: std::collections::BTreeSet<u64> = found.faults.iter().map(|fault| fault.row).collect();
        prop_assert!(found.rows.len() + faulty.len() <= cells.len());
        let errors = error_file(&found.faults);
        let mut table = csv::Reader::from_reader(errors.as_bytes());
        prop_assert_eq!(table.headers().unwrap(), &ERROR_COLUMNS.to_vec());
        let mut rows = 0;
        for row in table.records() {
            rows += 1;
            for cell in row.unwrap().iter() {
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r']), "{:?}", cell);
            }
        }
        prop_assert_eq!(rows, found.faults.len());
    }
}

#[test]
fn a_fault_in_the_file_of_errors_reads_back() {
    let fault = Fault { row: 3, column: "contact", value: "=1+1".into(), detail: "is no address".into() };
    assert_eq!(error_file(&[fault]), "row,column,value,what to do\r\n3,contact,'=1+1,is no address\r\n");
}
