//! A series and what it says about its next value.

use serde::{Deserialize, Serialize};

use super::anomaly::{Anomaly, Kind};
use super::forecast::{CLIP, NEW_LEVEL};
use super::lasting::Beside;
use super::model::{Method, Model, Outlook, Settings};
use super::rest::{Rest, Turned};

/// What is so many spreads from what was expected before something unusual has come back.
const COMES_BACK_WITHIN: f64 = 2.0;

/// What a series says about one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What was expected, by the model alone: below nothing too, where nothing ever was; `None` while there is not enough history.
    pub outlook: Option<Outlook>,
    /// How unusual it is: 1 is the line.
    pub score: f64,
    /// The anomaly that the point belongs to, as large as it is by now.
    pub anomaly: Option<Anomaly>,
    /// An anomaly that is over, as this point shows.
    pub ended: Option<Anomaly>,
}

impl Verdict {
    fn silent(outlook: Option<Outlook>) -> Self {
        Verdict { outlook, score: 0.0, anomaly: None, ended: None }
    }

    /// Whether there was enough history for a verdict.
    pub fn enough_history(&self) -> bool {
        self.outlook.is_some()
    }
}

/// What is kept of a series from one value to the next: a few seasons, however long it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    season: usize,
    seen: usize,
    /// Whether a value was below nothing so far: a credit. People, and most costs, never are. Of what was stored before this
    /// was noted nobody knows: it is told as it was then.
    #[serde(default = "may_have_been")]
    been_below: bool,
    /// The values so far, while they are not enough.
    first: Vec<f64>,
    model: Option<Model>,
    open: Option<Anomaly>,
    /// What the open one is beside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beside: Option<Beside>,
    /// Its days of rest.
    #[serde(default)]
    rest: Rest,
    /// What was known before values went far away, while they may come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    was: Option<Box<Was>>,
}

/// What was known before values went far away. What comes back soon is judged by it: it is the end of what went on, or of an
/// event that was announced, and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Was {
    model: Model,
    /// The point before which that was.
    at: usize,
    /// Whether another level was learned since.
    learned: bool,
    /// Whether somebody has announced what went on.
    #[serde(default)]
    announced: bool,
    /// How many usual points it is still kept.
    left: usize,
}

impl Was {
    /// The same at a later point, of which nothing is known since.
    fn until(&self, at: usize, season: usize) -> Model {
        let mut model = self.model.clone();
        (self.at..at).for_each(|at| model.go_without(at, season));
        model
    }

    /// Whether a value is usual by what was known before, and far away by what was learned since. Of an event that was announced
    /// nothing need have been learned: its days are no evidence of anything, however few they are.
    fn explains(&self, value: f64, at: usize, season: usize, now: &Model) -> bool {
        let distance = |model: &Model| model.distance(value, at, season);
        let is_over = self.announced || self.learned && distance(now) > CLIP;
        is_over && distance(&self.model) <= COMES_BACK_WITHIN
    }
}

impl Series {
    /// A series with so many points in a season: 7 for daily values.
    pub fn new(season: usize) -> Self {
        let season = season.max(2);
        let (rest, first) = (Rest::default(), Vec::new());
        Series { season, seen: 0, been_below: false, first, model: None, open: None, beside: None, rest, was: None }
    }

    /// Points that must be there before the first verdict: two seasons, so 14 days.
    pub fn needed(&self) -> usize {
        2 * self.season
    }

    /// Whether the next value gets a verdict.
    pub fn has_enough_history(&self) -> bool {
        self.model.is_some()
    }

    /// What is expected of the next value, as it is told; `None` while there is not enough history.
    pub fn outlook(&self, settings: &Settings) -> Option<Outlook> {
        let model = self.model.as_ref()?;
        Some(model.outlook(self.seen, self.season, &self.rest, settings).told(self.been_below))
    }

    /// The value that is so many spreads above what is expected next.
    pub fn above(&self, spreads: f64) -> Option<f64> {
        let model = self.model.as_ref()?;
        Some(model.above(spreads, self.seen, self.season))
    }

    /// Takes the next value, `None` if there is none where one should be. What is `muted` by a known event is learned, and
    /// is no anomaly.
    pub fn observe(&mut self, value: Option<f64>, muted: bool, settings: &Settings) -> Verdict {
        let value = value.filter(|v| v.is_finite());
        let (at, season, been_below) = (self.seen, self.season, self.been_below);
        self.been_below |= value.is_some_and(|value| value < 0.0);
        let Some(model) = &mut self.model else {
            self.warm_up(value, settings);
            return Verdict::silent(None);
        };
        self.seen += 1;
        model.meet(value.unwrap_or(0.0));
        let outlook = model.outlook(at, season, &self.rest, settings);
        let Some(value) = value else {
            model.go_without(at, season);
            return if muted { self.usual(at, 0.0, outlook) } else { self.missing(at, outlook, been_below) };
        };
        // A plain z-score knows no days of rest, and nothing that comes back.
        let is_seasonal = settings.method == Method::Seasonal;
        let is_rest = is_seasonal && self.rest.at(at % season);
        if is_seasonal && !is_rest && self.was.as_ref().is_some_and(|was| was.explains(value, at, season, model)) {
            return self.comes_back(value, at, outlook, settings);
        }
        let turned = self.rest.meet(value, at % season, season).filter(|_| is_seasonal);
        let mut unusual = if is_rest {
            model.rest(value, at, season, &self.rest, settings)
        } else {
            let before = (is_seasonal && model.is_far(value, at, season)).then(|| model.clone());
            let unusual = model.learn(value, at, season, &self.rest, settings);
            if let Some(was) = before.filter(|_| unusual.score >= 1.0 && self.was.is_none()) {
                self.was = Some(Box::new(Was { model: was, at, learned: false, announced: false, left: 0 }));
            }
            if let Some(was) = &mut self.was {
                was.learned |= model.run.abs() >= NEW_LEVEL;
                was.announced |= muted;
            }
            unusual
        };
        if !been_below {
            unusual.before.iter_mut().for_each(|value| *value = value.max(0.0));
        }
        let run = model.run;
        match (turned, &self.was) {
            // What is known of the time before is kept, for when it goes on.
            (Some(Turned::Stops), Some(was)) => *model = was.until(at + 1, season),
            (Some(Turned::Works | Turned::GoesOn), _) => model.begin(at % season, value, turned == Some(Turned::Works)),
            _ => {}
        }
        let mut ended = None;
        if self.open.as_ref().is_some_and(|open| open.kind == Kind::Missing) {
            ended = self.end(false);
        }
        self.keep(unusual.score >= 1.0 || muted);
        if unusual.score < 1.0 || muted {
            self.meet(value, at, false);
            let verdict = self.usual(at, unusual.score, outlook);
            return Verdict { ended: ended.or(verdict.ended), ..verdict };
        }
        let kind = match (unusual.drifting, unusual.side > 0.0) {
            (true, _) => Kind::Drift,
            (false, true) => Kind::Spike,
            (false, false) => Kind::Drop,
        };
        let point = Anomaly::at(at, kind, value, outlook.expected, outlook.told(been_below), unusual.score);
        let point = if unusual.drifting { point.by_mean(unusual.side > 0.0) } else { point };
        let other_way = self.open.as_ref().is_some_and(|open| open.is_over_with(unusual.side > 0.0));
        // What turns round before it was the usual is beside what was expected before it began: the way back costs nothing.
        let before = self.beside.as_ref().filter(|_| other_way).map(Beside::before);
        if other_way {
            ended = self.end(false);
        }
        if self.open.is_none() {
            self.beside = Beside::new(before.unwrap_or(unusual.before));
        }
        self.meet(value, at, true);
        let open = match self.open.take() {
            Some(open) => open.grown(point, run.abs() >= NEW_LEVEL),
            None => point,
        };
        let lasting = self.beside.as_ref().filter(|_| open.kind.lasts()).map(Beside::so_far);
        let open = Anomaly { lasting, ..open };
        self.open = Some(open.clone());
        Verdict { score: unusual.score, anomaly: Some(open), ended, ..Verdict::silent(Some(outlook)) }
    }

    /// A value that is as it was before something went on: that is over, and what was known before is known again.
    fn comes_back(&mut self, value: f64, at: usize, outlook: Outlook, settings: &Settings) -> Verdict {
        let season = self.season;
        if let Some(was) = self.was.take() {
            let mut model = was.until(at, season);
            model.learn(value, at, season, &self.rest, settings);
            self.model = Some(model);
        }
        self.rest.meet(value, at % season, season);
        self.meet(value, at, false);
        Verdict { ended: self.end(false), ..Verdict::silent(Some(outlook)) }
    }

    /// What was known before is kept while something goes on, and a little longer.
    fn keep(&mut self, goes_on: bool) {
        let Some(was) = &mut self.was else { return };
        was.left = if goes_on { (self.season / 2).max(2) + 1 } else { was.left.saturating_sub(1) };
        if was.left == 0 {
            self.was = None;
        }
    }

    /// A value beside what was expected before the anomaly that goes on.
    fn meet(&mut self, value: f64, at: usize, belongs: bool) {
        if let Some(beside) = &mut self.beside {
            beside.meet(value, at, belongs);
        }
    }

    /// Nothing is unusual, or nobody is to be told: what went on may be over.
    fn usual(&mut self, at: usize, score: f64, outlook: Outlook) -> Verdict {
        let over = self.open.as_ref().is_some_and(|open| at - open.last > open.pause(self.season));
        let ended = if over { self.end(true) } else { None };
        Verdict { score, ended, ..Verdict::silent(Some(outlook)) }
    }

    /// What went on is over: because nothing after it was unusual, or because something else began.
    fn end(&mut self, became_usual: bool) -> Option<Anomaly> {
        let (open, beside) = (self.open.take()?, self.beside.take());
        let beside = beside.filter(|_| open.kind.lasts());
        let lasting = beside.map(|beside| if became_usual { beside.at_the_end() } else { beside.turned_round() });
        Some(Anomaly { lasting, ..open })
    }

    fn warm_up(&mut self, value: Option<f64>, settings: &Settings) {
        let before = self.first.len().checked_sub(self.season).map(|n| self.first[n]);
        // A gap takes the value of a season ago, or the last one; a series starts with its first value.
        let Some(value) = value.or(before).or(self.first.last().copied()) else { return };
        self.first.push(value);
        self.seen += 1;
        if self.seen == self.needed() {
            let first = std::mem::take(&mut self.first);
            if settings.method == Method::Seasonal {
                self.rest = Rest::new(&first, self.season);
            }
            self.model = Some(Model::new(&first, self.season, &self.rest));
        }
    }

    fn missing(&mut self, at: usize, outlook: Outlook, been_below: bool) -> Verdict {
        let point = Anomaly::at(at, Kind::Missing, 0.0, outlook.expected, outlook.told(been_below), 1.0);
        let goes_on = self.open.as_ref().is_some_and(|open| open.kind == Kind::Missing);
        let ended = if goes_on { None } else { self.end(true) };
        let open = match self.open.take() {
            Some(open) => open.grown(point, false),
            None => point,
        };
        self.open = Some(open.clone());
        Verdict { score: 1.0, anomaly: Some(open), ended, ..Verdict::silent(Some(outlook)) }
    }
}

fn may_have_been() -> bool {
    true
}

/// The verdicts on all values of a series, one after another: each knows only those before it.
pub fn detect(values: &[Option<f64>], season: usize, settings: &Settings) -> Vec<Verdict> {
    let mut series = Series::new(season);
    values.iter().map(|value| series.observe(*value, false, settings)).collect()
}
