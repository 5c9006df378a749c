//! Seats that say who carries what, no longer than their licences hold.

use domain::budgets::in_term;
use domain::licences::{Seat, Span, Term};
use jiff::Timestamp;

use crate::licences::{added, day, person, yearly};

type Spans = [(&'static str, Option<&'static str>)];

fn spans(of: &Spans) -> Vec<Span> {
    of.iter().map(|(since, until)| Span { since: day(since), until: until.map(day) }).collect()
}

#[test]
fn a_seat_says_nothing_before_its_licence_starts_nor_when_that_is_over() {
    let term = Term { renews_on: None, auto_renew: false, expires_on: Some(day("2026-03-01")), ..yearly() };
    let licence = added(term, "2026-01-01");
    let (licence_id, client, updated_at) = (licence.id, licence.client, Timestamp::UNIX_EPOCH);
    let cases: [(&Spans, &Spans); 4] = [
        (&[("2026-01-10", None)], &[("2026-01-10", Some("2026-03-01"))]),
        (&[("2025-12-01", Some("2026-02-01"))], &[("2026-01-01", Some("2026-02-01"))]),
        (
            &[("2025-11-01", Some("2026-01-01")), ("2026-02-01", Some("2026-04-01"))],
            &[("2026-02-01", Some("2026-03-01"))],
        ),
        (&[("2026-03-01", None)], &[]),
    ];
    for (told, held) in cases {
        let seat = Seat { licence: licence_id, client, holder: person(11), spans: spans(told), updated_at };
        let kept: Vec<Span> = in_term(&licence, vec![seat]).into_iter().flat_map(|seat| seat.spans).collect();
        assert_eq!(kept, spans(held), "{told:?}");
    }
}
