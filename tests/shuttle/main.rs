//! Eight threads at one channel, in some of their schedules: whatever comes first, all come to an end, and the account is right.
//!
//! `RUSTFLAGS="--cfg forebay_shuttle" cargo test --release -p forebay-tests --test shuttle`
//!
//! A schedule that fails is printed; `FOREBAY_SHUTTLE_REPLAY=SCHEDULE` with the name of that test runs it again, alone.
//! `FOREBAY_SHUTTLE_SEED` takes others than the usual ones, and `FOREBAY_SHUTTLE_TIMES` so many times as many.
//!
//! Claims: waiting.

#![cfg(forebay_shuttle)]

use forebay::channel::{self, Lobby, Receiver, Sender, Shared};
use forebay::{Overflow, Refusal, mpsc, swap};
use forebay_tests::course::OVERFLOWS;
use forebay_tests::crowd::{self, Account, Dice, End, Item, Plan, Rx, Tx};
use forebay_tests::schedules::check;
use shuttle::rand::{Rng, thread_rng};

mod forgotten;

/// Of the checker, so that an execution can be had again.
fn dice(_whose: u64) -> Dice {
    Box::new(|below| thread_rng().gen_range(0..below))
}

fn some(below: usize) -> usize {
    thread_rng().gen_range(0..below)
}

/// Five senders, and two that watch where the receiver goes first; items enough that some have to wait.
fn plan(end: End) -> Plan {
    Plan { senders: 5, items: 3, end, watched: true, renewal: 4 }
}

/// One crowd, with capacities 1 to 3.
fn crowd<P: Tx, C: Rx>(
    executions: usize,
    make: impl Fn(usize) -> (Sender<P, Shared>, Receiver<C, Shared>) + Sync + Send + 'static,
    plan: impl Fn() -> Plan + Sync + Send + 'static,
) {
    check(executions, move || {
        let mut account = Account::new();
        let over = crowd::run(&mut account, make(1 + some(3)), plan(), dice);
        account.check(over);
    });
}

fn of_mpsc(capacity: usize) -> (channel::MpscSender<Item>, channel::MpscReceiver<Item>) {
    channel::mpsc(capacity).unwrap()
}

/// With fewer seats than there are senders now and then.
fn of_swap(capacity: usize) -> (channel::SwapSender<Item>, channel::SwapReceiver<Item>) {
    channel::swap(capacity, 4 + some(6), OVERFLOWS[some(3)]).unwrap()
}

fn waits_of_swap(capacity: usize) -> (channel::SwapSender<Item>, channel::SwapReceiver<Item>) {
    channel::swap(capacity, 8, Overflow::Reject).unwrap()
}

fn of_spsc(capacity: usize) -> (channel::SpscSender<Item>, channel::SpscReceiver<Item>) {
    channel::spsc(capacity).unwrap()
}

#[test]
fn mpsc_until_the_senders_go() {
    crowd(2000, of_mpsc, || Plan { senders: 7, ..plan(End::Senders) });
}

#[test]
fn mpsc_closed_in_the_middle() {
    crowd(2000, of_mpsc, || plan(End::Close(some(12))));
}

#[test]
fn mpsc_without_a_receiver() {
    crowd(2000, of_mpsc, || plan(End::Drop(some(12))));
}

#[test]
fn swap_until_the_senders_go() {
    crowd(2000, waits_of_swap, || Plan { senders: 7, ..plan(End::Senders) });
}

#[test]
fn swap_that_loses_until_the_senders_go() {
    crowd(2000, of_swap, || Plan { senders: 7, ..plan(End::Senders) });
}

#[test]
fn swap_closed_in_the_middle() {
    crowd(2000, of_swap, || plan(End::Close(some(12))));
}

#[test]
fn swap_without_a_receiver() {
    crowd(2000, of_swap, || plan(End::Drop(some(12))));
}

#[test]
fn spsc_until_the_sender_goes() {
    crowd(5000, of_spsc, || Plan { items: 8, ..plan(End::Senders) });
}

#[test]
fn spsc_without_a_receiver() {
    crowd(5000, of_spsc, || Plan { items: 8, ..plan(End::Drop(some(8))) });
}

/// Each sender's are of one class, so that they are in order.
fn classes(executions: usize, overflow: impl Fn() -> Overflow + Sync + Send + 'static, plan: fn() -> Plan) {
    let make =
        move |capacity| channel::priority::<2, _, _>(capacity, overflow(), |item: &Item| item.sender() % 2).unwrap();
    crowd(executions, make, plan);
}

#[test]
fn priority_until_the_senders_go() {
    classes(2000, || Overflow::Reject, || Plan { senders: 7, ..plan(End::Senders) });
}

#[test]
fn priority_that_loses_until_the_senders_go() {
    classes(2000, || OVERFLOWS[some(3)], || Plan { senders: 7, ..plan(End::Senders) });
}

#[test]
fn priority_closed_in_the_middle() {
    classes(2000, || OVERFLOWS[some(3)], || plan(End::Close(some(12))));
}

#[test]
fn priority_without_a_receiver() {
    classes(2000, || OVERFLOWS[some(3)], || plan(End::Drop(some(12))));
}

/// Seven senders that have one lane after another, for more items than there is room: with fewer lanes than there are senders, or as many.
fn lanes(executions: usize, end: impl Fn() -> End + Sync + Send + 'static) {
    check(executions, move || {
        let mut account = Account::new();
        let (ends, refusal) =
            (channel::fan_in(3 + some(5), 1 + some(2)), [Refusal::Reject, Refusal::DropIncoming][some(2)]);
        let plan = Plan { senders: 7, items: 15, ..plan(end()) };
        let over = crowd::run_lanes(&mut account, ends.unwrap(), refusal, plan, dice);
        account.check(over);
    });
}

#[test]
fn fan_in_until_the_senders_go() {
    lanes(500, || End::Senders);
}

#[test]
fn fan_in_without_a_receiver() {
    lanes(2000, || End::Drop(some(12)));
}

/// A channel in a lobby, which is built again when its ends are gone, with what is inside: over rings that stay.
fn again<P: Tx, C: Rx>(executions: usize, make: impl Fn(usize) -> Box<dyn Fn() -> (P, C)> + Sync + Send + 'static) {
    check(executions, move || {
        let (lobby, ends) = (&*Box::leak(Box::new(Lobby::<8>::new())), make(some(2)));
        let mut account = Account::new();
        for end in [End::Drop(some(12)), End::Close(some(12)), End::Senders] {
            let (producer, consumer) = ends();
            let over = crowd::run(&mut account, lobby.ends(producer, consumer).unwrap(), plan(end), dice);
            if matches!(end, End::Senders) {
                account.check(over);
            }
        }
    });
}

#[test]
fn mpsc_again_in_a_lobby() {
    again(1000, |size| {
        let small = &*Box::leak(Box::new(mpsc::Ring::<Item, 1>::new()));
        let large = &*Box::leak(Box::new(mpsc::Ring::<Item, 3>::new()));
        Box::new(move || if size == 0 { small.try_split().unwrap() } else { large.try_split().unwrap() })
    });
}

#[test]
fn swap_again_in_a_lobby() {
    again(1000, |size| {
        let small = &*Box::leak(Box::new(swap::Ring::<Item, 1, 6>::with_overflow(OVERFLOWS[some(3)])));
        let large = &*Box::leak(Box::new(swap::Ring::<Item, 3, 8>::with_overflow(OVERFLOWS[some(3)])));
        Box::new(move || if size == 0 { small.try_split().unwrap() } else { large.try_split().unwrap() })
    });
}
