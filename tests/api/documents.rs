//! Documents over HTTP: the PDF, the letter that brings it, and the same for programs.

#[cfg(feature = "pdf")]
use local::Settings;
#[cfg(feature = "pdf")]
use local::embedded::{Fault, Faults};
use serde_json::{Value, json};
#[cfg(feature = "pdf")]
use tests::MONDAY_NOON;
use tests::{Person, Stack, unique};

fn key() -> String {
    format!("key-{}-of-documents", unique())
}

/// A stack that makes PDFs.
#[cfg(feature = "pdf")]
async fn with_pdfs() -> Stack {
    let now = MONDAY_NOON.parse().unwrap();
    Stack::with(Settings { pdfs: true, ..Settings::for_test(now) }).await
}

/// An MSP with a tax, and a client with two billing addresses.
async fn msp(stack: &Stack) -> (Person, String) {
    let owner = stack.msp("Nordlicht IT").await;
    let vat = json!({
        "code": "vat", "name": "VAT", "percent": [{ "from": "2007-01-01", "value": "19" }],
        "compound": false, "inclusive": false,
    });
    owner.change("/v1/billing/settings", json!({ "taxes": [vat] })).await;
    let client = owner.client("Brandt & Söhne KG").await;
    let emails = json!({ "emails": ["accounts@brandt.example", "boss@brandt.example"] });
    owner.change(&format!("/v1/clients/{client}/billing"), emails).await;
    (owner, client)
}

/// An invoice's path.
async fn drafted(owner: &Person, client: &str) -> String {
    let lines = json!([
        { "text": "=Firewall #care *24/7*", "quantity": "1", "unit_price": "349.00", "taxes": ["vat"] },
        { "text": "Workplace care", "quantity": "12", "unit": "seats", "unit_price": "39.90", "taxes": ["vat"] },
    ]);
    let body = json!({ "client": client, "lines": lines });
    let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
    format!("/v1/invoices/{}", invoice["id"].as_str().unwrap())
}

async fn act(owner: &Person, path: &str, body: Value) -> tests::Answer {
    let answer = owner.post(path).key(&key()).json(&body).send().await;
    owner.stack.app.settle().await;
    answer
}

/// The file behind a link: the last part of its path is its name in the store.
async fn fetched(owner: &Person, file: &Value) -> Vec<u8> {
    let url = file["url"].as_str().expect("a link");
    let name = url.split('?').next().and_then(|path| path.rsplit('/').next()).expect("a name");
    assert!(url.contains(&format!("/{}/files/", owner.tenant)), "{url}");
    assert!(url.contains("attachment"), "a file to be saved, never a page: {url}");
    let bytes =
        owner.stack.app.world().store.for_tenant(owner.claims().tenant).kept_file(name).await.expect("the file");
    assert_eq!(file["bytes"], json!(bytes.len()));
    bytes
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn an_issued_invoice_is_made_a_pdf_and_goes_to_the_client_once() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    let path = drafted(&owner, &client).await;
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    let invoice = owner.get(&path).await.expect(200);
    assert_eq!((&invoice["state"], invoice["sent_at"].is_string()), (&json!("sent"), true));
    let document = owner.get(&format!("{path}/document")).await.expect(200);
    assert_eq!((&document["state"], &document["pages"]), (&json!("ready"), &json!(1)));
    let pdf = fetched(&owner, &document["file"]).await;
    assert!(pdf.starts_with(b"%PDF-"));

    let sent = |stack: &Stack| {
        let letters = stack.app.mailbox().letters();
        letters.into_iter().filter(|letter| letter.to == "accounts@brandt.example").collect::<Vec<_>>()
    };
    let letters = sent(&stack);
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(
        (letter.subject.as_str(), &letter.cc),
        ("Invoice INV-000001 from Nordlicht IT", &vec!["boss@brandt.example".to_owned()])
    );
    let link = letter.text.lines().find_map(|line| line.strip_prefix("Pay online: http://localhost:8080")).unwrap();
    let page = stack.nobody().get(link).await.expect(200);
    assert!(page.as_str().unwrap().contains("INV-000001"), "{page}");
    assert_eq!((letter.attachments.len(), letter.attachments[0].name.as_str()), (1, "invoice-INV-000001.pdf"));
    assert_eq!(letter.attachments[0].data, pdf);

    // The same events again change nothing; somebody who asks gets it once more.
    owner.get(&format!("{path}/document")).await.expect(200);
    stack.app.settle().await;
    assert_eq!(sent(&stack).len(), 1);
    act(&owner, &format!("{path}/send"), json!({})).await.expect(200);
    assert_eq!(sent(&stack).len(), 2);
    assert_eq!(sent(&stack)[1].attachments[0].data, pdf, "the same file");
}

/// As it is with what the demo issued, and where the function that makes PDFs was away for longer than the bus waits.
#[cfg(feature = "pdf")]
#[tokio::test]
async fn an_invoice_without_a_document_gets_one_when_somebody_sends_it_and_goes_out_once() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    owner.change("/v1/billing/documents", json!({ "delivery": "by_hand" })).await;
    let path = drafted(&owner, &client).await;
    stack.app.seam().inject(Faults::by(|_| Some(Fault::Throttled)).only_for("documents-render"));
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    stack.app.seam().inject(Faults::none());
    let sent = || stack.app.mailbox().letters().iter().filter(|letter| !letter.attachments.is_empty()).count();
    assert_eq!(sent(), 0, "there is nothing to be sent");
    act(&owner, &format!("{path}/send"), json!({})).await.expect(200);
    assert_eq!((sent(), &owner.get(&path).await.expect(200)["state"]), (1, &json!("sent")));
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn what_was_issued_keeps_its_words_and_what_is_void_is_crossed_out() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    let path = drafted(&owner, &client).await;
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    let (as_pdf, as_json) = (format!("{path}/document"), format!("{path}/document?format=json"));
    let read = async |path: &str| fetched(&owner, &owner.get(path).await.expect(200)["file"]).await;
    let (pdf, facts) = (read(&as_pdf).await, read(&as_json).await);

    owner
        .change("/v1/billing/documents", json!({ "letterhead": { "name": "Nordlicht AG", "accent": "#AA0000" } }))
        .await;
    owner.change(&format!("/v1/clients/{client}/billing"), json!({ "address": "Elsewhere 1" })).await;
    assert_eq!((read(&as_pdf).await, read(&as_json).await), (pdf.clone(), facts.clone()));

    act(&owner, &format!("{path}/void"), json!({})).await.expect(200);
    let void = read(&as_pdf).await;
    assert_ne!(void, pdf);
    let said: Value = serde_json::from_slice(&read(&as_json).await).unwrap();
    assert_eq!(
        (&said["look"], &said["issuer"]["name"], &said["pay_at"]),
        (&json!("void"), &json!("Nordlicht IT"), &json!(null))
    );
    assert_eq!(act(&owner, &format!("{path}/send"), json!({})).await.with(409).problem(), "invoice-step");
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn who_got_an_invoice_hears_that_it_is_void_and_nobody_else() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    let told = |number: &str| {
        let letters = stack.app.mailbox().letters().into_iter();
        letters.filter(|letter| letter.subject == format!("Invoice {number}: void")).collect::<Vec<_>>()
    };
    let sent = drafted(&owner, &client).await;
    act(&owner, &format!("{sent}/issue"), json!({})).await.expect(200);
    assert!(owner.get(&sent).await.expect(200)["sent_at"].is_string());
    for _ in 0..2 {
        // The second is refused, and tells nobody.
        act(&owner, &format!("{sent}/void"), json!({})).await;
    }
    let letters = told("INV-000001");
    let mut to: Vec<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["accounts@brandt.example", "boss@brandt.example"], "each once");
    let text = &letters[0].text;
    assert!(text.contains("Brandt & Söhne KG") && text.contains("985.08 is void"), "{text}");
    let link = text.lines().find_map(|line| line.strip_prefix("Invoice: http://localhost:8080")).expect("a link");
    let page = stack.nobody().get(link).await.expect(200);
    assert!(page.as_str().unwrap().contains("This invoice is void."), "{page}");

    owner.change("/v1/billing/documents", json!({ "delivery": "by_hand" })).await;
    let kept = drafted(&owner, &client).await;
    act(&owner, &format!("{kept}/issue"), json!({})).await.expect(200);
    act(&owner, &format!("{kept}/void"), json!({})).await.expect(200);
    assert_eq!(told("INV-000002").len(), 0, "it had gone to nobody");
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn a_drafts_pdf_is_made_when_somebody_wants_it_and_again_when_it_says_something_else() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    let path = format!("{}/document", drafted(&owner, &client).await);
    let asked = owner.get(&path).await.expect(200);
    assert_eq!((&asked["state"], &asked["file"]), (&json!("being_made"), &json!(null)));
    stack.app.settle().await;
    let draft = owner.get(&path).await.expect(200);
    assert_eq!(draft["file"]["name"], "invoice-draft.pdf");
    let first = fetched(&owner, &draft["file"]).await;
    owner.change("/v1/billing/documents", json!({ "letterhead": { "language": "de" } })).await;
    assert_eq!(owner.get(&path).await.expect(200)["state"], "being_made");
    stack.app.settle().await;
    assert_ne!(fetched(&owner, &owner.get(&path).await.expect(200)["file"]).await, first);
    assert!(stack.app.mailbox().letters().iter().all(|letter| letter.attachments.is_empty()), "no draft goes out");
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn a_credit_note_names_the_invoice_that_it_corrects_and_goes_out_as_well() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    let path = drafted(&owner, &client).await;
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    let body = json!({ "reason": "The firewall was returned.", "lines": [{ "n": 1 }] });
    let note = act(&owner, &format!("{path}/credit"), body).await.expect(201);
    let path = format!("/v1/invoices/{}/document?format=json", note["id"].as_str().unwrap());
    let facts = fetched(&owner, &owner.get(&path).await.expect(200)["file"]).await;
    let facts: Value = serde_json::from_slice(&facts).unwrap();
    assert_eq!((&facts["corrects"]["number"], &facts["kind"]), (&json!("INV-000001"), &json!("credit_note")));
    let letters = stack.app.mailbox().letters();
    let letter = letters.iter().find(|letter| letter.subject.starts_with("Credit note CN-000001")).expect("a letter");
    assert!(letter.text.contains("It corrects invoice INV-000001."), "{}", letter.text);
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn what_a_pdf_cannot_print_is_named_beside_its_link_before_the_invoice_is_issued() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    for (text, warnings) in
        [("Łódź Ελλάδα Україна", json!([])), ("Care שלום", json!(["ש (U+05E9), ל (U+05DC), ו (U+05D5), ם (U+05DD)"]))]
    {
        let lines = json!([{ "text": text, "quantity": "1", "unit_price": "349.00", "taxes": ["vat"] }]);
        let invoice = act(&owner, "/v1/invoices", json!({ "client": client, "lines": lines })).await.expect(201);
        let path = format!("/v1/invoices/{}/document", invoice["id"].as_str().unwrap());
        let first = owner.get(&path).await.expect(200);
        assert_eq!((&first["state"], &first["warnings"]), (&json!("being_made"), &json!([])));
        stack.app.settle().await;
        let ready = owner.get(&path).await.expect(200);
        assert_eq!(ready["state"], "ready");
        let said = ready["warnings"].as_array().unwrap();
        assert_eq!(said.len(), warnings.as_array().unwrap().len(), "{ready:#}");
        for (said, letters) in said.iter().zip(warnings.as_array().unwrap()) {
            assert!(said.as_str().unwrap().contains(letters.as_str().unwrap()), "{said}");
        }
    }
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn nothing_is_sent_to_nobody_or_by_itself_when_the_msp_sends_by_hand() {
    let stack = with_pdfs().await;
    let (owner, client) = msp(&stack).await;
    owner.change("/v1/billing/documents", json!({ "delivery": "by_hand" })).await;
    let path = drafted(&owner, &client).await;
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["state"], "issued");
    act(&owner, &format!("{path}/send"), json!({})).await.expect(200);
    assert_eq!(owner.get(&path).await.expect(200)["state"], "sent");
    let nobody = owner.client("Nobody").await;
    let path = drafted(&owner, &nobody).await;
    assert_eq!(act(&owner, &format!("{path}/send"), json!({})).await.with(409).problem(), "invoice-step");
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    assert_eq!(act(&owner, &format!("{path}/send"), json!({})).await.with(409).problem(), "no-address");
}

#[tokio::test]
async fn a_documents_table_and_the_exports_hold_no_formula() {
    let stack = Stack::start().await;
    let (owner, client) = msp(&stack).await;
    let path = drafted(&owner, &client).await;
    act(&owner, &format!("{path}/issue"), json!({})).await.expect(200);
    let read = async |path: &str| {
        let answer = owner.get(path).await.expect(200);
        let file = if answer["file"].is_object() { answer["file"].clone() } else { Value::Null };
        (String::from_utf8(fetched(&owner, &file).await).unwrap(), answer)
    };
    let days = "from=2026-02-01&to=2026-02-28";
    for (path, rows) in [
        (format!("{path}/document?format=csv"), 2),
        (format!("/v1/exports/invoices?program=xero&{days}"), 2),
        (format!("/v1/exports/invoices?program=quick_books&{days}"), 2),
        (format!("/v1/exports/ledger?{days}"), 3),
    ] {
        let (text, answer) = read(&path).await;
        assert_eq!(text.lines().count(), rows + 1, "{path}: {text}");
        assert!(!text.contains(",=") && !text.starts_with('='), "{path}: {text}");
        if path.contains("exports") {
            assert_eq!((&answer["rows"], &answer["entries"], &answer["next"]), (&json!(rows), &json!(1), &json!(null)));
        }
        if !path.contains("ledger") {
            assert!(text.contains(",'=Firewall #care *24/7*,"), "{path}: {text}");
        }
    }
    act(&owner, &format!("{path}/void"), json!({})).await.expect(200);
    let (text, answer) = read(&format!("/v1/exports/invoices?program=xero&{days}")).await;
    assert_eq!((text.lines().count(), &answer["left_out"]), (1, &json!(1)));
    let nothing = json!({ "client": client, "lines": [{ "text": "Free", "quantity": "1", "unit_price": "0" }] });
    let nothing = act(&owner, "/v1/invoices", nothing).await.expect(201);
    act(&owner, &format!("/v1/invoices/{}/issue", nothing["id"].as_str().unwrap()), json!({})).await.expect(200);
    for program in ["xero", "quick_books"] {
        let (text, answer) = read(&format!("/v1/exports/invoices?program={program}&{days}")).await;
        assert_eq!((text.lines().count(), &answer["left_out"]), (1, &json!(2)), "one is void, one is over nothing");
    }
    let wrong = owner.get("/v1/exports/ledger?from=2026-02-01&to=2026-01-01").await.with(400);
    assert_eq!(wrong.pointers(), ["?to"]);
}

#[tokio::test]
async fn an_export_goes_on_where_the_file_before_ended() {
    let stack = Stack::start().await;
    let (owner, client) = msp(&stack).await;
    // One more than a file holds.
    for _ in 0..101 {
        let body = json!({ "client": client, "lines": [{ "text": "Care", "quantity": "1", "unit_price": "10" }] });
        let invoice = owner.post("/v1/invoices").key(&key()).json(&body).send().await.expect(201);
        let path = format!("/v1/invoices/{}/issue", invoice["id"].as_str().unwrap());
        owner.post(&path).key(&key()).send().await.expect(200);
    }
    let path = "/v1/exports/invoices?program=quick_books&from=2026-02-01&to=2026-03-01";
    let first = owner.get(path).await.expect(200);
    let cursor = first["next"].as_str().expect("a next file");
    let second = owner.get(&format!("{path}&cursor={cursor}")).await.expect(200);
    assert_eq!((&first["rows"], &second["rows"], &second["next"]), (&json!(100), &json!(1), &json!(null)));
    let number = |text: Vec<u8>| -> Vec<String> {
        let text = String::from_utf8(text).unwrap();
        text.lines().skip(1).map(|row| row.split(',').next().unwrap().to_owned()).collect()
    };
    let mut numbers = number(fetched(&owner, &first["file"]).await);
    numbers.extend(number(fetched(&owner, &second["file"]).await));
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 101, "each is in one file");
    let other = "/v1/exports/invoices?program=xero&from=2026-02-01&to=2026-03-01";
    assert_eq!(owner.get(&format!("{other}&cursor={cursor}")).await.with(400).problem(), "invalid-input");
}
