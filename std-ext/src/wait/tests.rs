//! The lines without a ring.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::Wake;
use std::vec::Vec;

use super::*;

type Lines = Waiting<Vec<Seat>>;

fn lines<const N: usize>() -> (Arc<Lines>, [usize; N]) {
    let lines = Lines::new((0..=N.max(1)).map(|_| Seat::FREE).collect());
    assert_eq!(lines.open(), Some(1));
    let seats = core::array::from_fn(|at| if at == 0 { 1 } else { lines.enter().unwrap() });
    (Arc::new(lines), seats)
}

/// Counts, and comes back to the line at once.
struct Counter {
    count: AtomicUsize,
    comes_back: Option<(Arc<Lines>, usize, Kind)>,
}

impl Counter {
    fn new() -> Arc<Self> {
        Arc::new(Self { count: AtomicUsize::new(0), comes_back: None })
    }

    fn count(&self) -> usize {
        // Relaxed: one thread.
        self.count.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        // Relaxed: one thread.
        self.count.fetch_add(1, Ordering::Relaxed);
        if let Some((lines, seat, kind)) = &self.comes_back {
            lines.wait(*seat, *kind, &Waker::from(Arc::clone(&self)), true, 1);
        }
    }
}

fn wait(lines: &Lines, seat: usize, kind: Kind) -> Arc<Counter> {
    let counter = Counter::new();
    lines.wait(seat, kind, &Waker::from(Arc::clone(&counter)), true, 1);
    counter
}

/// One that has not waited before, or has gone meanwhile.
fn wait_anew(lines: &Lines, seat: usize, kind: Kind) -> Arc<Counter> {
    let counter = Counter::new();
    lines.wait(seat, kind, &Waker::from(Arc::clone(&counter)), false, 1);
    counter
}

/// It waits where nobody else does, and is called in vain until it comes first.
fn be_first(lines: &Lines, seat: usize) {
    wait_anew(lines, seat, Kind::Room);
    for _ in 0..PATIENCE {
        lines.call(Kind::Room);
        wait(lines, seat, Kind::Room);
    }
    assert!(lines.has_first_come() && lines.comes_first(seat));
}

#[test]
fn a_call_is_owed_by_one_that_waits_for_something_else() {
    for kind in [Kind::Closed, Kind::Level] {
        let (lines, [one, two]) = lines();
        let counters = [wait(&lines, one, Kind::Room), wait(&lines, two, Kind::Room)];
        lines.call(Kind::Room);
        assert_eq!((counters[0].count(), counters[1].count()), (1, 0));
        wait(&lines, one, kind);
        assert_eq!(counters[1].count(), 1);
        assert_eq!(lines.stop_waiting(two, Kind::Room), None, "nobody else waits for room");
    }
}

#[test]
fn who_comes_first_does_not_when_it_waits_for_something_else() {
    let (lines, [one, two]) = lines();
    be_first(&lines, one);
    let counter = wait(&lines, two, Kind::Room);
    wait(&lines, one, Kind::Level);
    assert!(!lines.has_first_come());
    assert_eq!(counter.count(), 1, "it may have queued up behind it");
}

/// Those who queue up behind one that comes first are called when it has come, or when it is of no use to wait.
#[test]
fn nobody_is_called_before_one_that_comes_first_has_come() {
    for is_over in [false, true] {
        let (lines, [one, two]) = lines();
        be_first(&lines, one);
        let behind = wait(&lines, two, Kind::Room);
        let awaited = || {
            let awaited = lines.awaited_once(Kinds::of(Kind::Room));
            (awaited.has(Kind::Room), awaited.has_line(Kind::Room))
        };
        assert_eq!(awaited(), (true, true));
        (0..3).for_each(|_| lines.call(Kind::Room));
        assert_eq!((behind.count(), awaited()), (0, (false, true)), "the first one has been called");
        if is_over {
            lines.call_all(Kind::Room);
        } else {
            assert_eq!(lines.stop_waiting(one, Kind::Room), Some(0));
            assert_eq!((behind.count(), awaited()), (0, (true, true)));
            lines.call(Kind::Room);
        }
        assert_eq!(behind.count(), 1);
    }
}

#[test]
fn all_are_called_once_although_they_come_back() {
    for kind in [Kind::Room, Kind::Closed, Kind::Level] {
        let (lines, seats) = lines::<4>();
        let counters = seats.map(|seat| {
            // Who waits for room does not come back after a close.
            let comes_back = (kind != Kind::Room).then(|| (Arc::clone(&lines), seat, kind));
            let counter = Arc::new(Counter { count: AtomicUsize::new(0), comes_back });
            lines.wait(seat, kind, &Waker::from(Arc::clone(&counter)), false, 1);
            counter
        });
        lines.call_all(kind);
        assert_eq!(counters.map(|counter| counter.count()), [1; 4]);
        seats.into_iter().for_each(|seat| lines.leave(seat));
    }
}

#[test]
fn what_all_are_called_for_is_owed_to_nobody() {
    for kind in [Kind::Closed, Kind::Level] {
        let (lines, [one, two, three]) = lines();
        let others = [wait(&lines, one, kind), wait(&lines, two, kind)];
        lines.call(kind);
        assert_eq!(lines.stop_waiting(one, kind), None);
        lines.call(kind);
        wait(&lines, three, kind);
        wait(&lines, two, kind);
        assert_eq!(others.map(|counter| counter.count()), [1; 2]);
    }
}

#[test]
fn a_call_is_settled_when_nobody_else_waits() {
    let (lines, [one, two, three]) = lines();
    for _ in 0..3 {
        let counter = wait_anew(&lines, one, Kind::Room);
        assert!(!lines.has_first_come(), "it was never late");
        lines.call(Kind::Room);
        assert_eq!(counter.count(), 1);
        assert_eq!(lines.stop_waiting(one, Kind::Room), None);
    }
    [two, three].into_iter().for_each(|seat| drop(wait_anew(&lines, seat, Kind::Room)));
    lines.call(Kind::Room);
    assert_eq!(lines.stop_waiting(two, Kind::Room), Some(0), "of those who were called before, all have come");
}

#[test]
fn a_call_is_not_settled_while_somebody_comes_first() {
    let (lines, [one, two, three]) = lines();
    [two, one, three].into_iter().for_each(|seat| drop(wait_anew(&lines, seat, Kind::Room)));
    lines.call(Kind::Room);
    for _ in 0..PATIENCE {
        lines.call(Kind::Room);
        wait(&lines, one, Kind::Room);
    }
    lines.call(Kind::Room);
    assert_eq!(lines.stop_waiting(one, Kind::Room), Some(1), "the last may have queued up behind it, with room");
    lines.call(Kind::Room);
    // Settled now, as the line is empty and nobody comes first.
    assert_eq!(lines.stop_waiting(two, Kind::Room), None);
    [one, three].into_iter().for_each(|seat| drop(wait_anew(&lines, seat, Kind::Room)));
    lines.call(Kind::Room);
    assert_eq!(lines.stop_waiting(one, Kind::Room), Some(0));
}

#[test]
fn a_call_is_settled_when_nobody_comes_first_any_more() {
    let (lines, [one, two, three]) = lines();
    wait(&lines, two, Kind::Room);
    lines.call(Kind::Room);
    be_first(&lines, one);
    lines.call(Kind::Room);
    assert_eq!([one, two].map(|seat| lines.stop_waiting(seat, Kind::Room)), [None; 2]);
    [one, three].into_iter().for_each(|seat| drop(wait_anew(&lines, seat, Kind::Room)));
    lines.call(Kind::Room);
    assert_eq!(lines.stop_waiting(one, Kind::Room), Some(0), "of those who were called before, all have come");
}

#[test]
fn the_receiver_is_called_by_its_latest_waker() {
    let (lines, []) = lines();
    let counters: [_; 3] = core::array::from_fn(|_| Counter::new());
    let counts = || counters.each_ref().map(|counter| counter.count());
    let mut registrar = Registrar::claim(Arc::clone(&lines), Waiting::receiver).unwrap();
    let is_awaited = || lines.awaited_once(Kinds::of(Kind::Item)).has(Kind::Item);
    let mut wait = |at: usize| lines.register_for_item(&mut registrar, &Waker::from(Arc::clone(&counters[at])));
    (0..2).for_each(&mut wait);
    assert!(is_awaited());
    (0..2).for_each(|_| lines.call(Kind::Item));
    assert_eq!(counts(), [0, 1, 0]);
    assert!(!is_awaited());
    wait(2);
    registrar.unregister();
    assert_eq!(lines.stop_waiting(RECEIVER, Kind::Item), None);
    assert!(!is_awaited());
    lines.call(Kind::Item);
    assert_eq!(counts(), [0, 1, 0]);
    drop(registrar);
    assert!(counters.iter().all(|counter| Arc::strong_count(counter) == 1), "nothing is kept");
}

#[test]
fn seats_are_taken_again() {
    let (lines, _) = lines::<3>();
    let more: Vec<usize> = (0..3).map(|_| lines.enter().unwrap()).collect();
    assert_eq!(more, [4, 5, 6]);
    for &seat in &more {
        lines.leave(seat);
    }
    let mut again: Vec<usize> = (0..4).map(|_| lines.enter().unwrap()).collect();
    again.sort_unstable();
    assert_eq!(again, [4, 5, 6, 7]);
    let few = Waiting::new([const { Seat::FREE }; 3]);
    assert_eq!((few.open(), few.enter(), few.enter()), (Some(1), Some(2), None));
    few.leave(1);
    assert_eq!((few.open(), few.enter(), few.enter()), (None, Some(1), None));
    (0..3).for_each(|seat| few.leave(seat));
    assert!(few.open().is_some());
}

/// An opener of a channel whose receiver is going gets no seat among those of the next one.
#[test]
fn a_lane_of_another_channel_has_no_seat() {
    let lines = Lines::new((0..3).map(|_| Seat::FREE).collect());
    assert!(lines.open_lanes());
    let old = lines.opening();
    lines.leave(RECEIVER);
    assert_eq!(lines.open(), Some(1));
    assert_eq!(lines.enter_lane(1, old), None);
    assert_eq!(lines.enter(), Some(2));
    [RECEIVER, 1, 2].into_iter().for_each(|seat| lines.leave(seat));
    assert!(lines.open_lanes());
    assert_eq!(lines.enter_lane(1, lines.opening()), Some(2));
    assert_eq!(lines.enter_lane(1, lines.opening()), None);
}

/// Who goes from one thread to another again and again pays for that less and less often, and gets back what he has lost when he
/// stays for longer.
#[test]
fn a_home_that_was_left_too_soon_is_not_made_so_soon_again() {
    if !crate::sync::barrier::ask() {
        return;
    }
    let (lines, [seat, another]) = lines();
    // Makes a home, stays there for some waits, and leaves it. Answers with how many waits it took to make it.
    let make_and_leave = |stay: usize| {
        let at_home = (1..=10_000).find(|_| {
            wait(&lines, seat, Kind::Room);
            lines.home.is_here()
        });
        (0..stay).for_each(|_| drop(wait(&lines, seat, Kind::Room)));
        std::thread::scope(|scope| scope.spawn(|| drop(wait(&lines, another, Kind::Room))).join().unwrap());
        assert!(!lines.home.is_here());
        at_home.expect("at home at last")
    };
    let counts: Vec<usize> = (0..12).map(|_| make_and_leave(2)).collect();
    assert!(counts[0] < 16, "{counts:?}");
    assert!(counts.windows(2).take(7).all(|two| two[1] > two[0] * 3 / 2), "{counts:?}");
    assert!(counts[8..].iter().all(|&count| count > 700 && count < 2000), "{counts:?}");
    let counts: Vec<usize> = (0..12).map(|_| make_and_leave(50)).collect();
    assert!(counts.windows(2).take(7).all(|two| two[1] < two[0] * 3 / 4), "{counts:?}");
    assert!(counts[8..].iter().all(|&count| count < 16), "{counts:?}");
}

/// It is a matter of how many fences are saved: but after a single wait nobody is at home, nor where homes have been left at once.
#[test]
fn many_items_make_a_home_with_the_second_wait() {
    if !crate::sync::barrier::ask() {
        return;
    }
    let waits_until_home = |lines: &Lines, seat, items| {
        let waker = Waker::from(Counter::new());
        (1..=10_000).find(|_| {
            lines.wait(seat, Kind::Room, &waker, true, items);
            lines.home.is_here()
        })
    };
    for (items, waits) in [(0, 8), (1, 8), (2, 5), (6, 3), (7, 2), (64, 2), (u16::MAX, 2)] {
        let (lines, [seat, another]) = lines();
        assert_eq!(waits_until_home(&lines, seat, items), Some(waits), "{items} items");
        let leave = |lines: &Lines| {
            std::thread::scope(|scope| scope.spawn(|| drop(wait(lines, another, Kind::Room))).join().unwrap());
        };
        (0..7).for_each(|_| {
            leave(&lines);
            waits_until_home(&lines, seat, 1);
        });
        leave(&lines);
        // 128 times as many items.
        let waits = waits_until_home(&lines, seat, items).unwrap() as u64;
        let items = u64::from(items.clamp(1, 1024));
        assert!((7 * 128..=10 * 128).contains(&((waits - 1) * items)), "{waits} waits of {items} items");
    }
}

/// The thread by which all wait makes no fence, until somebody waits by another one.
#[test]
fn a_home_is_found_and_left() {
    let (lines, [seat, another]) = lines();
    let is_there = crate::sync::barrier::ask();
    let in_thread = |run: fn(&Lines, usize) -> bool| {
        let lines = Arc::clone(&lines);
        std::thread::spawn(move || run(&lines, another)).join().unwrap()
    };
    let wait_for_long = |lines: &Lines, seat| (0..1000).for_each(|_| drop(wait(lines, seat, Kind::Room)));
    assert!(!lines.home.is_here());
    wait_for_long(&lines, seat);
    assert_eq!(lines.home.is_here(), is_there, "if there is no barrier, nobody is at home");
    assert!(!in_thread(|lines, _| lines.home.is_here()));
    // One that waits elsewhere is enough to leave it, and not enough to be at home there.
    assert!(!in_thread(|lines, seat| {
        wait(lines, seat, Kind::Room);
        lines.home.is_here()
    }));
    assert!(!lines.home.is_here());
    wait_for_long(&lines, seat);
    assert_eq!(lines.home.is_here(), is_there);
}
