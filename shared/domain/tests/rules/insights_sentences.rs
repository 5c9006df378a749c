//! What is said of an anomaly.

use domain::insights::{Anomaly, Kind, Lasting, Outlook, When};

use crate::insights::{anomalies, days, verdicts, when};

#[test]
fn an_anomaly_is_a_plain_sentence() {
    let found = anomalies(&verdicts(&days(63, 3, |day, v| if day == 0 { 30_000.0 } else { v })));
    let euros = |value: f64| format!("EUR {:.0}", value / 1000.0);
    assert_eq!(
        found[0].sentence("Azure, Sales", &when("on 2 March", false), euros, euros),
        "Azure, Sales: EUR 30 on 2 March (EUR 10 expected, EUR 9 to EUR 11 usual), EUR 20 too much."
    );
}

#[test]
fn a_lasting_change_says_in_words_whether_it_goes_on_became_the_usual_or_went_back() {
    let (open, over) = (when("since 2 March", false), when("from 2 March to 9 March", true));
    let euros = |value: f64| format!("EUR {value:.0}");
    let outlook = Outlook { expected: 10.0, low: 9.0, high: 11.0 };
    let of = |kind, excess, a_point| Anomaly {
        onset: 0,
        last: 7,
        points: 8,
        kind,
        actual: 10.0 + excess / 8.0,
        outlook,
        excess: excess / 2.0,
        off: None,
        score: 2.0,
        far: (kind != Kind::Drift).then_some(2.0),
        by_means: 0,
        lasting: Some(Lasting { excess, a_point, untold: false }),
    };
    // A drift of two days, by a mean on this side.
    let short =
        |excess, side, far| Anomaly { points: 2, off: Some(side), far, ..of(Kind::Drift, excess, Some(excess / 2.0)) };
    let untold = |kind| {
        let lasting = Lasting { excess: 48.0, a_point: None, untold: true };
        Anomaly { lasting: Some(lasting), ..of(kind, 48.0, None) }
    };
    let said = |anomaly: Anomaly, when: &When| anomaly.sentence("Azure", when, euros, euros);
    let usual = "(EUR 10 expected, EUR 9 to EUR 11 usual)";
    let (level, drift) = (Kind::LevelShift, Kind::Drift);
    for (anomaly, when, sentence) in [
        (
            of(level, 48.0, Some(6.0)),
            &open,
            format!(
                "a new level since 2 March, EUR 16 {usual}; EUR 48 more so far, about EUR 182 a month more if it stays."
            ),
        ),
        (
            of(level, -48.0, Some(-6.0)),
            &over,
            format!(
                "a new level since 2 March, EUR 4 {usual}; EUR 48 less until it had become the usual on 9 March, about EUR 182 a month less from then on."
            ),
        ),
        (
            of(level, 48.0, None),
            &over,
            format!("another level from 2 March to 9 March, EUR 16 {usual}; EUR 48 more in all."),
        ),
        (
            of(drift, 48.0, Some(6.0)),
            &open,
            "drifting since 2 March, by now EUR 6 a day more than before on the mean of the last days; EUR 48 more so far, about EUR 182 a month more if it stays.".to_owned(),
        ),
        (
            of(drift, -48.0, Some(-6.0)),
            &over,
            "drifted from 2 March to 9 March, to EUR 6 a day less than before on the mean of the last days; EUR 48 less by then, about EUR 182 a month less from then on.".to_owned(),
        ),
        (
            of(drift, 48.0, None),
            &over,
            "drifted from 2 March to 9 March; EUR 48 more in all.".to_owned(),
        ),
        (
            short(48.0, 1.0, None),
            &open,
            "drifting since 2 March: on the mean of some days more than expected, though no day is far from it; EUR 48 more so far.".to_owned(),
        ),
        (
            short(-48.0, -1.0, None),
            &over,
            "drifted from 2 March to 9 March: on the mean of some days less than expected, though no day was far from it; EUR 48 less in all.".to_owned(),
        ),
        // The value of its one day is on the other side.
        (
            short(-3.0, 1.0, None),
            &over,
            "drifted from 2 March to 9 March: on the mean of some days more than expected, though no day was far from it.".to_owned(),
        ),
        (
            short(48.0, 1.0, Some(2.0)),
            &open,
            format!("drifting since 2 March: on the mean of some days more than expected, such as EUR 16 {usual}; EUR 48 more so far."),
        ),
        (
            untold(level),
            &over,
            format!(
                "a new level since 2 March, EUR 16 {usual}; EUR 48 more up to 9 March. Nothing was told of the days after it."
            ),
        ),
        (
            untold(drift),
            &over,
            "drifted from 2 March to 9 March; EUR 48 more by then. Nothing was told of the days after it.".to_owned(),
        ),
    ] {
        assert_eq!(said(anomaly, when), format!("Azure: {sentence}"));
    }
}

#[test]
fn a_spike_with_days_after_it_that_come_to_more_on_the_other_side_says_so() {
    let outlook = Outlook { expected: 10.0, low: 9.0, high: 11.0 };
    let of = |kind, actual, excess| Anomaly {
        onset: 0,
        last: 3,
        points: 3,
        kind,
        actual,
        outlook,
        excess,
        off: None,
        score: 2.0,
        far: Some(2.0),
        by_means: 0,
        lasting: None,
    };
    let euros = |value: f64| format!("EUR {value:.0}");
    let usual = "(EUR 10 expected, EUR 9 to EUR 11 usual)";
    for (anomaly, sentence) in [
        (of(Kind::Spike, 16.0, 6.0), format!("EUR 16 since 2 March {usual}, EUR 6 too much.")),
        (of(Kind::Spike, 16.0, -2.0), format!("EUR 16 since 2 March {usual}; EUR 2 less in all.")),
        (of(Kind::Drop, 4.0, -6.0), format!("only EUR 4 since 2 March {usual}, EUR 6 too little.")),
        (of(Kind::Drop, 4.0, 2.0), format!("only EUR 4 since 2 March {usual}; EUR 2 more in all.")),
    ] {
        assert_eq!(
            anomaly.sentence("Azure", &when("since 2 March", false), euros, euros),
            format!("Azure: {sentence}")
        );
    }
}
