//! What of an anomaly is kept, what is told, and in which words.

use domain::events::Event;
use domain::ids::{AnomalyId, ClientId, SeriesId, UserId};
use domain::insights::costs::{CostSeries, SeriesName};
use domain::insights::found::{AnomalyState, CostAnomaly, Finding, Judged, judge, moved};
use domain::insights::rules::{InsightSettings, Rules};
use domain::insights::watch::Change;
use domain::insights::{Amount, Anomaly, Answer, Driver, Kind, Lasting, Measure, Outlook, Sensitivity, SeriesCount};
use domain::money::Money;
use iso_currency::Currency;
use jiff::civil::{Date, date};

use crate::common::{at, uuid};

const FIRST: Date = date(2026, 3, 2);
const TODAY: Date = date(2026, 3, 12);

fn client() -> ClientId {
    ClientId::from_uuid(uuid(1))
}

fn series(measure: Measure) -> CostSeries {
    let name = match measure {
        Measure::Series => SeriesName::whole(client(), "azure-main"),
        _ => {
            let (source, service) = ("azure-main".to_owned(), "Storage".to_owned());
            SeriesName { client: client(), source, service, unit: None, measure: measure.code() }
        }
    };
    CostSeries::new(SeriesId::from_uuid(uuid(2)), &name, measure, at("2026-01-01T00:00:00Z"))
}

/// What is kept of a change in a series, and told.
fn of(measure: Measure, change: Change, before: Option<CostAnomaly>) -> Option<(CostAnomaly, Option<Event>)> {
    of_series(&series(measure), change, before)
}

fn of_series(series: &CostSeries, change: Change, before: Option<CostAnomaly>) -> Option<(CostAnomaly, Option<Event>)> {
    let start = InsightSettings::new(None);
    let rules = Rules::of(&start, &start, series);
    let (id, now) = (AnomalyId::from_uuid(uuid(3)), at("2026-03-12T03:30:00Z"));
    let finding = Finding { id, series, department: None, rules: &rules, today: TODAY, now };
    finding.of(FIRST, change, before).unwrap()
}

fn anomaly(kind: Kind, excess: f64, lasting: Option<Lasting>) -> Anomaly {
    let outlook = Outlook { expected: 4_200.0, low: 3_900.0, high: 4_500.0 };
    let actual = 4_200.0 + excess;
    let (far, by_means) = if kind == Kind::Drift { (None, 3) } else { (Some(2.0), 0) };
    let points = by_means.max(1);
    Anomaly {
        onset: 60,
        last: 60,
        points,
        kind,
        actual,
        outlook,
        excess,
        off: None,
        score: 2.0,
        far,
        by_means,
        lasting,
    }
}

fn is(anomaly: Anomaly, last: Date, over: bool) -> Change {
    Change::Is { anomaly, last, over, driver: None }
}

fn cents(amount: Amount) -> i64 {
    amount.money().expect("money").minor()
}

#[test]
fn what_comes_to_less_than_a_hundred_of_its_currencys_smallest_units_is_not_kept_until_it_does() {
    // A yen has no hundredths, a dinar a thousand: a hundred yen are some coins, as a euro is.
    for (currency, one) in [Currency::EUR, Currency::JPY, Currency::TND].map(|currency| (currency, 100.0)) {
        let measure = Measure::Money(currency);
        let spike = |excess: f64| is(anomaly(Kind::Spike, excess, None), FIRST, false);
        assert_eq!(of(measure, spike(0.99 * one), None), None, "{currency:?}");
        assert_eq!(of(measure, is(anomaly(Kind::Drop, -0.99 * one, None), FIRST, false), None), None, "{currency:?}");
        let (kept, event) = of(measure, spike(one), None).expect("as much as is kept");
        assert_eq!((kept.state, event), (AnomalyState::Open, None), "{currency:?}: less than is told");
        let (small, _) = of(measure, spike(0.4 * one), Some(kept)).expect("what is kept stays");
        assert_eq!(small.excess, measure.amount(0.4 * one));
    }
    // What lasts is measured beside what was expected before it began.
    let lasting = Some(Lasting { excess: 150.0, a_point: Some(50.0), untold: false });
    assert!(
        of(Measure::Money(Currency::EUR), is(anomaly(Kind::LevelShift, 90.0, lasting), FIRST, false), None).is_some()
    );
}

#[test]
fn where_nobody_has_set_it_a_letter_needs_a_thousand_of_a_currencys_smallest_units_and_what_is_set_is_in_its_own() {
    let set = |tell_from: i64| InsightSettings { tell_from: Some(tell_from.into()), ..InsightSettings::new(None) };
    let none = InsightSettings::new(None);
    for (currency, settings, minor) in [
        (Currency::EUR, &none, 1_000),
        (Currency::JPY, &none, 1_000),
        (Currency::KWD, &none, 1_000),
        (Currency::EUR, &set(25), 2_500),
        (Currency::JPY, &set(25), 25),
        (Currency::KWD, &set(25), 25_000),
    ] {
        let series = series(Measure::Money(currency));
        let rules = Rules::of(settings, &none, &series);
        let (id, now) = (AnomalyId::from_uuid(uuid(3)), at("2026-03-12T03:30:00Z"));
        let finding = Finding { id, series: &series, department: None, rules: &rules, today: TODAY, now };
        for (excess, tells) in [(minor, true), (-minor, true), (minor - 1, false), (1 - minor, false)] {
            // So that it is known, as large as it is.
            let known = finding.of(FIRST, is(anomaly(Kind::Spike, 100.0, None), FIRST, false), None).unwrap();
            let known = known.map(|(known, _)| CostAnomaly { told: false, ..known });
            let spike = is(anomaly(Kind::Spike, excess as f64, None), FIRST, false);
            let event = finding.of(FIRST, spike, known).unwrap().and_then(|(_, event)| event);
            assert_eq!(event.is_some(), tells, "{currency:?}, {excess}");
        }
    }
}

#[test]
fn what_somebody_answered_stays_as_they_saw_it_when_its_days_are_corrected_and_goes_on_no_more() {
    let measure = Measure::Money(Currency::EUR);
    let (kept, event) = of(measure, is(anomaly(Kind::Spike, 30_000.0, None), FIRST, false), None).unwrap();
    assert!(event.is_some());
    let (withdrawn, event) = of(measure, Change::Withdrawn, Some(kept.clone())).unwrap();
    assert_eq!((withdrawn.state, event), (AnomalyState::Withdrawn, None), "nobody answered");
    let said =
        Judged { answer: Answer::Real, note: None, by: UserId::from_uuid(uuid(4)), at: at("2026-03-11T09:00:00Z") };
    let answered = judge(kept.clone(), said.clone()).unwrap();
    assert_eq!(answered.state, AnomalyState::Open);
    let (over, event) = of(measure, Change::Withdrawn, Some(answered.clone())).unwrap();
    assert_eq!((over.state, &over.judged, event), (AnomalyState::Over, &Some(said), None));
    assert_eq!((over.excess, &over.sentence), (kept.excess, &kept.sentence));
    assert_eq!(of(measure, Change::Withdrawn, Some(over)), None, "once");
    assert_eq!(of(measure, Change::Withdrawn, None), None, "what nobody kept is not withdrawn");
}

#[test]
fn a_known_anomaly_that_begins_on_another_day_by_its_corrected_days_is_the_same_one_if_it_has_days_of_it_on_its_side() {
    let measure = Measure::Money(Currency::EUR);
    let day = |n: i8| date(2026, 3, n);
    let spike = |excess: f64, last: i8| is(anomaly(Kind::LevelShift, excess, None), day(last), false);
    // It was from the second to the sixth.
    let (kept, _) = of(measure, spike(300_00.0, 6), None).unwrap();
    assert_eq!((kept.onset, kept.last), (day(2), day(6)));
    let withdrawn = CostAnomaly { state: AnomalyState::Withdrawn, ..kept.clone() };
    let over = CostAnomaly { state: AnomalyState::Over, ..kept.clone() };
    for (name, known, onset, last, excess, is_it) in [
        ("a day earlier", &kept, 1, 6, 320_00.0, true),
        ("a day later", &kept, 3, 6, 220_00.0, true),
        ("only its last day is left", &kept, 6, 6, 30_00.0, true),
        ("it is over", &over, 1, 6, 320_00.0, true),
        ("behind it", &kept, 7, 9, 300_00.0, false),
        ("before it", &kept, 1, 1, 300_00.0, false),
        ("the other way", &kept, 3, 6, -220_00.0, false),
        ("it was withdrawn before", &withdrawn, 1, 6, 320_00.0, false),
    ] {
        let changes = [(day(2), Change::Withdrawn), (day(onset), spike(excess, last))].into();
        let found = moved(measure, &changes, |on| Some(known).filter(|_| on == day(2)));
        assert_eq!(found, if is_it { vec![(day(onset), day(2))] } else { vec![] }, "{name}");
        // What is known on its own day is that one, unless that was withdrawn.
        let found = moved(measure, &changes, |_| Some(known));
        assert_eq!(found, [], "{name}");
    }
    // Of two new ones the first is it.
    let changes = [(day(2), Change::Withdrawn), (day(3), spike(80_00.0, 3)), (day(5), spike(80_00.0, 6))].into();
    assert_eq!(moved(measure, &changes, |on| Some(&kept).filter(|_| on == day(2))), [(day(3), day(2))]);
    // What is found on its own day has not moved.
    let changes = [(day(2), spike(300_00.0, 6)), (day(3), spike(80_00.0, 3))].into();
    assert_eq!(moved(measure, &changes, |on| Some(&kept).filter(|_| on == day(2))), []);
    // A silence of which the first day was told after all.
    let silent = |n: i8| is(Anomaly { points: 2, ..anomaly(Kind::Missing, -9.0, None) }, day(n), false);
    let (kept, _) = of(Measure::Series, silent(6), None).unwrap();
    let changes = [(day(2), Change::Withdrawn), (day(3), silent(6))].into();
    assert_eq!(moved(Measure::Series, &changes, |on| Some(&kept).filter(|_| on == day(2))), [(day(3), day(2))]);
}

#[test]
fn what_was_answered_as_expected_may_come_again_and_is_told_when_it_is_more_or_the_other_way() {
    let eur = |cents| Amount::Money(Money::new(cents, Currency::EUR));
    let now = at("2026-03-11T09:00:00Z");
    let fee = series(Measure::Money(Currency::EUR)).answered(Answer::Expected, eur(300_00), now);
    let less = Sensitivity::default().after(Answer::Expected);
    assert_eq!((fee.feedback, &fee.expected), (less, &vec![eur(300_00)]), "the sensitivity moves as before");
    let stored = serde_json::to_value(&fee).unwrap();
    assert_eq!(serde_json::from_value::<CostSeries>(stored).unwrap(), fee);
    let told_while = |series: &CostSeries, excess: f64, over: bool| {
        let kind = if excess < 0.0 { Kind::Drop } else { Kind::Spike };
        let (kept, event) = of_series(series, is(anomaly(kind, excess, None), FIRST, over), None).unwrap();
        assert_eq!((kept.told, kept.like_expected), (event.is_some(), event.is_none()), "{excess}");
        event.is_some()
    };
    let told = |series: &CostSeries, excess: f64| told_while(series, excess, true);
    for (excess, tells) in [
        (300_00.0, false),
        (225_00.0, false),
        (375_00.0, false),
        (224_99.0, true),
        (375_01.0, true),
        (900_00.0, true),
        (-300_00.0, true),
    ] {
        assert_eq!(told(&fee, excess), tells, "{excess}");
        // While it goes on it may still come to as much.
        assert_eq!(told_while(&fee, excess, false), tells && excess != 224_99.0, "{excess}");
    }
    // Another one is remembered beside it, and what was real is expected no more.
    let both = fee.answered(Answer::Expected, eur(-80_00), now).answered(Answer::Expected, eur(310_00), now);
    assert_eq!(both.expected, [eur(-80_00), eur(310_00)]);
    assert!(!told(&both, -80_00.0) && !told(&both, 380_00.0));
    let real = both.clone().answered(Answer::Real, eur(300_00), now);
    assert!(told(&real, 310_00.0) && !told(&real, -80_00.0));
    // It grows beyond what was expected: then it is told.
    let (kept, event) = of_series(&both, is(anomaly(Kind::Spike, 300_00.0, None), FIRST, false), None).unwrap();
    assert_eq!(event, None);
    let more = is(anomaly(Kind::Spike, 700_00.0, None), date(2026, 3, 3), false);
    let (more, event) = of_series(&both, more, Some(kept)).unwrap();
    assert!(event.is_some() && more.told && !more.like_expected);
    // As many are remembered as a year has months.
    let many = (1..=20).fold(real, |series, n| series.answered(Answer::Expected, eur(10_i64.pow(n % 10) * 100), now));
    assert_eq!(many.expected.len(), 10 + 1, "ten of the one side, one of the other");
    let many = (1..=20).fold(many, |series, n| series.answered(Answer::Expected, eur(2_i64.pow(n) * 100), now));
    assert_eq!(many.expected.len(), 12);
    // Of a source that is silent nobody knows what it comes to.
    let none = Amount::Series(SeriesCount { series: 0 });
    assert_eq!(series(Measure::Series).answered(Answer::Expected, none, now).expected, []);
}

#[test]
fn what_is_expected_over_more_than_one_day_is_remembered_as_it_was_at_its_end_and_told_no_more() {
    let measure = Measure::Money(Currency::EUR);
    let now = at("2026-03-11T09:00:00Z");
    let eur = |cents| Amount::Money(Money::new(cents, Currency::EUR));
    let look = |series: &CostSeries, excess: f64, over: bool, before: Option<&CostAnomaly>| {
        let day = is(anomaly(Kind::Spike, excess, None), date(2026, 3, 3), over);
        let (after, event) = of_series(series, day, before.cloned()).unwrap();
        (after.remembered(series.clone(), now), after, event.is_some())
    };
    // What it came to when it was answered and at its end; what is remembered then, and whether it was told again.
    for (answer, then, end, remembered, again) in [
        (Answer::Expected, 1_000_00, 1_900_00, vec![1_900_00], false),
        (Answer::Expected, 1_000_00, 600_00, vec![600_00], false),
        (Answer::Expected, 1_000_00, 1_000_00, vec![1_000_00], false),
        (Answer::Expected, 1_000_00, 2_000_00, vec![1_000_00], true),
        (Answer::Expected, 1_000_00, -900_00, vec![1_000_00], false),
        (Answer::Real, 1_000_00, 1_900_00, vec![], false),
    ] {
        let (_, first, told) = look(&series(measure), then as f64, false, None);
        assert!(told);
        let said = Judged { answer, note: None, by: UserId::from_uuid(uuid(4)), at: now };
        let judged = judge(first, said).unwrap();
        let answered = series(measure).answered(answer, judged.excess, now);
        let (going_on, grown, told) = look(&answered, end as f64, false, Some(&judged));
        assert_eq!((&going_on, told), (&answered, again), "{answer:?}, {end}: it goes on");
        let (after, over, _) = look(&answered, end as f64, true, Some(&grown));
        let expected: Vec<Amount> = remembered.iter().map(|cents| eur(*cents)).collect();
        assert_eq!(after.expected, expected, "{answer:?}, {end}");
        assert_eq!(over.remembered(after.clone(), now), after, "once");
        if (answer, end) == (Answer::Expected, 1_900_00) {
            // Next month: the same two days.
            let (_, first, told) = look(&after, 1_000_00.0, false, None);
            assert!(!told && first.like_expected);
            let (_, second, told) = look(&after, 1_900_00.0, false, Some(&first));
            assert!(!told && !look(&after, 1_900_00.0, true, Some(&second)).2);
            // It stops at the first day, or goes beyond.
            assert!(look(&after, 1_000_00.0, true, Some(&first)).2);
            assert!(look(&after, 2_400_00.0, false, Some(&second)).2);
        }
    }
}

#[test]
fn what_was_answered_and_comes_to_twice_as_much_is_told_again_and_can_be_answered_again() {
    let measure = Measure::Money(Currency::EUR);
    let by = UserId::from_uuid(uuid(4));
    let said = |answer| Judged { answer, note: None, by, at: at("2026-03-11T09:00:00Z") };
    let grows = |before: &CostAnomaly, excess: f64| {
        of(measure, is(anomaly(Kind::Spike, excess, None), date(2026, 3, 4), false), Some(before.clone())).unwrap()
    };
    for answer in [Answer::Expected, Answer::Real] {
        let (kept, event) = of(measure, is(anomaly(Kind::Spike, 200_00.0, None), FIRST, false), None).unwrap();
        assert!(event.is_some());
        let answered = judge(kept, said(answer)).unwrap();
        let stored = serde_json::to_value(&answered).unwrap();
        assert_eq!(serde_json::from_value::<CostAnomaly>(stored.clone()).unwrap(), answered);
        // As it was stored before what was answered was noted.
        let mut old = stored;
        for field in ["answered", "grown", "like_expected"] {
            old.as_object_mut().unwrap().remove(field).unwrap();
        }
        let old: CostAnomaly = serde_json::from_value(old).unwrap();
        for answered in [answered, old] {
            let (more, event) = grows(&answered, 399_00.0);
            assert_eq!((more.grown, event), (false, None), "not twice as much");
            assert!(judge(more.clone(), said(answer)).is_err(), "once");
            let (twice, event) = grows(&more, 400_00.0);
            assert!(twice.grown && event.is_some(), "{answer:?}");
            assert_eq!(grows(&twice, 799_00.0).1, None, "not twice as much as was told");
            assert!(grows(&twice, 800_00.0).1.is_some());
            assert!(grows(&twice, -800_00.0).1.is_some(), "and the other way");
            let again = judge(twice, said(Answer::Expected)).unwrap();
            assert!(!again.grown && judge(again.clone(), said(answer)).is_err());
            assert_eq!(grows(&again, 799_00.0).1, None);
        }
    }
    // What was answered before it came to enough is told when it does and is twice as much.
    let (small, _) = of(measure, is(anomaly(Kind::Spike, 6_00.0, None), FIRST, false), None).unwrap();
    let small = judge(small, said(Answer::Expected)).unwrap();
    assert_eq!((grows(&small, 11_00.0).1, grows(&small, 12_00.0).1.is_some()), (None, true));
    // Nobody knows what a silent source comes to.
    let outlook = Outlook { expected: 9.0, low: 8.0, high: 10.0 };
    let days = |points: usize| {
        let excess = -9.0 * points as f64;
        is(Anomaly { points, actual: 0.0, outlook, excess, ..anomaly(Kind::Missing, 0.0, None) }, FIRST, false)
    };
    let (silent, event) = of(Measure::Series, days(1), None).unwrap();
    assert!(event.is_some());
    let silent = judge(silent, said(Answer::Real)).unwrap();
    assert_eq!(of(Measure::Series, days(30), Some(silent)).unwrap().1, None);
}

#[test]
fn what_was_told_as_a_spike_and_drifts_since_is_told_once_more_when_it_comes_to_twice_as_much() {
    let measure = Measure::Money(Currency::EUR);
    let drift = |excess: f64| {
        let lasting = Some(Lasting { excess, a_point: Some(excess / 8.0), untold: false });
        is(anomaly(Kind::Drift, 0.9 * excess, lasting), date(2026, 3, 9), false)
    };
    for (kind, sign) in [(Kind::Spike, 1.0), (Kind::Drop, -1.0)] {
        let (spike, event) = of(measure, is(anomaly(kind, sign * 50_00.0, None), FIRST, false), None).unwrap();
        assert!(event.is_some());
        let stored = serde_json::to_value(&spike).unwrap();
        assert_eq!(serde_json::from_value::<CostAnomaly>(stored.clone()).unwrap(), spike);
        let (shift, event) =
            of(measure, is(anomaly(Kind::LevelShift, sign * 400_00.0, None), FIRST, false), Some(spike.clone()))
                .unwrap();
        assert_eq!((shift.kind, event), (Kind::LevelShift, None));
        let (small, event) = of(measure, drift(sign * 99_00.0), Some(spike.clone())).unwrap();
        assert_eq!((small.kind, small.monthly.is_some(), event), (Kind::Drift, true, None), "not twice as much");
        let (grown, event) = of(measure, drift(sign * 100_00.0), Some(small)).unwrap();
        let Some(Event::AnomalyFound { sentence, excess, .. }) = event else { panic!("a letter") };
        assert_eq!((sentence.contains(" a month "), excess), (true, grown.excess), "{sentence}");
        assert_eq!(of(measure, drift(sign * 900_00.0), Some(grown)).unwrap().1, None, "once");
        // What was told before this was noted is told as it was then.
        let mut old = stored;
        old.as_object_mut().unwrap().remove("told_as").unwrap();
        let old: CostAnomaly = serde_json::from_value(old).unwrap();
        assert_eq!(of(measure, drift(sign * 900_00.0), Some(old)).unwrap().1, None);
    }
    // What was a drift from the first has told its pace, or tells it when somebody answers.
    let (first, event) = of(measure, drift(50_00.0), None).unwrap();
    assert!(event.is_some());
    assert_eq!(of(measure, drift(500_00.0), Some(first)).unwrap().1, None);
}

#[test]
fn a_drift_has_a_pace_once_three_days_carry_it() {
    let lasting = Some(Lasting { excess: 30_00.0, a_point: Some(15_00.0), untold: false });
    for (points, monthly) in [(1, None), (2, None), (3, Some(456_25)), (9, Some(456_25))] {
        let drift = Anomaly { points, ..anomaly(Kind::Drift, 20_00.0, lasting) };
        let (kept, _) = of(Measure::Money(Currency::EUR), is(drift, date(2026, 3, 9), true), None).unwrap();
        assert_eq!((kept.monthly.map(cents), cents(kept.excess)), (monthly, 30_00), "{points} days");
        assert_eq!(kept.sentence.contains("a month"), monthly.is_some(), "{}", kept.sentence);
    }
}

#[test]
fn a_lasting_change_is_kept_with_its_excess_by_then_and_what_a_month_comes_to() {
    let measure = Measure::Money(Currency::EUR);
    let lasting = |a_point, untold| Some(Lasting { excess: 14_700.0, a_point, untold });
    let shift = |a_point| anomaly(Kind::LevelShift, 10_411.0, lasting(a_point, false));
    let (open, event) = of(measure, is(shift(Some(2_100.0)), date(2026, 3, 8), false), None).unwrap();
    // 21.00 a day for 365 days, in twelve months.
    assert_eq!((cents(open.excess), open.monthly.map(cents)), (147_00, Some(638_75)));
    let said = "Storage (azure-main): a new level since 2 March 2026, 146.11 EUR (42.00 EUR expected, 39.00 EUR to 45.00 EUR \
                usual); 147.00 EUR more so far, about 638.75 EUR a month more if it stays.";
    assert_eq!(open.sentence, said);
    let Some(Event::AnomalyFound { excess, .. }) = event else { panic!("{event:?}") };
    assert_eq!(cents(excess), 147_00);
    let (over, event) = of(measure, is(shift(Some(2_100.0)), date(2026, 3, 8), true), Some(open.clone())).unwrap();
    let said =
        "147.00 EUR more until it had become the usual on 8 March 2026, about 638.75 EUR a month more from then on.";
    assert!(over.sentence.ends_with(said), "{}", over.sentence);
    assert_eq!((over.monthly, event), (open.monthly, None));
    let (back, _) = of(measure, is(shift(None), date(2026, 3, 8), true), Some(open.clone())).unwrap();
    assert_eq!((back.monthly, cents(back.excess)), (None, 147_00));
    // Of the days after it no file tells: nobody knows what a month comes to.
    let untold = anomaly(Kind::LevelShift, 10_411.0, lasting(None, true));
    let (untold, _) = of(measure, is(untold, date(2026, 3, 8), true), Some(open)).unwrap();
    assert_eq!((untold.monthly, cents(untold.excess)), (None, 147_00));
    let said = "147.00 EUR more up to 8 March 2026. Nothing was told of the days after it.";
    assert!(untold.sentence.ends_with(said), "{}", untold.sentence);
    let (spike, _) = of(measure, is(anomaly(Kind::Spike, 30_000.0, None), FIRST, false), None).unwrap();
    assert_eq!(spike.monthly, None);
    // What was kept before there was a run-rate still reads.
    let mut stored = serde_json::to_value(&spike).unwrap();
    stored.as_object_mut().unwrap().remove("monthly").unwrap();
    assert_eq!(serde_json::from_value::<CostAnomaly>(stored).unwrap(), spike);
}

#[test]
fn what_drives_an_anomaly_is_on_its_side_and_no_more_than_all_of_it() {
    let measure = Measure::Money(Currency::EUR);
    let found = |excess: f64, driver: Option<f64>, before: Option<CostAnomaly>| {
        let driver = driver.map(|excess| Driver { name: format!("{excess}"), excess, share_percent: 80.0 });
        let is = Change::Is { anomaly: anomaly(Kind::WeeklyPattern, excess, None), last: FIRST, over: false, driver };
        of(measure, is, before).unwrap().0
    };
    let driver =
        |found: &CostAnomaly| found.driver.as_ref().map(|driver| (driver.account.clone(), driver.excess.minor()));
    for (excess, by, named) in [
        (90_00.0, Some(80_00.0), Some(80_00)),
        (90_00.0, Some(120_00.0), Some(90_00)),
        (-90_00.0, Some(-120_00.0), Some(-90_00)),
        (90_00.0, Some(-34_00.0), None),
        (-90_00.0, Some(34_00.0), None),
        (90_00.0, None, None),
    ] {
        let first = found(excess, by, None);
        assert_eq!(driver(&first).map(|(_, excess)| excess), named, "{excess}, {by:?}");
        // What it was by earlier stays while it is on the anomaly's side, and within it.
        let grown = found(2.0 * excess, None, Some(first.clone()));
        assert_eq!(driver(&grown), driver(&first));
        let turned = found(-excess, None, Some(first.clone()));
        assert_eq!(driver(&turned), None);
        let less = found(excess / 3.0, None, Some(first));
        assert_eq!(driver(&less).map(|(_, excess)| excess), named.map(|named: i64| named.signum() * 30_00));
    }
    let first = found(500_00.0, Some(200_00.0), None);
    for (by, most) in [(100_00.0, 200_00), (200_00.0, 200_00), (300_00.0, 300_00)] {
        assert_eq!(
            found(900_00.0, Some(by), Some(first.clone())).driver.map(|driver| driver.excess.minor()),
            Some(most)
        );
    }
}

#[test]
fn a_source_that_is_silent_is_one_anomaly_and_one_letter_and_saves_nothing() {
    let outlook = Outlook { expected: 8.97, low: 8.0, high: 10.0 };
    let days = |points: usize| Anomaly {
        points,
        actual: 0.0,
        outlook,
        excess: -8.97 * points as f64,
        ..anomaly(Kind::Missing, 0.0, None)
    };
    let (first, event) = of(Measure::Series, is(days(1), FIRST, false), None).unwrap();
    assert_eq!(first.sentence, "azure-main: no file tells of 2 March 2026; 9 series are silent.");
    let none = Amount::Series(SeriesCount { series: 0 });
    assert_eq!((first.actual, first.excess, first.monthly), (none, none, None));
    assert_eq!(serde_json::to_value(first.expected).unwrap(), serde_json::json!({ "series": 9 }));
    let Some(Event::AnomalyFound { sentence, excess, .. }) = event else { panic!("one letter") };
    assert_eq!((sentence, excess), (first.sentence.clone(), none));
    let (third, event) = of(Measure::Series, is(days(3), date(2026, 3, 4), false), Some(first)).unwrap();
    assert_eq!(third.sentence, "azure-main: no file tells of any day since 2 March 2026; 9 series are silent.");
    assert_eq!(event, None, "and no other");
    let (over, event) = of(Measure::Series, is(days(3), date(2026, 3, 4), true), Some(third)).unwrap();
    assert_eq!(
        over.sentence,
        "azure-main: no file told of the days from 2 March 2026 to 4 March 2026; 9 series were silent."
    );
    assert_eq!((over.excess, event), (none, None));
    let one = Anomaly { outlook: Outlook { expected: 1.0, ..outlook }, ..days(1) };
    let (one, _) = of(Measure::Series, is(one, FIRST, false), None).unwrap();
    assert_eq!(one.sentence, "azure-main: no file tells of 2 March 2026; 1 series is silent.");
    // On the first days there usually is no cost: nothing is missing until there usually is one.
    let weekend = |points: usize, expected: f64| {
        let outlook = Outlook { expected: 0.1, low: 0.0, high: 1.0 };
        is(Anomaly { outlook, excess: -expected, ..days(points) }, date(2026, 3, 4), false)
    };
    assert_eq!(of(Measure::Series, weekend(2, 0.9), None), None);
    assert_eq!(of(Measure::Series, weekend(30, 14.9), None), None, "a cost once in a while");
    let (monday, event) = of(Measure::Series, weekend(3, 5.2), None).unwrap();
    assert!(event.is_some());
    assert_eq!(monday.sentence, "azure-main: no file tells of any day since 2 March 2026.");
}

#[test]
fn a_measure_is_stored_as_its_code_and_of_people_as_none() {
    for (measure, stored) in [
        (Measure::Money(Currency::EUR), serde_json::json!("EUR")),
        (Measure::People, serde_json::json!(null)),
        (Measure::Series, serde_json::json!("series")),
    ] {
        assert_eq!(serde_json::to_value(measure).unwrap(), stored);
        assert_eq!(serde_json::from_value::<Measure>(stored).unwrap(), measure);
    }
    assert!(serde_json::from_str::<Measure>(r#""none such""#).is_err());
    let money: Amount = serde_json::from_str(r#"{ "minor": 1204, "currency": "EUR" }"#).unwrap();
    assert_eq!(money, Amount::Money(Money::new(1204, Currency::EUR)));
}
