//! Handing out work: turns, fairness, and never more than somebody can carry.

use std::collections::BTreeMap;

use crate::common::*;
use domain::Refusal;
use domain::access::Role;
use domain::assignment::{Candidate, round_robin};
use domain::ids::*;
use domain::tickets::{self, Handled, NewReply, Status, Ticket, allowed_from};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn members(count: u128) -> Vec<UserId> {
    (1..=count).map(user).collect()
}

fn with_room(users: &[UserId]) -> Vec<Candidate> {
    users.iter().map(|user| Candidate { user: *user, active: true, open: 0, capacity: None }).collect()
}

#[test]
fn turns_go_round_in_the_order_of_the_members() {
    let (all, free) = (members(3), with_room(&members(3)));
    let mut last = None;
    let mut turns = Vec::new();
    for _ in 0..7 {
        last = round_robin(&all, last, &free);
        turns.push(last.unwrap());
    }
    assert_eq!(turns, [1, 2, 3, 1, 2, 3, 1].map(user));
    assert_eq!(round_robin(&all, Some(user(9)), &free), Some(user(1)), "a former member's turn starts at the top");
    assert_eq!(round_robin(&[], None, &free), None);
}

#[test]
fn who_is_away_full_or_unknown_is_passed_over() {
    let all = members(4);
    let mut free = with_room(&all);
    free[0].active = false;
    (free[1].open, free[1].capacity) = (2, Some(2));
    free.remove(2);
    assert_eq!(round_robin(&all, None, &free), Some(user(4)));
    free[2].capacity = Some(0);
    assert_eq!(round_robin(&all, None, &free), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn turns_are_fair_and_capacity_is_never_exceeded(
        capacities in proptest::collection::vec(proptest::option::of(0u32..6), 1..8),
        tickets in 0usize..60,
    ) {
        let all = members(capacities.len() as u128);
        let mut free: Vec<Candidate> =
            all.iter().zip(&capacities).map(|(user, capacity)| Candidate { user: *user, active: true, open: 0, capacity: *capacity }).collect();
        let mut last = None;
        for _ in 0..tickets {
            let Some(next) = round_robin(&all, last, &free) else {
                prop_assert!(free.iter().all(|one| Some(one.open) == one.capacity), "somebody had room");
                break;
            };
            free.iter_mut().find(|one| one.user == next).unwrap().open += 1;
            last = Some(next);
        }
        for one in &free {
            prop_assert!(one.capacity.is_none_or(|most| one.open <= most));
        }
        // Among those who never filled up nobody is more than one ahead.
        let unfilled: Vec<u32> = free.iter().filter(|one| one.has_room()).map(|one| one.open).collect();
        if let (Some(least), Some(most)) = (unfilled.iter().min(), unfilled.iter().max()) {
            prop_assert!(most - least <= 1);
        }
    }

    #[test]
    fn whatever_people_do_nobody_carries_more_than_they_can(
        capacities in proptest::array::uniform3(0u32..3),
        commands in proptest::collection::vec((0usize..5, 0u8..6, any::<u8>()), 1..80),
    ) {
        let mut desk: Vec<Ticket> = (0..5).map(|_| ticket(Timestamp::UNIX_EPOCH)).collect();
        let mut now = Timestamp::UNIX_EPOCH;
        for (at, command, pick) in commands {
            now += SignedDuration::from_mins(1);
            let load = |user: UserId| desk.iter().filter(|ticket| ticket.counts_as_load() == Some(user)).count() as u32;
            let who = |n: u128| Candidate { user: user(n), active: true, open: load(user(n)), capacity: Some(capacities[n as usize - 1]) };
            let (n, ticket) = (u128::from(pick % 3) + 1, desk[at].clone());
            let owner = ticket.assignee.map(|owner| who(owner.uuid().as_u128()));
            let by = acting(Role::Manager);
            let before = ticket.status;
            let done: Result<Handled, Refusal> = match command {
                0 => tickets::take(ticket, &who(n), &staff(n), now, None),
                1 => tickets::assign(ticket, Some(&who(n)), &by, now, None),
                2 => tickets::reply(ticket, NewReply { body: "x".into(), then: None }, owner.as_ref(), &customer(), now, None),
                3 => tickets::set_status(ticket, Status::ALL[usize::from(pick) % 6], owner.as_ref(), &by, now, None),
                4 => Ok(tickets::auto_assign(tickets::advance(ticket, now, None), &who(n), now, None)),
                _ => tickets::set_status(ticket, Status::Open, owner.as_ref(), &by, now, None),
            };
            if let Ok(handled) = done {
                let after = handled.ticket.status;
                prop_assert!(before == after || allowed_from(before).contains(&after), "{before} to {after}");
                desk[at] = handled.ticket;
            }
            let mut loads: BTreeMap<UserId, u32> = BTreeMap::new();
            for owner in desk.iter().filter_map(Ticket::counts_as_load) {
                *loads.entry(owner).or_default() += 1;
            }
            for (owner, open) in loads {
                prop_assert!(open <= capacities[owner.uuid().as_u128() as usize - 1], "{owner} carries {open}");
            }
        }
    }
}
