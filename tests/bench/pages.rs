//! How fast documents become PDFs: short ones, and the longest that there is.

use documents::typeset::pdf;
use iso_currency::Currency;

use crate::numbers::{Samples, ratio, timed};
use crate::papers::{Sale, document, issued, sale};

pub(crate) async fn measure(lines: &[usize], times: usize) {
    println!("## PDFs, {times} of each length\n");
    println!("| lines | pages | bytes | p50 ms a document | pages a second | to the first line |");
    println!("|---|---|---|---|---|---|");
    let mut first = None;
    for &count in lines {
        let sales: Vec<Sale> = (1..=count).map(|n| sale(&format!("Workplace care, seat {n}"), "12", "39.90")).collect();
        let (invoice, lines) = issued(Currency::EUR, &sales);
        let (mut samples, mut made) = (Samples::default(), None);
        for time in 0..times {
            let mut document = document(&invoice, lines.clone());
            // No two say the same, or the second would be remembered.
            document.recipient.name = format!("Client {time}");
            let (pdf, took) = timed(async { pdf(&document).expect("a PDF") }).await;
            samples.push(took);
            made = Some(pdf);
        }
        let Some(made) = made else { continue };
        let a_second = f64::from(made.pages) * 1_000.0 / samples.median();
        let to_first = ratio(a_second, *first.get_or_insert(a_second));
        let (pages, bytes) = (made.pages, made.bytes.len());
        println!("| {count} | {pages} | {bytes} | {:.1} | {a_second:.1} | {to_first} |", samples.median());
    }
    println!();
}
