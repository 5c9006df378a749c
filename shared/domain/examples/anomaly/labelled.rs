//! Labelled series, and the rule by which alarms on them are scored: only the second half of a series counts, an alarm is
//! followed by a pause, and what comes soon after an onset is an echo of it.

/// Types of events, in the order of the table.
const TYPES: [&str; 4] = ["spike", "drop", "level", "drift"];

/// A series with one labelled anomaly, or none.
pub(crate) struct Labelled {
    /// Points in a season.
    pub(crate) season: usize,
    /// Which of [`TYPES`] it holds, and where it begins.
    pub(crate) onset: Option<(usize, usize)>,
    /// The values.
    pub(crate) values: Vec<f64>,
}

/// Reads `series,season,type,onset,magnitude,values`, the values with blanks between them.
pub(crate) fn read(text: &str) -> Vec<Labelled> {
    text.lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let kind = TYPES.iter().position(|name| *name == cells[2]);
            Labelled {
                season: cells[1].parse().expect("a season"),
                onset: kind.map(|kind| (kind, cells[3].parse().expect("an onset"))),
                values: cells[5].split_whitespace().map(|value| value.parse().expect("a value")).collect(),
            }
        })
        .collect()
}

/// Counts over series.
#[derive(Default, Clone, Copy)]
pub(crate) struct Score {
    hits: [usize; 4],
    events: [usize; 4],
    wrong: usize,
    points: usize,
}

impl Score {
    /// Both together.
    pub(crate) fn and(mut self, other: Score) -> Self {
        for kind in 0..TYPES.len() {
            self.hits[kind] += other.hits[kind];
            self.events[kind] += other.events[kind];
        }
        self.wrong += other.wrong;
        self.points += other.points;
        self
    }

    fn hit(&self) -> f64 {
        self.hits.iter().sum::<usize>() as f64
    }

    /// Hits among alarms.
    pub(crate) fn precision(&self) -> f64 {
        self.hit() / (self.hit() + self.wrong as f64).max(1.0)
    }

    /// Hits among events.
    pub(crate) fn recall(&self) -> f64 {
        self.hit() / (self.events.iter().sum::<usize>() as f64).max(1.0)
    }

    /// The harmonic mean of both.
    pub(crate) fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall).max(f64::MIN_POSITIVE)
    }

    /// False alarms per 1,000 points that count.
    pub(crate) fn false_per_1000(&self) -> f64 {
        1000.0 * self.wrong as f64 / (self.points as f64).max(1.0)
    }

    /// Recall by type, in the order of the table.
    pub(crate) fn by_type(&self) -> [f64; 4] {
        std::array::from_fn(|kind| self.hits[kind] as f64 / (self.events[kind] as f64).max(1.0))
    }
}

/// Scores one series' alarms: the points that are at least as unusual as `line`.
pub(crate) fn score(series: &Labelled, unusual: &[f64], line: f64) -> Score {
    let (count, pause) = (series.values.len(), (series.season / 2).max(2));
    let from = count / 2;
    let mut score = Score { points: count - from, ..Score::default() };
    let mut hit = false;
    let mut next = from;
    for (at, unusual) in unusual.iter().enumerate().skip(from) {
        if at < next || *unusual < line {
            continue;
        }
        next = at + pause + 1;
        let after = series.onset.and_then(|(kind, onset)| Some((kind, at.checked_sub(onset)?)));
        let Some((kind, after)) = after else {
            score.wrong += 1;
            continue;
        };
        let tolerance = match TYPES[kind] {
            "level" => 2,
            "drift" => (count / 10).max(6),
            _ => 0,
        };
        hit |= after <= tolerance;
        if after > tolerance.max(pause + 1) {
            score.wrong += 1;
        }
    }
    if let Some((kind, _)) = series.onset {
        score.events[kind] += 1;
        score.hits[kind] += usize::from(hit);
    }
    score
}
