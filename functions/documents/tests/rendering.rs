//! What stands on the pages: every word as it was written, the sums that are carried, and the same bytes each time.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on panics")]

#[path = "../../../shared/domain/tests/rules/common/papers.rs"]
mod papers;

use documents::typeset::{lay_out, pdf};
use domain::billing::discounts::Given;
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
    let (mut invoice, mut lines) = issued(Currency::EUR, &[sale("Care", "1", "10")]);
    // None of them is taken any more; what is there already is printed without them.
    lines[0].text = turned.to_owned();
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
fn the_rounding_of_tax_the_discounts_and_the_way_to_pay_are_on_the_paper_where_they_belong() {
    let sold = Sale { discount: 3_000, ..sale("Care", "3", "100") };
    let (invoice, mut lines) = issued(Currency::EUR, &[sold]);
    let amount = lines[0].discount;
    lines[0].discounts = vec![Given { name: "Treue #1".into(), of_invoice: false, amount }];
    for (language, rounding, discount) in [
        (Language::En, "Tax is rounded once, over all lines.", "300.00 − 30.00 Treue #1"),
        (Language::De, "Steuer einmal über alle Positionen gerundet.", "300,00 − 30,00 Treue #1"),
        (Language::Fr, "Taxe arrondie une fois, sur l’ensemble des lignes.", "300,00 − 30,00 Treue #1"),
    ] {
        let letterhead = Letterhead { language, payment: Some("IBAN DE02".into()), ..Letterhead::default() };
        let bill = document_with(&invoice, lines.clone(), &letterhead);
        let page = pages(&bill).concat();
        for said in [rounding, discount, "IBAN DE02"] {
            assert_eq!(page.matches(&squeezed(said)).count(), 1, "{said} in {page}");
        }
        assert!(!pages(&bill.voided()).concat().contains("IBANDE02"), "nothing is to be paid");
    }
}

#[test]
fn the_rule_of_the_second_pages_head_stands_clear_of_its_words() {
    let sales: Vec<Sale> = (0..60).map(|_| sale("Care", "1", "1")).collect();
    let (invoice, lines) = issued(Currency::EUR, &sales);
    let laid_out = lay_out(&document(&invoice, lines)).unwrap();
    let (mut words, mut rules) = (Vec::new(), Vec::new());
    heights(&laid_out.pages()[1].frame, 0.0, &mut words, &mut rules);
    // The head's words are the highest on the page; the letters hang a quarter of their size below the line they stand on.
    let head = words.iter().copied().fold(f64::INFINITY, f64::min);
    let rule = rules.into_iter().filter(|rule| *rule > head - 1.0).fold(f64::INFINITY, f64::min);
    assert!(rule > head + 0.25 * 7.5 && rule < head + 7.5, "words on {head} pt, the rule at {rule} pt");
}

/// The heights, in points from the top, on which words stand and at which lines are drawn.
fn heights(frame: &Frame, top: f64, words: &mut Vec<f64>, rules: &mut Vec<f64>) {
    for (at, item) in frame.items() {
        let y = top + at.y.to_pt();
        match item {
            FrameItem::Group(group) => heights(&group.frame, y, words, rules),
            FrameItem::Text(_) => words.push(y),
            FrameItem::Shape(..) => rules.push(y),
            _ => {}
        }
    }
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
