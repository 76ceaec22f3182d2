//! The instructions of a one-thread pair, and of a push that evicts, to be counted by valgrind: see `instructions.sh`.
//!
//! Each function below does a thousand of them on a queue that the caller has made.

#[path = "src/stages.rs"]
mod stages;

use std::hint::black_box;
use std::num::NonZeroU32;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crossbeam_queue::ArrayQueue;
use forebay::seam::{Pop, Push};
use forebay::spsc::{self, Consumer, Dense, Flagged, Layout, OwnedConsumer, OwnedProducer, Producer};
use forebay::{Overflow, Pressure, Pushed, Watermarks, channel, conflated, fan_in, mpsc, priority, swap};

const CAPACITY: usize = 1024;
const PAIRS: u64 = 1000;

/// Puts an item in and takes one out, in turns. Answers with zero if they were the same.
///
/// Around the two calls there are only the three instructions of the loop and the two of the comparison.
#[inline(always)]
fn pairs(mut push: impl FnMut(u64) -> bool, mut pop: impl FnMut() -> Option<u64>) -> u64 {
    let mut wrong = 0;
    for item in 0..PAIRS {
        if !push(item) {
            return u64::MAX;
        }
        match pop() {
            Some(popped) => wrong |= popped ^ item,
            None => return u64::MAX,
        }
    }
    wrong
}

#[inline(always)]
fn ours<L: Layout, K>(tx: &mut Producer<'_, u64, L, K>, rx: &mut Consumer<'_, u64, L, K>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_forebay_heap(tx: &mut OwnedProducer<u64>, rx: &mut OwnedConsumer<u64>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_forebay_array(tx: &mut Producer<'_, u64>, rx: &mut Consumer<'_, u64>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_flagged_heap(tx: &mut OwnedProducer<u64, Flagged>, rx: &mut OwnedConsumer<u64, Flagged>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_flagged_array(tx: &mut Producer<'_, u64, Flagged>, rx: &mut Consumer<'_, u64, Flagged>) -> u64 {
    ours(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_heapless(tx: &mut heapless::spsc::Producer<'_, u64>, rx: &mut heapless::spsc::Consumer<'_, u64>) -> u64 {
    pairs(|item| tx.enqueue(item).is_ok(), || rx.dequeue())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_rtrb(tx: &mut rtrb::Producer<u64>, rx: &mut rtrb::Consumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_mpsc_heap(tx: &mut mpsc::OwnedProducer<u64>, rx: &mut mpsc::OwnedConsumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_nexus(tx: &nexus_queue::mpsc::Producer<u64>, rx: &nexus_queue::mpsc::Consumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_array_queue(queue: &ArrayQueue<u64>) -> u64 {
    pairs(|item| queue.push(item).is_ok(), || queue.pop())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_swap_heap(tx: &mut swap::OwnedProducer<u64>, rx: &mut swap::OwnedConsumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_fan_in_heap(tx: &mut fan_in::OwnedProducer<u64>, rx: &mut fan_in::OwnedConsumer<u64>) -> u64 {
    pairs(|item| tx.push(item).is_ok(), || rx.pop().ok().map(|(_, item)| item))
}

/// Each item has a key of its own, which has nothing new before.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_conflated_heap(tx: &mut conflated::OwnedProducer<u64>, rx: &mut conflated::OwnedConsumer<u64>) -> u64 {
    pairs(|item| tx.push(item as usize, item) == Ok(None), || rx.pop().ok().map(|(_, item)| item))
}

/// Of three classes in turn.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_priority_heap(tx: &mut priority::OwnedProducer<u64, 3>, rx: &mut priority::OwnedConsumer<u64, 3>) -> u64 {
    pairs(|item| tx.push(item as usize % 3, item).is_ok(), || rx.pop().ok().map(|(_, item)| item))
}

/// Through a channel, by the calls that have a thread wait where it can't go on.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_channel(tx: &mut channel::MpscSender<u64>, rx: &mut channel::MpscReceiver<u64>) -> u64 {
    pairs(|item| tx.blocking_send(item).is_ok(), || rx.blocking_recv().ok())
}

/// The same by the calls that never wait.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_channel_tries(tx: &mut channel::MpscSender<u64>, rx: &mut channel::MpscReceiver<u64>) -> u64 {
    pairs(|item| tx.try_send(item).is_ok(), || rx.try_recv().ok())
}

/// The same by the calls of tasks.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_channel_tasks(tx: &mut channel::MpscSender<u64>, rx: &mut channel::MpscReceiver<u64>) -> u64 {
    pairs(|item| at_once(tx.send(item)).is_ok(), || at_once(rx.recv()).ok())
}

/// In a lane of its own, with one for another sender beside it.
#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_channel_lanes(tx: &mut channel::FanInSender<u64>, rx: &mut channel::FanInReceiver<u64>) -> u64 {
    pairs(|item| tx.blocking_send(item).is_ok(), || rx.blocking_recv().ok().map(|(_, item)| item))
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_crossbeam_channel(tx: &crossbeam_channel::Sender<u64>, rx: &crossbeam_channel::Receiver<u64>) -> u64 {
    pairs(|item| tx.send(item).is_ok(), || rx.recv().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_kanal(tx: &kanal::Sender<u64>, rx: &kanal::Receiver<u64>) -> u64 {
    pairs(|item| tx.send(item).is_ok(), || rx.recv().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_kanal_tasks(tx: &kanal::AsyncSender<u64>, rx: &kanal::AsyncReceiver<u64>) -> u64 {
    pairs(|item| at_once(tx.send(item)).is_ok(), || at_once(rx.recv()).ok())
}

/// Has the receiver wait before each item is put in.
macro_rules! called {
    ($tx:ident, $rx:ident) => {{
        let mut wrong = 0;
        for item in 0..PAIRS {
            let mut receiving = pin!($rx.recv());
            let mut context = Context::from_waker(Waker::noop());
            if receiving.as_mut().poll(&mut context).is_ready() || at_once($tx.send(item)).is_err() {
                return u64::MAX;
            }
            match receiving.poll(&mut context) {
                Poll::Ready(Ok(received)) => wrong |= received ^ item,
                _ => return u64::MAX,
            }
        }
        wrong
    }};
}

/// With a receiver that waits for each item, and is called.
#[unsafe(no_mangle)]
#[inline(never)]
fn called_channel(tx: &mut channel::MpscSender<u64>, rx: &mut channel::MpscReceiver<u64>) -> u64 {
    called!(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn called_kanal(tx: &kanal::AsyncSender<u64>, rx: &kanal::AsyncReceiver<u64>) -> u64 {
    called!(tx, rx)
}

/// What comes of a future that need not wait.
#[inline(always)]
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("there is room, and an item"),
    }
}

/// The same with a look at the pressure before each push.
#[inline(always)]
fn looked(tx: &mut impl Push<Item = u64>, rx: &mut impl Pop<Item = u64>) -> u64 {
    let push = |item| tx.pressure() == Pressure::Open && tx.push(item).is_ok();
    pairs(push, || rx.pop().ok())
}

#[unsafe(no_mangle)]
#[inline(never)]
fn looked_forebay_heap(tx: &mut OwnedProducer<u64>, rx: &mut OwnedConsumer<u64>) -> u64 {
    looked(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn looked_mpsc_heap(tx: &mut mpsc::OwnedProducer<u64>, rx: &mut mpsc::OwnedConsumer<u64>) -> u64 {
    looked(tx, rx)
}

#[unsafe(no_mangle)]
#[inline(never)]
fn looked_swap_heap(tx: &mut swap::OwnedProducer<u64>, rx: &mut swap::OwnedConsumer<u64>) -> u64 {
    looked(tx, rx)
}

/// Sets the watermarks of a ring at both ends, if there are any to be set.
macro_rules! mark {
    ($marks:expr, $tx:expr, $rx:expr) => {
        if let Some(marks) = $marks {
            $tx.set_watermarks(marks).and($rx.set_watermarks(marks)).expect("not above the capacity");
        }
    };
}

/// Pairs through a stage, whose ends are behind references, too. The name is that of the function that is counted.
struct Staged {
    inside: u64,
}

impl stages::Job for Staged {
    type Answer = u64;

    fn run(self, mut push: impl FnMut(u64) -> bool, mut pop: impl FnMut() -> Option<u64>) -> u64 {
        #[inline(never)]
        fn on(push: &mut impl FnMut(u64) -> bool, pop: &mut impl FnMut() -> Option<u64>) -> u64 {
            pairs(push, pop)
        }
        fill(self.inside, &mut push);
        pairs_staged(&mut || on(&mut push, &mut pop))
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
fn pairs_staged(work: &mut dyn FnMut() -> u64) -> u64 {
    black_box(work)()
}

/// Picks a stage by its place in the list, and a ring for it.
struct Pick {
    left: usize,
    ring: String,
    inside: u64,
    wrong: u64,
}

impl stages::Visitor for Pick {
    fn visit<S: stages::Stage>(&mut self) {
        self.left = self.left.wrapping_sub(1);
        if self.left != 0 {
            return;
        }
        println!("{}", S::NAME);
        let marks = Watermarks::new(CAPACITY / 4 * 3, CAPACITY / 4).expect("high above low");
        let job = Staged { inside: self.inside };
        self.wrong = if self.ring == "mpsc" {
            let (mut tx, mut rx) = mpsc::ring::<S::Stored>(CAPACITY).expect("there is memory for the ring");
            mark!(Some(marks), tx, rx);
            S::around(tx, rx, job)
        } else {
            let (mut tx, mut rx) = spsc::ring::<S::Stored>(CAPACITY).expect("there is memory for the ring");
            mark!(Some(marks), tx, rx);
            S::around(tx, rx, job)
        };
    }
}

/// As in `src/queue.rs`.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Block([u64; 8]);

/// Puts items into a full queue. Answers with zero if each took the place of the oldest one.
#[inline(always)]
fn evicting(mut push: impl FnMut(u64) -> Option<u64>) -> u64 {
    let mut wrong = 0;
    for item in 0..PAIRS {
        match push(item + CAPACITY as u64) {
            Some(oldest) => wrong |= oldest ^ item,
            None => return u64::MAX,
        }
    }
    wrong
}

fn sum(block: Block) -> u64 {
    block.0.iter().fold(0, |all, word| all ^ word) ^ block.0[0]
}

#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_forebay(tx: &mut swap::OwnedProducer<u64>) -> u64 {
    evicting(|item| match tx.push(item) {
        Ok(Pushed::Evicted(oldest)) => Some(oldest),
        _ => None,
    })
}

#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_forebay_block(tx: &mut swap::OwnedProducer<Block>) -> u64 {
    evicting(|item| match tx.push(Block([item; 8])) {
        Ok(Pushed::Evicted(oldest)) => Some(sum(oldest)),
        _ => None,
    })
}

/// The least important of three classes, by its own.
#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_priority(tx: &mut priority::OwnedProducer<u64, 3>) -> u64 {
    evicting(|item| match tx.push(2, item) {
        Ok(Pushed::Evicted(oldest)) => Some(oldest),
        _ => None,
    })
}

#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_array_queue(queue: &ArrayQueue<u64>) -> u64 {
    evicting(|item| queue.force_push(item))
}

#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_array_queue_block(queue: &ArrayQueue<Block>) -> u64 {
    evicting(|item| queue.force_push(Block([item; 8])).map(sum))
}

/// Each key has something new before.
#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_conflated(tx: &mut conflated::OwnedProducer<u64>) -> u64 {
    evicting(|item| tx.push(item as usize % CAPACITY, item).unwrap_or(None))
}

#[unsafe(no_mangle)]
#[inline(never)]
fn evicting_conflated_block(tx: &mut conflated::OwnedProducer<Block>) -> u64 {
    evicting(|item| tx.push(item as usize % CAPACITY, Block([item; 8])).unwrap_or(None).map(sum))
}

fn conflated_ends<T>(
    first: u64,
    filler: impl Fn(u64) -> T,
) -> (conflated::OwnedProducer<T>, conflated::OwnedConsumer<T>) {
    let (mut tx, rx) = conflated::ring(CAPACITY).expect("there is memory for the ring");
    fill(CAPACITY as u64 - first, |item| tx.push((first + item) as usize, filler(item)).is_ok());
    (tx, rx)
}

fn evicting_ends<T>(filler: impl Fn(u64) -> T) -> (swap::OwnedProducer<T>, swap::OwnedConsumer<T>) {
    let ring = swap::HeapRing::with_overflow(CAPACITY, 1, Overflow::DropOldest).expect("there is memory for the ring");
    let (mut tx, rx) = ring.into_ends();
    fill(CAPACITY as u64, |item| tx.push(filler(item)).is_ok());
    (tx, rx)
}

fn full_queue<T>(filler: impl Fn(u64) -> T) -> ArrayQueue<T> {
    let queue = ArrayQueue::new(CAPACITY);
    fill(CAPACITY as u64, |item| queue.push(filler(item)).is_ok());
    queue
}

fn heap_ends<L: Layout>() -> (OwnedProducer<u64, L>, OwnedConsumer<u64, L>) {
    spsc::HeapRing::new(CAPACITY).expect("there is memory for the ring").into_ends()
}

/// The name of one function is the first argument; a second one says how many items are inside before and after each pair, a
/// third and a fourth one where the watermarks are, or which stage it is and before which ring, or a third one that another sender waits. It prints the name of the stage.
fn main() {
    let mut arguments = std::env::args().skip(1);
    let function = arguments.next().unwrap_or_default();
    let inside: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(0);
    if function == "pairs_staged" {
        let left = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
        let mut pick = Pick { left, ring: arguments.next().unwrap_or_default(), inside, wrong: u64::MAX };
        stages::all(&mut pick);
        assert!(inside > 0 || pick.wrong == 0, "items were lost or out of order, or there is no such stage");
        return;
    }
    let mut mark = || arguments.next().and_then(|text| text.parse().ok());
    let marks = mark().zip(mark()).map(|(high, low)| Watermarks::new(high, low).expect("high above low"));
    let wrong = match function.as_str() {
        "pairs_forebay_heap" | "looked_forebay_heap" => {
            let (mut tx, mut rx) = heap_ends::<Dense>();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            let pairs = if function.starts_with("looked") { looked_forebay_heap } else { pairs_forebay_heap };
            pairs(&mut tx, &mut rx)
        }
        "pairs_forebay_array" => {
            let mut ring = spsc::Ring::<u64, CAPACITY>::new();
            let (mut tx, mut rx) = ring.split();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_forebay_array(&mut tx, &mut rx)
        }
        "pairs_flagged_heap" => {
            let (mut tx, mut rx) = heap_ends::<Flagged>();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_flagged_heap(&mut tx, &mut rx)
        }
        "pairs_flagged_array" => {
            let mut ring = spsc::Ring::<u64, CAPACITY, Flagged>::new();
            let (mut tx, mut rx) = ring.split();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_flagged_array(&mut tx, &mut rx)
        }
        "pairs_heapless" => {
            let mut queue = heapless::spsc::Queue::<u64, { CAPACITY + 1 }>::new();
            let (mut tx, mut rx) = queue.split();
            fill(inside, |item| tx.enqueue(item).is_ok());
            pairs_heapless(&mut tx, &mut rx)
        }
        "pairs_rtrb" => {
            let (mut tx, mut rx) = rtrb::RingBuffer::new(CAPACITY);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_rtrb(&mut tx, &mut rx)
        }
        "pairs_mpsc_heap" | "looked_mpsc_heap" => {
            let ring = mpsc::HeapRing::new(CAPACITY).expect("there is memory for the ring");
            let (mut tx, mut rx) = ring.into_ends();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            let pairs = if function.starts_with("looked") { looked_mpsc_heap } else { pairs_mpsc_heap };
            pairs(&mut tx, &mut rx)
        }
        "pairs_conflated_heap" => {
            let (mut tx, mut rx) = conflated_ends(CAPACITY as u64 - inside, |item| item);
            pairs_conflated_heap(&mut tx, &mut rx)
        }
        "evicting_conflated" => evicting_conflated(&mut conflated_ends(0, |item| item).0),
        "evicting_conflated_block" => evicting_conflated_block(&mut conflated_ends(0, |item| Block([item; 8])).0),
        "pairs_channel" | "pairs_channel_tries" | "pairs_channel_tasks" | "called_channel" => {
            let (mut tx, mut rx) = channel::mpsc(CAPACITY).expect("there is memory for the ring");
            fill(inside, |item| tx.try_send(item).is_ok());
            let pairs = match function.as_str() {
                "pairs_channel" => pairs_channel,
                "pairs_channel_tries" => pairs_channel_tries,
                "pairs_channel_tasks" => pairs_channel_tasks,
                _ => called_channel,
            };
            pairs(&mut tx, &mut rx)
        }
        "pairs_channel_lanes" => {
            let (opener, mut rx) = channel::fan_in(2, CAPACITY).expect("there is memory for the ring");
            let mut open = || opener.open(NonZeroU32::MIN).expect("a free lane");
            let (mut tx, mut other) = (open(), open());
            fill(inside, |item| tx.try_send(item).is_ok());
            // With a third argument the other one waits all the time, for what its lane doesn't come to.
            let mut waits = other.pressure_changed();
            if std::env::args().nth(3).is_some() {
                assert!(pin!(&mut waits).poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            pairs_channel_lanes(&mut tx, &mut rx)
        }
        "pairs_crossbeam_channel" => {
            let (tx, rx) = crossbeam_channel::bounded(CAPACITY);
            fill(inside, |item| tx.send(item).is_ok());
            pairs_crossbeam_channel(&tx, &rx)
        }
        "pairs_kanal" => {
            let (tx, rx) = kanal::bounded(CAPACITY);
            fill(inside, |item| tx.send(item).is_ok());
            pairs_kanal(&tx, &rx)
        }
        "pairs_kanal_tasks" | "called_kanal" => {
            let (tx, rx) = kanal::bounded_async(CAPACITY);
            fill(inside, |item| at_once(tx.send(item)).is_ok());
            if function.starts_with("called") { called_kanal(&tx, &rx) } else { pairs_kanal_tasks(&tx, &rx) }
        }
        "pairs_nexus" => {
            let (tx, rx) = nexus_queue::mpsc::ring_buffer(CAPACITY);
            fill(inside, |item| tx.push(item).is_ok());
            pairs_nexus(&tx, &rx)
        }
        "pairs_array_queue" => {
            let queue = ArrayQueue::new(CAPACITY);
            fill(inside, |item| queue.push(item).is_ok());
            pairs_array_queue(&queue)
        }
        "pairs_swap_heap" | "looked_swap_heap" => {
            let ring = swap::HeapRing::new(CAPACITY, 1).expect("there is memory for the ring");
            let (mut tx, mut rx) = ring.into_ends();
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item).is_ok());
            let pairs = if function.starts_with("looked") { looked_swap_heap } else { pairs_swap_heap };
            pairs(&mut tx, &mut rx)
        }
        "pairs_priority_heap" => {
            let (mut tx, mut rx) = priority::ring(CAPACITY).expect("there is memory for the ring");
            mark!(marks, tx, rx);
            fill(inside, |item| tx.push(item as usize % 3, item).is_ok());
            pairs_priority_heap(&mut tx, &mut rx)
        }
        "evicting_priority" => {
            let (mut tx, _rx) = priority::ring(CAPACITY).expect("there is memory for the ring");
            tx.set_overflow(Overflow::DropOldest);
            fill(CAPACITY as u64, |item| tx.push(2, item).is_ok());
            evicting_priority(&mut tx)
        }
        // One lane of two is busy, and each item is a round of its own.
        "pairs_fan_in_heap" => {
            let (opener, mut rx) = fan_in::ring(2, CAPACITY).expect("there is memory for the ring");
            let open = || opener.open(NonZeroU32::MIN).expect("there is a lane");
            let (mut tx, mut idle) = (open(), open());
            idle.push(0).expect("there is room");
            rx.pop().expect("an item");
            if let Some(marks) = marks {
                tx.set_watermarks(marks).expect("not above the capacity");
            }
            fill(inside, |item| tx.push(item).is_ok());
            pairs_fan_in_heap(&mut tx, &mut rx)
        }
        "evicting_forebay" => evicting_forebay(&mut evicting_ends(|item| item).0),
        "evicting_forebay_block" => evicting_forebay_block(&mut evicting_ends(|item| Block([item; 8])).0),
        "evicting_array_queue" => evicting_array_queue(&full_queue(|item| item)),
        "evicting_array_queue_block" => evicting_array_queue_block(&full_queue(|item| Block([item; 8]))),
        other => panic!("there is no function {other:?}; instructions.sh knows them"),
    };
    if inside == 0 {
        assert_eq!(wrong, 0, "items were lost or out of order");
    }
}

fn fill(items: u64, mut push: impl FnMut(u64) -> bool) {
    for item in 0..items {
        assert!(push(item), "the capacity has room for them");
    }
}
