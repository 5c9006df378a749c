//! Papers of a licence that are kept as files.

use domain::Refusal;
use domain::ids::{LicenceFileId, UserId};
use domain::licences::files::{MOST_BYTES, MOST_FILES, MOST_REMOVED, NewLicenceFile, add, deleted, remove};
use domain::licences::papers::MediaType;
use domain::licences::{Licence, LicenceFile};

use super::{added, yearly};
use crate::common::{at, uuid};

fn of(name: &str, media_type: MediaType, bytes: u64) -> NewLicenceFile {
    NewLicenceFile { id: LicenceFileId::from_uuid(uuid(7)), name: name.into(), media_type, bytes, client_sees: false }
}

fn with(licence: Licence, new: NewLicenceFile) -> Result<Licence, Refusal> {
    add(licence, new, UserId::from_uuid(uuid(9)), at("2026-06-01T00:00:00Z"))
}

fn kept(name: &str, media_type: MediaType) -> LicenceFile {
    with(added(yearly(), "2026-02-01"), of(name, media_type, 1)).unwrap().files.remove(0)
}

#[test]
fn what_a_file_is_saved_as_has_one_ending_and_nothing_that_a_header_could_be_broken_with() {
    for (name, media_type, saved_as) in [
        ("Order 2026", MediaType::Pdf, "Order_2026.pdf"),
        ("order.pdf", MediaType::Pdf, "order.pdf"),
        ("scan.jpeg", MediaType::Jpeg, "scan_jpeg.jpg"),
        ("order.pdf", MediaType::Docx, "order_pdf.docx"),
        ("a\"; filename=\"b.html", MediaType::Text, "a___filename__b_html.txt"),
        ("../../etc/passwd", MediaType::Csv, "______etc_passwd.csv"),
        ("Verträge – Übersicht", MediaType::Xlsx, "Vertr_ge____bersicht.xlsx"),
    ] {
        assert_eq!(kept(name, media_type).file_name(), saved_as);
    }
}

#[test]
fn a_file_that_cannot_be_says_where_it_is_wrong_and_a_licence_has_so_many() {
    let licence = added(yearly(), "2026-02-01");
    for (new, field) in [
        (of(" ", MediaType::Pdf, 1), "/name"),
        (of("a\nb", MediaType::Pdf, 1), "/name"),
        (of("Order", MediaType::Pdf, 0), "/bytes"),
        (of("Order", MediaType::Pdf, MOST_BYTES + 1), "/bytes"),
    ] {
        let Err(Refusal::Invalid(faults)) = with(licence.clone(), new) else { panic!("{field}") };
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), [field]);
    }
    let mut full = licence;
    for _ in 0..MOST_FILES {
        full = with(full, of("Order", MediaType::Pdf, MOST_BYTES)).unwrap();
    }
    let refused = with(full, of("Order", MediaType::Pdf, 1)).unwrap_err();
    assert!(matches!(refused, Refusal::Conflict { code: "too_many_files", .. }));
}

#[test]
fn what_a_file_begins_with_says_whether_it_is_what_was_announced() {
    use MediaType::{Csv, Docx, Jpeg, Pdf, Png, Text, Xlsx};
    let all = [Pdf, Png, Jpeg, Text, Csv, Docx, Xlsx];
    let cases: [(&[u8], &[MediaType]); 12] = [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", &[Pdf, Text, Csv]),
        (b"%PDF-", &[Pdf, Text, Csv]),
        (b"%PDF", &[Text, Csv]),
        (b" %PDF-1.7", &[Text, Csv]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &[Png]),
        (b"\x89PNG\n\x1a\n\0\0\0\rIHDR", &[]),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", &[Jpeg]),
        (b"\xff\xd8\0", &[]),
        (b"PK\x03\x04\x14\0\x06\0", &[Docx, Xlsx]),
        (b"PK\x05\x06\0\0", &[]),
        (b"MZ\x90\0\x03\0", &[]),
        ("Größe;Preis".as_bytes(), &[Text, Csv]),
    ];
    for (first, fits) in cases {
        let those: Vec<MediaType> = all.into_iter().filter(|kind| kind.begins_with(first)).collect();
        assert_eq!(those, fits, "{}", first.escape_ascii());
    }
}

#[test]
fn what_is_removed_is_there_no_more() {
    let licence = with(added(yearly(), "2026-02-01"), of("Order", MediaType::Pdf, 1)).unwrap();
    let (id, now) = (licence.files[0].id, at("2026-06-02T00:00:00Z"));
    let (without, removed) = remove(licence.clone(), id, now).unwrap();
    assert_eq!((&removed, without.files.len(), without.updated_at), (&licence.files[0], 0, now));
    assert_eq!(remove(without, id, now), Err(Refusal::NotFound));
}

#[test]
fn what_was_taken_off_is_to_be_deleted_when_no_link_uploads_it_any_more_and_only_once() {
    let id = LicenceFileId::from_uuid(uuid(7));
    let licence = with(added(yearly(), "2026-02-01"), of("Order", MediaType::Pdf, 1)).unwrap();
    let (licence, _) = remove(licence, id, at("2026-06-01T10:00:00Z")).unwrap();
    for (now, files) in [("2026-06-01T10:59:59Z", vec![]), ("2026-06-01T11:00:00Z", vec![id])] {
        assert_eq!(licence.files_to_delete(at(now)), files, "{now}");
    }
    let once = deleted(licence.clone(), &[id]);
    assert!(once.removed_files.is_empty());
    assert_eq!(deleted(once.clone(), &[id]), once);
    // What was stored before there was this still reads.
    let mut stored = serde_json::to_value(&once).unwrap();
    stored.as_object_mut().unwrap().remove("removed_files").unwrap();
    assert_eq!(serde_json::from_value::<Licence>(stored).unwrap(), once);
}

#[test]
fn files_that_are_still_to_be_deleted_keep_others_out_until_they_are() {
    let mut licence = added(yearly(), "2026-02-01");
    for _ in 0..MOST_REMOVED {
        licence = with(licence, of("Order", MediaType::Pdf, 1)).unwrap();
        licence = remove(licence, LicenceFileId::from_uuid(uuid(7)), at("2026-06-01T10:00:00Z")).unwrap().0;
    }
    let refused = with(licence.clone(), of("Order", MediaType::Pdf, 1)).unwrap_err();
    assert!(matches!(refused, Refusal::Conflict { code: "too_many_removed", .. }));
    let all = licence.files_to_delete(at("2026-06-02T03:30:00Z"));
    assert!(with(deleted(licence, &all), of("Order", MediaType::Pdf, 1)).is_ok());
}
