//! Threads and tasks that wait for each other on one channel, under each policy, with times that run out, futures that are
//! dropped, ends that come and go, and channels that are built again over the same ring: every item is received once, comes back,
//! or is counted as lost; each sender's are in order, and all come to an end.
//!
//! What they do is random, by fixed seeds: see [`crowd`]. They run under ThreadSanitizer too.
//!
//! `FOREBAY_STRESS_SECONDS=600 cargo test --release -p forebay-tests --test stress_wait` goes on for so long in each test.
//!
//! Claims: account, waiting.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use forebay::channel::{self, Lobby, MpscSender, ReceiveEnd, Receiver, SendEnd, Sender, Shared, WhenFull};
use forebay::{Overflow, Refusal, mpsc, spsc, swap};
use forebay_tests::course::OVERFLOWS;
use forebay_tests::crowd::{self, Account, Dice, End, Item, Plan, Rx, Tx};
use forebay_tests::random::Random;

/// For how long each test goes on.
const SECONDS: &str = "FOREBAY_STRESS_SECONDS";
/// Far more than the rest of it takes: who is not done by then sleeps for ever.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs bodies one after the other in a thread, as one may never come to an end: as long as there is time, and so many at least.
fn for_a_while(least: u64, body: impl Fn(u64) + Send + 'static) {
    let seconds = std::env::var(SECONDS).map_or(1.0, |value| value.parse().expect("a number of seconds"));
    crowd::within(LIMIT + Duration::from_secs_f64(seconds), move || {
        let begin = Instant::now();
        let mut seed = 0;
        while seed < least || begin.elapsed().as_secs_f64() < seconds {
            body(seed);
            seed += 1;
        }
        println!("{seed} runs");
    });
}

fn dice(seed: u64) -> impl Fn(u64) -> Dice {
    move |whose| {
        let mut random = Random::new(100 * seed + whose);
        Box::new(move |below| random.below(below))
    }
}

const CAPACITIES: [usize; 3] = [1, 2, 64];

/// Of every three runs, one ends each way.
fn plan(seed: u64) -> Plan {
    let after = Random::new(seed).below(600);
    let end = [End::Senders, End::Close(after), End::Drop(after)][seed as usize % 3];
    Plan { senders: 3, items: 300, end, watched: true, renewal: 30 }
}

/// A crowd, with each capacity and each end.
fn stress<P: Tx, C: Rx>(make: impl Fn(usize) -> (Sender<P, Shared>, Receiver<C, Shared>) + Send + 'static) {
    for_a_while(9, move |seed| {
        let mut account = Account::new();
        let ends = make(CAPACITIES[seed as usize / 3 % 3]);
        let over = crowd::run(&mut account, ends, plan(seed), dice(seed));
        account.check(over);
    });
}

#[test]
fn one_sender() {
    stress(|capacity| channel::spsc::<Item>(capacity).unwrap());
}

#[test]
fn several_senders() {
    stress(|capacity| channel::mpsc::<Item>(capacity).unwrap());
}

#[test]
fn what_finds_no_room_is_shed() {
    stress(|capacity| {
        let (tx, rx) = mpsc::ring_with_refusal::<Item>(capacity, Refusal::DropIncoming).unwrap();
        channel::over(tx, rx)
    });
}

#[test]
fn swap_that_gives_back() {
    stress(|capacity| channel::swap::<Item>(capacity, 8, OVERFLOWS[0]).unwrap());
}

#[test]
fn swap_that_sheds() {
    stress(|capacity| channel::swap::<Item>(capacity, 8, OVERFLOWS[1]).unwrap());
}

#[test]
fn swap_that_evicts() {
    stress(|capacity| channel::swap::<Item>(capacity, 8, OVERFLOWS[2]).unwrap());
}

#[test]
fn the_newest_value() {
    stress(|_| channel::latest::<Item>());
}

/// Of one key, so that it is in order.
#[test]
fn the_newest_value_of_a_key() {
    stress(|_| channel::conflated(2, |_: &Item| 1).unwrap());
}

/// Each sender's are of one class, so that they are in order.
fn of_classes(overflow: Overflow) {
    stress(move |capacity| channel::priority::<2, _, _>(capacity, overflow, |item: &Item| item.sender() % 2).unwrap());
}

#[test]
fn classes_that_wait() {
    of_classes(OVERFLOWS[0]);
}

#[test]
fn classes_that_shed() {
    of_classes(OVERFLOWS[1]);
}

#[test]
fn classes_that_evict() {
    of_classes(OVERFLOWS[2]);
}

/// A crowd over channels of a builder, where a time ends. So many items were dropped or came back by that in all, which can't be none.
fn of_builder<P: Tx, C: Rx>(
    account: impl Fn() -> Account + Send + 'static,
    make: impl Fn(usize) -> (Sender<P, Shared>, Receiver<C, Shared>) + Send + 'static,
    ended: impl Fn(&Account) -> usize + Send + 'static,
) {
    let all = Arc::new(AtomicU64::new(0));
    let so_far = Arc::clone(&all);
    for_a_while(9, move |seed| {
        let mut account = account();
        let ends = make(CAPACITIES[seed as usize / 3 % 3]);
        let over = crowd::run(&mut account, ends, plan(seed), dice(seed));
        account.check(over);
        so_far.fetch_add(ended(&account) as u64, Relaxed);
    });
    let all = all.load(Relaxed);
    println!("{all} items had no room in time");
    assert!(all > 0, "no time has ended");
}

/// For how long a sender waits there: often not for long enough.
const GRACE: Duration = Duration::from_micros(20);

#[test]
fn what_finds_no_room_is_shed_after_a_grace() {
    let builder = |capacity| channel::builder(capacity).overflow(Overflow::DropIncoming).grace(GRACE);
    of_builder(Account::new, move |capacity| builder(capacity).mpsc::<Item>().unwrap(), Account::dropped);
}

#[test]
fn swap_that_evicts_after_a_grace() {
    let builder = |capacity| channel::builder(capacity).overflow(Overflow::DropOldest).grace(GRACE).senders(8);
    of_builder(Account::new, move |capacity| builder(capacity).swap::<Item>().unwrap(), Account::dropped);
}

/// What finds no room in time comes back.
#[test]
fn a_deadline_of_the_channel() {
    let builder = |capacity| channel::builder(capacity).overflow(WhenFull::Block { within: Some(GRACE) });
    of_builder(Account::with_deadline, move |capacity| builder(capacity).mpsc::<Item>().unwrap(), Account::late);
}

/// More senders than lanes, and as many.
fn of_lanes(refusal: Refusal) {
    for_a_while(9, move |seed| {
        let mut account = Account::new();
        let (lanes, capacity) = (2 + seed as usize % 2, CAPACITIES[seed as usize / 3 % 3]);
        let ends = channel::fan_in(lanes, capacity).unwrap();
        let over = crowd::run_lanes(&mut account, ends, refusal, plan(seed), dice(seed));
        account.check(over);
    });
}

#[test]
fn lanes_that_come_and_go() {
    of_lanes(Refusal::Reject);
}

#[test]
fn lanes_that_come_and_go_and_shed() {
    of_lanes(Refusal::DropIncoming);
}

/// A channel that is built again and again over a ring that stays, with what is left inside.
fn again<P: Tx, C: Rx>(lobby: &'static Lobby<6>, ends: impl Fn() -> (P, C) + Send + 'static) {
    for_a_while(4, move |seed| {
        let mut account = Account::new();
        // What receivers leave inside is received in the end, when the senders have gone first.
        for seed in [3 * seed + 2, 3 * seed + 1, 3 * seed] {
            let (tx, rx) = ends();
            let over = crowd::run(&mut account, lobby.ends(tx, rx).unwrap(), plan(seed), dice(seed));
            if seed % 3 == 0 {
                account.check(over);
            }
        }
    });
}

#[test]
fn one_sender_again() {
    static RING: spsc::Ring<Item, 2> = spsc::Ring::new();
    static LOBBY: Lobby<6> = Lobby::new();
    again(&LOBBY, || RING.try_split().unwrap());
}

#[test]
fn several_senders_again() {
    static RING: mpsc::Ring<Item, 3> = mpsc::Ring::new();
    static LOBBY: Lobby<6> = Lobby::new();
    again(&LOBBY, || RING.try_split().unwrap());
}

#[test]
fn swap_again() {
    static RING: swap::Ring<Item, 2, 8> = swap::Ring::with_overflow(Overflow::DropOldest);
    static LOBBY: Lobby<6> = Lobby::new();
    again(&LOBBY, || RING.try_split().unwrap());
}

/// Threads alone, and as fast as they can: a lost wake-up stops them.
#[test]
fn threads_that_sleep_again_and_again() {
    for_a_while(2, |seed| {
        let (sender, mut receiver) = channel::mpsc(1 + seed as usize % 2).unwrap();
        let senders: Vec<_> = (0..4)
            .map(|_| {
                let mut sender: MpscSender<usize> = sender.clone();
                thread::spawn(move || (0..2000).for_each(|number| sender.blocking_send(number).unwrap()))
            })
            .collect();
        drop(sender);
        assert_eq!(receiver.blocking_iter().sum::<usize>(), 4 * (0..2000).sum::<usize>());
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

/// What wakes a thread that polls.
struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// So many changes, and some more, of a sender that finds room make all be at home, be it that a thread has a home to be left before: see
/// `std-ext/src/wait/home.rs`.
const LULL: u64 = 2 * 4096 + 128;

/// Bursts in which nobody waits, until nobody makes a fence for that; and after each, items one by one, for which the receiver waits: it
/// is about to when the next one comes. It is a task that goes to sleep at once. Each round that is over has woken it for each of them.
fn lulls<P, C>(make: impl Fn(usize) -> (Sender<P, Shared>, Receiver<C, Shared>) + Send + 'static)
where
    P: SendEnd<Item = u64> + 'static,
    C: ReceiveEnd<Item = u64> + Send + 'static,
{
    for_a_while(20, move |seed| {
        let (mut sender, mut receiver) = make(2 * LULL as usize);
        let received = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&received);
        let task = thread::spawn(move || {
            let waker = Waker::from(Arc::new(Unpark(thread::current())));
            let mut cx = Context::from_waker(&waker);
            let mut waits = 0_u64;
            loop {
                match pin!(receiver.recv()).poll(&mut cx) {
                    Poll::Ready(Ok(_)) => _ = count.fetch_add(1, Relaxed),
                    Poll::Ready(Err(_)) => return waits,
                    Poll::Pending => {
                        waits += 1;
                        thread::park();
                    }
                }
            }
        });
        let mut random = Random::new(seed);
        let mut sent = 0;
        let mut send = |sender: &mut Sender<P, Shared>| {
            sent += 1;
            assert!(sender.try_send(sent).is_ok(), "there is room");
            sent
        };
        for _ in 0..10 {
            let mut last = 0;
            for _ in 0..LULL {
                last = send(&mut sender);
            }
            for _ in 0..8 {
                while received.load(Relaxed) < last {
                    std::hint::spin_loop();
                }
                (0..random.below(300)).for_each(|_| std::hint::spin_loop());
                last = send(&mut sender);
            }
            while received.load(Relaxed) < last {
                std::hint::spin_loop();
            }
        }
        drop(sender);
        assert!(task.join().unwrap() >= 10, "it hardly ever waited");
    });
}

#[test]
fn one_sender_after_a_lull() {
    lulls(|capacity| channel::spsc(capacity).unwrap());
}

#[test]
fn several_senders_after_a_lull() {
    lulls(|capacity| channel::mpsc(capacity).unwrap());
}
