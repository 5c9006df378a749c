//! Working through the cases in the order of time, as the desk would have: handing out, replying, scanning.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use domain::assignment::{Candidate, turns};
use domain::clients::Client;
use domain::departments::Strategy;
use domain::ids::{ClientId, DepartmentId, UserId};
use domain::sla::Plan;
use domain::tickets::{self, Handled, NewReply, Priority, Ticket};
use domain::timeline::NewEntry;
use jiff::{SignedDuration, Timestamp};
use runtime::Result;

use super::cases::Case;
use super::house::House;
use super::script::{Beat, Move};
use super::{id, people, wrong};

/// How often the breach scan runs.
const SCAN_EVERY_S: i64 = 15 * 60;

/// A ticket with all that happened to it.
pub(super) struct Worked {
    pub(super) ticket: Ticket,
    pub(super) entries: Vec<NewEntry>,
}

/// What has come of the cases.
pub(super) struct Outcome {
    /// In the order of their numbers.
    pub(super) cases: Vec<Worked>,
    /// Whose turn it was last.
    pub(super) turns: Vec<(DepartmentId, UserId)>,
}

/// Works on all cases up to now.
pub(super) fn work(house: &House, cases: Vec<Case>, now: Timestamp) -> Result<Outcome> {
    let mut desk = Desk { house, loads: HashMap::new(), turns: HashMap::new(), plans: HashMap::new(), opened: 0 };
    let mut open: Vec<Running<'_>> = cases.into_iter().map(|case| desk.running(case)).collect::<Result<_>>()?;
    let mut agenda: BinaryHeap<_> =
        open.iter().enumerate().map(|(at, case)| Reverse((case.case.opened_at, at))).collect();
    while let Some(Reverse((at, which))) = agenda.pop() {
        if at > now {
            break;
        }
        let running = &mut open[which];
        desk.turn(running, at)?;
        agenda.extend(running.next_at(at).map(|next| Reverse((next, which))));
    }
    for running in &mut open {
        desk.scan(running, now)?;
    }
    let worked = |running: Running<'_>| Some(Worked { ticket: running.ticket?, entries: running.entries });
    let mut cases: Vec<Worked> = open.into_iter().filter_map(worked).collect();
    cases.sort_by_key(|worked| worked.ticket.number);
    let mut turns: Vec<(DepartmentId, UserId)> = desk.turns.into_iter().collect();
    turns.sort_unstable();
    Ok(Outcome { cases, turns })
}

struct Desk<'a> {
    house: &'a House,
    loads: HashMap<UserId, u32>,
    turns: HashMap<DepartmentId, UserId>,
    plans: HashMap<(ClientId, Option<DepartmentId>), Option<Plan>>,
    /// Tickets so far.
    opened: u64,
}

/// A case under way.
struct Running<'a> {
    case: Case,
    client: &'a Client,
    ticket: Option<Ticket>,
    entries: Vec<NewEntry>,
    /// What comes next, when, and by whom.
    coming: Option<(Timestamp, UserId, Move)>,
}

impl Running<'_> {
    /// When to look at it again: for what comes next, or for the breach scan.
    fn next_at(&self, now: Timestamp) -> Option<Timestamp> {
        let mark = self.ticket.as_ref().and_then(|ticket| ticket.sla.next_mark);
        let scan = mark.map(|mark| next_scan(mark.max(now)));
        let coming = self.coming.as_ref().map(|(at, ..)| *at);
        scan.into_iter().chain(coming).min()
    }
}

/// The first scan that is not before an instant.
fn next_scan(from: Timestamp) -> Timestamp {
    let late = from.as_second().rem_euclid(SCAN_EVERY_S);
    let exact = late == 0 && from.subsec_nanosecond() == 0;
    let second = from.as_second() - late + if exact { 0 } else { SCAN_EVERY_S };
    Timestamp::from_second(second).unwrap_or(from)
}

impl<'a> Desk<'a> {
    fn running(&self, case: Case) -> Result<Running<'a>> {
        let client = self.house.client(case.client)?;
        Ok(Running { case, client, ticket: None, entries: Vec::new(), coming: None })
    }

    /// Does what is due at this instant.
    fn turn(&mut self, running: &mut Running<'a>, at: Timestamp) -> Result<()> {
        if running.ticket.is_none() {
            self.open(running, at)?;
        } else if running.coming.as_ref().is_some_and(|(due, ..)| *due <= at) {
            self.act(running, at)?;
        } else {
            return self.scan(running, at);
        }
        running.coming = running.case.beats.pop_front().map(|beat| self.comes(running, beat, at)).transpose()?;
        Ok(())
    }

    fn open(&mut self, running: &mut Running<'a>, at: Timestamp) -> Result<()> {
        let case = &running.case;
        let by = if case.by_client { case.customer } else { self.on_duty(case.new.department, at) };
        let plan = self.plan(case.client, case.new.department)?;
        let actor = self.house.actor(by)?;
        self.opened += 1;
        let handled = tickets::open(case.id, self.opened, case.new.clone(), running.client, &actor, at, plan.as_ref())?;
        self.settle(running, handled, at)
    }

    /// The breach scan's step.
    fn scan(&mut self, running: &mut Running<'a>, at: Timestamp) -> Result<()> {
        let Some(ticket) = running.ticket.clone().filter(|ticket| ticket.sla.next_mark.is_some_and(|mark| mark <= at))
        else {
            return Ok(());
        };
        let plan = self.plan(ticket.client, ticket.department)?;
        let handled = tickets::advance(ticket, at, plan.as_ref());
        self.settle(running, handled, at)
    }

    fn act(&mut self, running: &mut Running<'a>, at: Timestamp) -> Result<()> {
        let Some((_, by, what)) = running.coming.take() else { return Ok(()) };
        let Some(ticket) = running.ticket.clone() else { return Ok(()) };
        let plan = self.plan(ticket.client, ticket.department)?;
        let plan = plan.as_ref();
        let owner = ticket.assignee.map(|owner| self.candidate(owner)).transpose()?;
        let actor = self.house.actor(by)?;
        let handled = match what {
            Move::Own(take) => match self.who_has_room(&ticket, at)? {
                Some(who) if ticket.assignee.is_none() => {
                    if take && self.house.at_work(who.user, at) {
                        tickets::take(ticket, &who, &self.house.actor(who.user)?, at, plan)?
                    } else {
                        tickets::assign(ticket, Some(&who), &actor, at, plan)?
                    }
                }
                _ => return Ok(()),
            },
            Move::Reply(text, then) => {
                let body = signed(&text, &running.case.first_name, &actor.name);
                tickets::reply(ticket, NewReply { body, then }, owner.as_ref(), &actor, at, plan)?
            }
            Move::Customer(body) => {
                tickets::reply(ticket, NewReply { body, then: None }, owner.as_ref(), &actor, at, plan)?
            }
            Move::Note(body) => tickets::note(ticket, body, &actor, at, plan)?,
            Move::Status(to) => tickets::set_status(ticket, to, owner.as_ref(), &actor, at, plan)?,
        };
        self.settle(running, handled, at)
    }

    /// What follows from a command: the work is handed out, loads move, the timeline grows.
    fn settle(&mut self, running: &mut Running<'a>, handled: Handled, at: Timestamp) -> Result<()> {
        let before = running.ticket.as_ref().and_then(Ticket::counts_as_load);
        let mut handled = self.hand_out(handled, at)?;
        let after = handled.ticket.counts_as_load();
        if before != after {
            if let Some(user) = before {
                let load = self.loads.entry(user).or_default();
                *load = load.saturating_sub(1);
            }
            if let Some(user) = after {
                *self.loads.entry(user).or_default() += 1;
            }
        }
        running.entries.append(&mut handled.entries);
        running.ticket = Some(handled.ticket);
        Ok(())
    }

    fn hand_out(&mut self, handled: Handled, at: Timestamp) -> Result<Handled> {
        let ticket = &handled.ticket;
        let department = self.house.department(ticket.department);
        let Some(department) = department.filter(|department| department.strategy == Strategy::RoundRobin) else {
            return Ok(handled);
        };
        if ticket.assignee.is_some() || !ticket.status.is_work() {
            return Ok(handled);
        }
        let plan = self.plan(ticket.client, ticket.department)?;
        for member in turns(&department.members, self.turns.get(&department.id).copied()) {
            let candidate = self.candidate(member)?;
            if candidate.has_room() {
                self.turns.insert(department.id, member);
                return Ok(tickets::auto_assign(handled, &candidate, at, plan.as_ref()));
            }
        }
        Ok(handled)
    }

    /// When the next beat comes, and who does it.
    fn comes(&self, running: &Running<'a>, beat: Beat, now: Timestamp) -> Result<(Timestamp, UserId, Move)> {
        let after = SignedDuration::from_mins(beat.after);
        if let Move::Customer(_) = beat.what {
            let at = people::office_hours(&running.client.zone).add_open(now, after).map_err(|_| wrong("too far"))?;
            return Ok((at, running.case.customer, beat.what));
        }
        let Some(ticket) = &running.ticket else { return Err(wrong("a beat before the opening")) };
        let at = now + after;
        let owner = ticket.assignee.filter(|_| !matches!(beat.what, Move::Own(_)));
        // Whoever is on call looks after what cannot wait.
        if ticket.priority == Priority::P1 {
            return Ok((at, owner.unwrap_or_else(|| self.on_duty(ticket.department, at)), beat.what));
        }
        if let Some(owner) = owner.filter(|owner| self.house.at_work(*owner, at)) {
            return Ok((at, owner, beat.what));
        }
        let stand_in = self.on_duty(ticket.department, at);
        if self.house.at_work(stand_in, at) {
            return Ok((at, stand_in, beat.what));
        }
        let who = owner.unwrap_or(stand_in);
        let shift = self.house.shift(who).ok_or_else(|| wrong("somebody without hours"))?;
        let soon_after_they_come = SignedDuration::from_mins(4 + beat.after % 15);
        Ok((shift.add_open(at, soon_after_they_come).map_err(|_| wrong("too far"))?, who, beat.what))
    }

    /// Somebody who is at work: of the department if there is one, or else any technician; at worst the dispatcher.
    fn on_duty(&self, department: Option<DepartmentId>, at: Timestamp) -> UserId {
        let members = self.house.department(department).map_or(&[][..], |department| &department.members);
        let technicians = people::TECHNICIANS.map(|number| id(number, UserId::from_uuid));
        let at_work = members.iter().copied().chain(technicians).find(|user| self.house.at_work(*user, at));
        at_work.unwrap_or_else(|| id(people::DISPATCHER, UserId::from_uuid))
    }

    /// Who of the department is best given a ticket: at work first, then by what they carry.
    fn who_has_room(&self, ticket: &Ticket, at: Timestamp) -> Result<Option<Candidate>> {
        let members = self.house.department(ticket.department).map_or(&[][..], |department| &department.members);
        let mut free = Vec::new();
        for member in members {
            let candidate = self.candidate(*member)?;
            if candidate.has_room() {
                free.push((!self.house.at_work(*member, at), candidate.open, *member, candidate));
            }
        }
        Ok(free
            .into_iter()
            .min_by_key(|(away, open, member, _)| (*away, *open, *member))
            .map(|(.., candidate)| candidate))
    }

    fn candidate(&self, user: UserId) -> Result<Candidate> {
        Ok(self.house.user(user)?.candidate(self.loads.get(&user).copied().unwrap_or_default()))
    }

    /// The plan that holds, found once.
    fn plan(&mut self, client: ClientId, department: Option<DepartmentId>) -> Result<Option<Plan>> {
        if let Some(plan) = self.plans.get(&(client, department)) {
            return Ok(plan.clone());
        }
        let plan = self.house.plan(client, department)?;
        self.plans.insert((client, department), plan.clone());
        Ok(plan)
    }
}

/// A reply as people write it.
fn signed(text: &str, to: &str, from: &str) -> String {
    format!("Hi {to},\n\n{text}\n\nBest regards\n{}", people::first_name(from))
}
