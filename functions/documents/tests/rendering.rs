//! What stands on the pages: every word as it was written, the sums that are carried, and the same bytes each time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

#[path = "../../../shared/domain/tests/rules/common/papers.rs"]
mod papers;

use documents::typeset::{lay_out, pdf};
use domain::billing::documents::facts::Document;
use domain::billing::documents::logo::{Logo, LogoFormat};
use domain::billing::documents::printed::print;
use domain::billing::documents::settings::{Letterhead, Paper};
use domain::billing::documents::words::Language;
use iso_currency::Currency;
use papers::{Sale, document, document_with, issued, sale};
use typst::layout::{Frame, FrameItem};

/// The words of each page, without blanks: where a line breaks is not what is asked.
fn pages(document: &Document) -> Vec<String> {
    let laid_out = lay_out(document).expect("it is set");
    laid_out.pages().iter().map(|page| words(&page.frame).split_whitespace().collect()).collect()
}

fn words(frame: &Frame) -> String {
    let item = |item: &FrameItem| match item {
        FrameItem::Group(group) => words(&group.frame),
        // Without the places at which long words may break.
        FrameItem::Text(text) => text.text.as_str().replace('\u{200b}', ""),
        _ => String::new(),
    };
    frame.items().map(|(_, found)| item(found)).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn whatever_somebody_writes_is_printed_as_it_is_and_runs_nothing() {
    let hostile = [
        "#panic(\"here\")",
        "#image(\"/etc/passwd\")",
        "#include \"other.typ\"",
        "*bold* _slanted_ `raw` $x^2$",
        "= Heading",
        "@label <label> [body] #{1+1}",
        "\\u{41} \\ // comment /* more */",
        "\"},\"lines\":[] \\\" ' }",
        "https://evil.example/",
        "Łódź Ελλάδα Україна ß €",
    ];
    let sales: Vec<Sale> = hostile.iter().map(|text| sale(text, "1", "10")).collect();
    let (mut invoice, mut lines) = issued(Currency::EUR, &sales);
    for (line, text) in lines.iter_mut().zip(hostile) {
        line.note = Some(format!("note {text}"));
        line.unit = Some("#pc".into());
    }
    invoice.note = Some(hostile.join("\n"));
    let text = Some(hostile.join("\n"));
    let letterhead = Letterhead {
        name: Some("#let x = [Evil]".into()),
        address: text.clone(),
        contact: text.clone(),
        payment: text.clone(),
        footer: text,
        tax_id: Some("#1".into()),
        ..Letterhead::default()
    };
    let printed: String = pages(&document_with(&invoice, lines, &letterhead)).concat();
    for text in hostile {
        // Line, note, remark, and four blocks of the letterhead.
        let times = printed.matches(&squeezed(text)).count();
        assert!(times >= 7, "{text:?} is printed {times} times in {printed}");
    }
    assert!(printed.contains("#letx=[Evil]") && printed.contains("1#pc"), "{printed}");
}

#[test]
fn characters_that_cannot_be_printed_are_named_and_none_turns_what_is_read() {
    let missing = |texts: &[&str]| {
        let sales: Vec<Sale> = texts.iter().map(|text| sale(text, "1", "10")).collect();
        let (invoice, lines) = issued(Currency::EUR, &sales);
        pdf(&document(&invoice, lines)).unwrap().missing
    };
    let printed = [
        "Łódź Ελλάδα Україна ß € £ ₹ “quoted” – … é",
        "soft\u{ad}hyphen and a\u{200b}break",
        "averylongwordthatmaybreaksomewhereinit",
    ];
    assert_eq!(missing(&printed), "");
    for (text, letters) in [("Care שלום", "שלום"), ("你好", "你好"), ("日本 日本", "日本"), ("Hallo 🎉", "🎉")]
    {
        let found = missing(&["Care", text]);
        assert!(letters.chars().all(|c| found.contains(c)), "{text}: {found}");
        assert!(found.chars().all(|c| letters.contains(c)), "{text}: {found}");
    }
    for text in ["سلام", "สวัสดี", "नमस्ते", "안녕"] {
        assert!(!missing(&[text]).is_empty(), "{text}");
    }
    // Never more than can be read.
    let many: String = ('\u{4e00}'..'\u{4f00}').collect();
    assert_eq!(missing(&[&many]).chars().count(), 40);

    let turned = "abc\u{202e}def\u{2066}ghi\u{2069}\u{202a}\u{202c}jkl";
    let (mut invoice, lines) = issued(Currency::EUR, &[sale(turned, "1", "10")]);
    invoice.note = Some(format!("note {turned}"));
    let document = document(&invoice, lines);
    let page = pages(&document).concat();
    assert_eq!(page.matches("abcdefghijkl").count(), 2, "{page}");
    assert_eq!(pdf(&document).unwrap().missing, "");
}

#[test]
fn what_a_page_carries_forward_is_the_sum_of_its_lines_and_the_next_page_begins_with_it() {
    let sales: Vec<Sale> = (1..=70).map(|n| sale(&format!("Position-{n:03}"), "3", &format!("{n}.37"))).collect();
    for currency in [Currency::EUR, Currency::JPY, Currency::KWD] {
        let (invoice, lines) = issued(currency, &sales);
        let document = document(&invoice, lines);
        let printed = print(&document).unwrap();
        let pages = pages(&document);
        assert!(pages.len() >= 2, "{} pages", pages.len());
        let mut sums = 0;
        for (page, next) in pages.iter().zip(&pages[1..]) {
            let last = (1..=70).rev().find(|n| page.contains(&format!("Position-{n:03}"))).unwrap_or_default();
            if last == 0 || last == 70 {
                continue;
            }
            let sum = squeezed(&printed.lines[last - 1].carried);
            assert!(page.contains(&format!("Carriedforward{sum}")), "{sum} after {last}: {page}");
            assert!(next.contains(&format!("Broughtforward{sum}")), "{sum} before {}: {next}", last + 1);
            assert!(next.contains("Description"), "the head is repeated");
            sums += 1;
        }
        assert!(sums > 0);
        let whole = pages.concat();
        assert!(whole.contains(&squeezed(&printed.total)) && whole.contains(&squeezed(&printed.due[1])), "{whole}");
        assert!(!pages[0].contains("Broughtforward") && !pages.last().unwrap().contains("Carriedforward"));
    }
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let (invoice, lines) = issued(Currency::EUR, &[sale("Care", "12", "89.00")]);
    let document = document(&invoice, lines);
    let (first, again) = (pdf(&document).unwrap(), pdf(&document).unwrap());
    assert!(first.bytes.starts_with(b"%PDF-") && first.pages == 1);
    assert_eq!(first, again);
    let void = pdf(&document.voided()).unwrap();
    assert_ne!(first, void);
}

#[test]
fn drafts_and_what_is_void_are_marked_on_every_page_and_nothing_else_is() {
    let sales: Vec<Sale> = (0..60).map(|_| sale("Care", "1", "1")).collect();
    let (invoice, lines) = issued(Currency::EUR, &sales);
    let document = document(&invoice, lines);
    assert!(pages(&document).iter().all(|page| !page.contains("VOID")));
    let void = pages(&document.voided());
    assert!(void.len() > 1 && void.iter().all(|page| page.contains("VOID")), "{void:?}");
}

#[test]
fn a_letterhead_has_its_own_paper_language_and_logo() {
    // One white pixel.
    let data = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
    let logo = Logo { format: LogoFormat::Png, data: data.into() };
    assert!(logo.check().is_ok());
    let letterhead =
        Letterhead { logo: Some(logo), paper: Paper::UsLetter, language: Language::De, ..Letterhead::default() };
    let (invoice, lines) = issued(Currency::EUR, &[sale("Betreuung", "2", "1000")]);
    let document = document_with(&invoice, lines, &letterhead);
    let laid_out = lay_out(&document).unwrap();
    let size = laid_out.pages()[0].frame.size();
    assert_eq!((size.x.to_inches().round(), size.y.to_inches().round()), (9.0, 11.0));
    let page = &pages(&document)[0];
    assert!(page.contains("RechnungINV-000001") && page.contains("2.380,00EUR"), "{page}");
    assert!(pdf(&document).unwrap().bytes.len() > 10_000);
}

#[test]
fn long_words_stay_in_their_column_and_no_line_is_lost() {
    let sales: Vec<Sale> = (1..=20).map(|n| sale(&format!("{}{n:03}", "W".repeat(497)), "1", "1")).collect();
    let (invoice, lines) = issued(Currency::EUR, &sales);
    let pages = pages(&document(&invoice, lines));
    assert!(pages.len() > 2, "words of 500 letters take many lines, on {} pages", pages.len());
    let printed = pages.concat();
    for n in 1..=20 {
        assert!(printed.contains(&format!("W{n:03}")), "{n}");
    }
}
