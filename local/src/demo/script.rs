//! How a case goes: what is said and done one after the other, and how long each takes.

use std::collections::VecDeque;

use domain::tickets::{Priority, Status};

use super::random::Random;
use super::scenarios::{Line, Scenario};

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Move {
    /// Somebody becomes the owner: takes it themselves when true, is given it otherwise.
    Own(bool),
    /// The desk replies.
    Reply(String, Option<Status>),
    /// The desk notes something.
    Note(String),
    /// The customer writes.
    Customer(String),
    /// The desk sets the status.
    Status(Status),
}

/// What is done, and how many minutes after what came before: office minutes for the customer.
#[derive(Clone, Debug)]
pub(super) struct Beat {
    pub(super) after: i64,
    pub(super) what: Move,
}

/// Where a case stands at the present instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Over, or wherever it has come by itself.
    Nowhere,
    /// Nobody has answered yet.
    Unanswered,
    /// Answered, and worked on.
    Working,
    /// Waiting for the customer.
    ForCustomer,
    /// Waiting for somebody else.
    ForVendor,
    /// The customer waits for an answer.
    ForUs,
}

const ASKS: &[&str] = &[
    "Could you send us a picture of the message, and tell us since when you see it?",
    "We have changed something on our side. Could you try again and tell us whether it still happens?",
    "When would be a good time for us to look at it together for ten minutes?",
];
const VENDORS: &[&str] = &[
    "This needs the manufacturer. We have opened a case there and keep you posted.",
    "The part is ordered. The supplier says two to three working days.",
    "The provider has to look at this. We have asked for their technician.",
];
const NUDGES: &[&str] = &[
    "Is there any news on this? It keeps us from working properly.",
    "It has just happened again, this time to a colleague as well.",
    "I tried what you said, but it did not change anything.",
];
const AGAIN: &[&str] = &[
    "Sorry to come back to this: since this morning it is the same as before.",
    "It worked for a day, now the problem is back.",
];
const LOOKED_AGAIN: &[&str] = &[
    "Thank you for telling us. I have found what brought it back and am correcting it for good.",
    "You are right, I see it in the log. I take another look at once.",
];
const NOW_REALLY: &[&str] = &[
    "The setting had been undone by a policy; that is corrected now. I have checked it twice.",
    "It has been stable since yesterday, so this time I am confident. Please write if not.",
];

/// How a case of this scenario goes.
pub(super) fn of(scenario: &Scenario, priority: Priority, stop: Stop, random: &mut Random) -> VecDeque<Beat> {
    let mut script = Script { priority, random, beats: VecDeque::new(), slow: 1 };
    match stop {
        Stop::Nowhere => script.whole(scenario),
        Stop::Unanswered => {}
        Stop::Working | Stop::ForCustomer | Stop::ForVendor | Stop::ForUs => script.begun(scenario, stop),
    }
    script.beats
}

struct Script<'a> {
    priority: Priority,
    random: &'a mut Random,
    beats: VecDeque<Beat>,
    /// How many times longer than usual the desk takes.
    slow: i64,
}

impl Script<'_> {
    fn whole(&mut self, scenario: &Scenario) {
        // A desk that is never late needs no SLA.
        if self.random.percent(9) {
            self.slow = 6;
        }
        self.own();
        if self.random.percent(3) {
            self.desk(20, 90, Move::Note("Reported twice: a colleague has a ticket for this already.".to_owned()));
            self.desk(1, 5, Move::Status(Status::Cancelled));
            return;
        }
        for line in self.some_of(&scenario.talk) {
            self.line(&line);
        }
        if self.random.percent(7) {
            let (again, looked, really) = (self.one_of(AGAIN), self.one_of(LOOKED_AGAIN), self.one_of(NOW_REALLY));
            self.customer(240, 1200, again);
            self.desk(20, 120, Move::Reply(looked, None));
            self.desk(30, 200, Move::Reply(really, Some(Status::Resolved)));
        }
        self.desk(3 * 1440, 5 * 1440, Move::Status(Status::Closed));
    }

    /// Not every conversation is as long as it could be: sometimes all that counts is the end.
    fn some_of(&mut self, talk: &[Line]) -> Vec<Line> {
        let short = self.random.percent(20);
        let keep = |line: &&Line| !short || matches!(line, Line::Done(_) | Line::Note(_));
        talk.iter().filter(keep).cloned().collect()
    }

    fn begun(&mut self, scenario: &Scenario, stop: Stop) {
        self.own();
        let answer = scenario.talk.iter().find_map(|line| match line {
            Line::Staff(text) | Line::Ask(text) => Some(text.clone()),
            _ => None,
        });
        let answer = answer.unwrap_or_else(|| "Thank you for your message. We are looking into it.".to_owned());
        self.desk(3, 9, Move::Reply(answer, Some(Status::Open)));
        if let Some(Line::Note(note)) = scenario.talk.iter().find(|line| matches!(line, Line::Note(_))) {
            self.desk(10, 30, Move::Note(note.clone()));
        }
        match stop {
            Stop::ForCustomer => {
                let ask = self.one_of(ASKS);
                self.desk(10, 40, Move::Reply(ask, Some(Status::PendingCustomer)));
            }
            Stop::ForVendor => {
                let told = self.one_of(VENDORS);
                self.desk(10, 40, Move::Reply(told, Some(Status::PendingVendor)));
            }
            Stop::ForUs => {
                let nudge = self.one_of(NUDGES);
                self.customer(5, 40, nudge);
            }
            _ => {}
        }
    }

    fn one_of(&mut self, texts: &[&str]) -> String {
        (*self.random.pick::<&str>(texts)).to_owned()
    }

    fn own(&mut self) {
        let own = Move::Own(self.random.percent(40));
        let late = if self.priority <= Priority::P2 { 3 } else { 9 };
        let slow = std::mem::replace(&mut self.slow, 1);
        self.desk(1, late, own);
        self.slow = slow;
    }

    fn line(&mut self, line: &Line) {
        let first = !self.beats.iter().any(|beat| matches!(beat.what, Move::Reply(..)));
        let asked = self.beats.back().is_some_and(|beat| matches!(beat.what, Move::Customer(_)));
        let (soon, late) = if first { self.first_answer() } else { self.next_answer() };
        match line {
            Line::Staff(text) => self.desk(soon, late, Move::Reply(text.clone(), None)),
            Line::Ask(text) => self.desk(soon, late, Move::Reply(text.clone(), Some(Status::PendingCustomer))),
            Line::Vendor(text) => self.desk(soon, late, Move::Reply(text.clone(), Some(Status::PendingVendor))),
            Line::Note(text) => self.desk(1, if first { 3 } else { 25 }, Move::Note(text.clone())),
            Line::Done(text) => {
                // Whoever waits for an answer is not kept waiting until all is done.
                let (soon, late) = if first || asked { (soon, late) } else { self.until_done() };
                self.desk(soon, late, Move::Reply(text.clone(), Some(Status::Resolved)));
            }
            Line::Customer(text) => self.customer(10, 200, text.clone()),
        }
    }

    fn first_answer(&self) -> (i64, i64) {
        match self.priority {
            Priority::P1 => (2, 8),
            Priority::P2 => (5, 20),
            Priority::P3 => (12, 80),
            Priority::P4 => (25, 180),
        }
    }

    fn next_answer(&self) -> (i64, i64) {
        match self.priority {
            Priority::P1 => (4, 20),
            Priority::P2 => (8, 40),
            Priority::P3 => (12, 80),
            Priority::P4 => (20, 140),
        }
    }

    fn until_done(&self) -> (i64, i64) {
        match self.priority {
            Priority::P1 => (15, 60),
            Priority::P2 => (20, 110),
            Priority::P3 => (40, 300),
            Priority::P4 => (60, 1500),
        }
    }

    fn desk(&mut self, soon: i64, late: i64, what: Move) {
        let after = self.random.between(soon, late) * self.slow;
        self.beats.push_back(Beat { after, what });
    }

    fn customer(&mut self, soon: i64, late: i64, text: String) {
        let after = self.random.between(soon, late);
        self.beats.push_back(Beat { after, what: Move::Customer(text) });
    }
}
