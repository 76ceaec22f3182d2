//! The channels, whose ends wait: as threads for some microseconds, and as tasks that give up after one poll. What waits and gets nothing
//! has changed nothing; what gets something got it at some time while it waited.

mod conflated;
mod faulty;
mod lanes;
mod latest;
mod priority;
mod ways;

use std::ops::Range;

use forebay::channel::{self, CloseEnd, PolicyEnd, ReceiveEnd, Receiver, SendEnd, Sender, Shared};
use forebay_core::{Overflow, PushError, Pushed, Refusal};
use forebay_tests::history::ring::{Id, Op, Pop, Push, Rest, UNTOLD};
use forebay_tests::history::{mpsc, spsc, swap};
use forebay_tests::swap::OVERFLOWS;

use crate::drive::{Random, Tally, check, check_samples, drive};
use crate::ring::{Consuming, End, Plan, Producing, outcomes, sampled_outcomes, samples, session};
use ways::Became;

/// A policy, as the histories have it.
trait Policy: Into<Overflow> {
    fn of(overflow: Overflow) -> Self;
}

impl Policy for Overflow {
    fn of(overflow: Overflow) -> Self {
        overflow
    }
}

impl Policy for Refusal {
    fn of(overflow: Overflow) -> Self {
        overflow.try_into().expect("it never evicts")
    }
}

type Force<P> = fn(&mut Sender<P, Shared>, Id) -> Push;
type Reserve<P> = fn(&mut Sender<P, Shared>, Id, &mut Random) -> ways::Sent<<P as SendEnd>::Sent, Id>;

/// What the ends of one ring do otherwise than those of another one.
struct Kind<P: SendEnd<Item = Id>, C: ReceiveEnd> {
    /// Nothing, where there is one policy.
    switch_sender: fn(&Sender<P, Shared>, Overflow),
    switch_receiver: fn(&Receiver<C, Shared>, Overflow),
    close: fn(&mut Receiver<C, Shared>),
    rest: fn(&C) -> Rest,
    /// Whether a batch tells what has become of each item, as none is evicted.
    tells: bool,
    /// A send whatever the policy is, where there is one.
    force: Option<Force<P>>,
    /// A send into room that was kept for it, where there is one.
    reserve: Option<Reserve<P>>,
}

impl<P: SendEnd<Item = Id>, C: ReceiveEnd> Clone for Kind<P, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P: SendEnd<Item = Id>, C: ReceiveEnd> Copy for Kind<P, C> {}

struct Sending<P: SendEnd<Item = Id>, C: ReceiveEnd> {
    end: Sender<P, Shared>,
    kind: Kind<P, C>,
    dice: Random,
}

struct Receiving<P: SendEnd<Item = Id>, C: ReceiveEnd> {
    end: Receiver<C, Shared>,
    kind: Kind<P, C>,
    dice: Random,
}

/// What a send came to.
fn pushed(id: Id, outcome: Result<impl Became<Id>, PushError<Id>>) -> Push {
    Push::of_evicting(id, outcome.map(|sent| sent.other().map_or(Pushed::Stored, Pushed::Evicted)))
}

impl<P, C> Producing for Sending<P, C>
where
    P: SendEnd<Item = Id, Sent: Became<Id>> + Send,
    C: ReceiveEnd,
{
    const BATCHES: usize = 2;

    fn push(&mut self, id: Id) -> Push {
        pushed(id, self.end.try_send(id))
    }

    fn switch(&mut self, policy: Overflow) {
        (self.kind.switch_sender)(&self.end, policy);
    }

    fn force(&mut self, id: Id) -> Option<Push> {
        self.kind.force.map(|force| force(&mut self.end, id))
    }

    /// What may wait: it is recorded, if anything came of it.
    fn push_batch(&mut self, ids: Range<Id>) -> Option<Vec<Op>> {
        let first = ids.start;
        if self.kind.tells && self.dice.below(5) < 2 {
            let (count, error) = ways::send_many(&mut self.end, ids.clone());
            let stored = ids.take(count).map(|id| Op::Push(id, Push::Stored));
            let next = first + count as Id;
            return Some(stored.chain(error.map(|error| Op::Push(next, Push::of(next, Err(error))))).collect());
        }
        let outcome = match self.kind.reserve {
            Some(reserve) if self.dice.below(3) == 0 => reserve(&mut self.end, first, &mut self.dice),
            _ => ways::send(&mut self.end, first, &mut self.dice),
        };
        Some(outcome.map(|outcome| Op::Push(first, pushed(first, outcome))).into_iter().collect())
    }
}

impl<P, C> Consuming for Receiving<P, C>
where
    P: SendEnd<Item = Id>,
    C: ReceiveEnd<Item = Id> + Send,
{
    const BATCHES: usize = 2;

    fn pop(&mut self) -> (Pop, usize) {
        (self.end.try_recv().into(), UNTOLD)
    }

    /// What may wait, too.
    fn pop_batch(&mut self, most: usize) -> Option<Vec<Op>> {
        if self.dice.below(2) == 0 {
            let outcome = ways::receive(&mut self.end, &mut self.dice);
            return Some(vec![Op::Look, Op::Pop(outcome.into(), UNTOLD)]);
        }
        let (may_look, ids) = ways::receive_many(&mut self.end, most, &mut self.dice);
        let no_more = (ids.len() < most).then_some(Op::NoMore);
        let pops = ids.into_iter().map(|id| Op::Pop(Pop::Item(id), UNTOLD));
        Some(may_look.then_some(Op::Look).into_iter().chain(pops).chain(no_more).collect())
    }

    fn len(&self) -> usize {
        self.end.len()
    }

    fn switch(&mut self, policy: Overflow) {
        (self.kind.switch_receiver)(&self.end, policy);
    }

    fn close(&mut self) {
        (self.kind.close)(&mut self.end);
    }

    fn rest(&mut self) -> Rest {
        (self.kind.rest)(self.end.end())
    }
}

type Ends<P, C> = (Vec<Sender<P, Shared>>, Receiver<C, Shared>);

/// A history of a channel, or samples of it.
fn work<P, C>(
    plan: &Plan,
    seed: u64,
    kind: Kind<P, C>,
    (senders, receiver): Ends<P, C>,
    is_sampled: bool,
) -> Vec<Vec<forebay_tests::history::record::Call<Op>>>
where
    P: SendEnd<Item = Id, Sent: Became<Id>> + Send,
    C: ReceiveEnd<Item = Id> + Send,
{
    let dice = |which: usize| Random::new(seed ^ (0xd1ce + which as u64));
    let senders =
        senders.into_iter().enumerate().map(|(which, end)| Sending { end, kind, dice: dice(which) }).collect();
    let receiver = Receiving { end: receiver, kind, dice: dice(7) };
    if is_sampled { samples(plan, seed, senders, receiver) } else { session(plan, seed, senders, receiver) }
}

/// With a policy that can be switched.
const fn with_policy<P, C, O>(close: fn(&mut Receiver<C, Shared>), rest: fn(&C) -> Rest, tells: bool) -> Kind<P, C>
where
    P: SendEnd<Item = Id> + PolicyEnd<Policy = O>,
    C: ReceiveEnd + PolicyEnd<Policy = O>,
    O: Policy,
{
    Kind {
        switch_sender: |end, policy| end.set_overflow(O::of(policy)),
        switch_receiver: |end, policy| end.set_overflow(O::of(policy)),
        close,
        rest,
        tells,
        force: None,
        reserve: None,
    }
}

fn close<C: CloseEnd>(end: &mut Receiver<C, Shared>) {
    end.close();
}

/// As many senders as the plan has.
fn senders<P: SendEnd>(
    plan: &Plan,
    first: Sender<P, Shared>,
    another: impl Fn(&Sender<P, Shared>) -> Sender<P, Shared>,
) -> Vec<Sender<P, Shared>> {
    let mut senders = vec![first];
    while senders.len() < plan.producers {
        senders.push(another(&senders[0]));
    }
    senders
}

fn histories(
    what: &str,
    policies: &'static [Overflow],
    producers: &'static [usize],
    ends: &'static [End],
    work: fn(&Plan, u64, bool, &mut Tally) -> Result<(), String>,
) {
    // Who isn't told how many were missing records none.
    let told = |outcomes: Vec<&'static str>| -> Vec<&'static str> {
        outcomes.into_iter().filter(|outcome| *outcome != "item after others").collect()
    };
    let run = |name: &str, outcomes: Vec<&'static str>, is_sampled| {
        drive(name, &told(outcomes), |seed, tally| {
            let plan = Plan::of(seed, producers, policies, ends);
            work(&plan, seed, is_sampled, tally).map_err(|why| format!("{plan:?}, {why}"))
        });
    };
    let mut whole = outcomes(policies);
    whole.extend(what.contains("swap").then_some("forced"));
    run(what, whole, false);
    run(&format!("{what}, sampled"), sampled_outcomes(policies), true);
}

#[test]
fn of_spsc() {
    histories(
        "channel, spsc",
        &[Overflow::Reject],
        &[1],
        &[End::ProducersGo, End::ConsumerGoes],
        |plan, seed, is_sampled, tally| {
            let (sender, receiver) = channel::spsc(plan.capacity).expect("a small channel");
            let kind = Kind {
                switch_sender: |_, _| unreachable!("there is one policy"),
                switch_receiver: |_, _| unreachable!("there is one policy"),
                close: |_| unreachable!("it only goes"),
                rest: |end: &forebay_core::spsc::OwnedConsumer<Id>| Rest {
                    len: end.len(),
                    evicted: 0,
                    shed: 0,
                    policy: Overflow::Reject,
                },
                tells: true,
                force: None,
                reserve: Some(ways::reserve),
            };
            let windows = work(plan, seed, kind, (vec![sender], receiver), is_sampled);
            let spec = spsc::Spsc { capacity: plan.capacity, asks: true };
            let check = if is_sampled { check_samples } else { check };
            check(&spec, spsc::State::new(), &windows, tally)
        },
    );
}

const ENDS: &[End] = &[End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses];

#[test]
fn of_mpsc() {
    let policies = &[Overflow::Reject, Overflow::DropIncoming];
    histories("channel, mpsc, switched", policies, &[1, 2, 3], ENDS, |plan, seed, is_sampled, tally| {
        let (sender, receiver) = channel::mpsc(plan.capacity).expect("a small channel");
        let kind = with_policy(
            close,
            |end: &forebay_core::mpsc::OwnedConsumer<Id>| Rest {
                len: end.len(),
                evicted: 0,
                shed: end.shed(),
                policy: end.refusal().into(),
            },
            true,
        );
        let senders = senders(plan, sender, Sender::clone);
        let windows = work(plan, seed, kind, (senders, receiver), is_sampled);
        let producers = u8::try_from(plan.producers).expect("few");
        let check = if is_sampled { check_samples } else { check };
        check(&mpsc::Mpsc { capacity: plan.capacity }, mpsc::State::new(producers), &windows, tally)
    });
}

/// Of those that evict, and of those that don't. Where a pop loses a race a receive that waits may be two steps; that comes seldom here, and
/// each time in `tests/stalls/swap/sweeps.rs`.
fn of_swap(what: &str, policies: &'static [Overflow]) {
    histories(what, policies, &[1, 2, 3], ENDS, |plan, seed, is_sampled, tally| {
        let (sender, receiver) =
            channel::swap(plan.capacity, plan.producers, plan.policies[0]).expect("a small channel");
        let kind = with_policy(
            close,
            |end: &forebay_core::swap::OwnedConsumer<Id>| Rest {
                len: end.len(),
                evicted: end.evicted(),
                shed: end.shed(),
                policy: end.overflow(),
            },
            false,
        );
        let force: Force<_> =
            |end, id| pushed(id, end.force_send(id).map_err(|error| PushError::Closed(error.into_inner())));
        let kind = Kind { force: Some(force), ..kind };
        let senders = senders(plan, sender, |first| first.try_clone().expect("a free seat"));
        let windows = work(plan, seed, kind, (senders, receiver), is_sampled);
        let producers = u8::try_from(plan.producers).expect("few");
        let check = if is_sampled { check_samples } else { check };
        let spec = swap::Swap { capacity: plan.capacity, seats: plan.producers };
        check(&spec, swap::State::new(producers), &windows, tally)
    });
}

#[test]
fn of_swap_that_rejects() {
    of_swap("channel, swap, reject", &[Overflow::Reject]);
}

#[test]
fn of_swap_that_evicts() {
    of_swap("channel, swap, drop oldest", &[Overflow::DropOldest]);
}

#[test]
fn of_swap_switched() {
    of_swap("channel, swap, switched", &OVERFLOWS);
}
