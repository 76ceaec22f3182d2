//! A → B, on the rings themselves, in virtual time: A offers 100 requests a second, B serves 25.
//!
//! Each answer that there is to too much data, with its figures; and in each the conservation law.
//!
//! Claims: account, rate, systems.

use forebay_core::pacer::{Pacer, Rates};
use forebay_core::swap::{HeapRing, OwnedConsumer, OwnedProducer};
use forebay_core::{Overflow, Pressure, PushError, Pushed, Seen, Watermarks, spsc};

/// In ticks of a millisecond.
const SECOND: u64 = 1000;
/// From one offer of A to the next.
const OFFER: u64 = 10;
/// How long B works on a request.
const SERVICE: u64 = 40;

/// A request, by when it was made.
type Request = u64;

/// A offers, B serves, and everything is counted.
struct Services {
    a: OwnedProducer<Request>,
    b: OwnedConsumer<Request>,
    /// When B is done with what it is at.
    free_at: u64,
    offered: usize,
    refused: usize,
    evicted: usize,
    shed: usize,
    /// How old each request was when B began with it.
    ages: Vec<u64>,
    deepest: usize,
    first_refusal: Option<u64>,
    /// Since when nothing has been left in the buffer whenever B began with a request.
    caught_up: Option<u64>,
}

impl Services {
    fn new(capacity: usize, overflow: Overflow) -> Self {
        let (a, b) = HeapRing::with_overflow(capacity, 1, overflow).expect("a small capacity").into_ends();
        Self {
            a,
            b,
            free_at: 0,
            offered: 0,
            refused: 0,
            evicted: 0,
            shed: 0,
            ages: Vec::new(),
            deepest: 0,
            first_refusal: None,
            caught_up: None,
        }
    }

    /// A offers every `gap` ticks from `from` until `to`; B serves all the time.
    fn run(&mut self, from: u64, to: u64, gap: u64) {
        for now in from..to {
            // Who is done at the time at which something is offered is done before.
            self.serve(now);
            if (now - from) % gap == 0 {
                self.offer(now);
                self.serve(now);
            }
            self.deepest = self.deepest.max(self.b.len());
        }
        self.check();
    }

    fn offer(&mut self, now: u64) {
        match self.a.push(now) {
            Ok(Pushed::Stored) => self.offered += 1,
            Ok(Pushed::Evicted(_)) => {
                self.offered += 1;
                self.evicted += 1;
            }
            Err(PushError::Shed(_)) => {
                self.offered += 1;
                self.shed += 1;
            }
            // A's own again, and not offered, as far as the ring is concerned.
            Err(PushError::Full(_)) => {
                self.refused += 1;
                self.first_refusal.get_or_insert(now);
            }
            Err(PushError::Closed(_)) => panic!("B is there"),
        }
    }

    fn serve(&mut self, now: u64) {
        if now < self.free_at {
            return;
        }
        if let Ok(made) = self.b.pop() {
            self.ages.push(now - made);
            self.free_at = now + SERVICE;
            if self.b.is_empty() {
                self.caught_up.get_or_insert(now);
            } else {
                self.caught_up = None;
            }
        }
    }

    /// The conservation law, by what A and B have seen and by what the ring has counted.
    fn check(&self) {
        assert_eq!((self.a.evicted(), self.a.shed()), (self.evicted, self.shed));
        assert_eq!(self.offered, self.ages.len() + self.evicted + self.shed + self.b.len());
    }

    /// The age below which 99 of 100 requests were, of those that B began with from the `from`th on.
    fn p99(&self, from: usize) -> u64 {
        let mut ages = self.ages[from..].to_vec();
        ages.sort_unstable();
        ages[ages.len() * 99 / 100]
    }
}

/// Slowing A down: nothing is lost, nothing is refused, B always has work, and the queue stays as short as it has to be.
#[test]
fn control() {
    for start in [1, 25, 100] {
        let (mut a, mut b) = spsc::HeapRing::<Request>::new(50).unwrap().into_ends();
        let marks = Watermarks::new(40, 20).unwrap();
        a.set_watermarks(marks).unwrap();
        b.set_watermarks(marks).unwrap();
        let rates = Rates::new(SECOND as u32, 1, 100).and_then(|rates| rates.starting_at(start)).unwrap();
        let mut pacer = Pacer::new(rates);
        let (mut wake, mut free_at, mut seen, mut changes) = (0, 0, Seen::default(), 0);
        let (mut sent, mut served, mut deepest) = (0, 0, 0);
        let mut each_second = Vec::new();
        for now in 0..60 * SECOND {
            while now >= wake {
                match pacer.next_delay(now, a.pressure()).expect("B is there") {
                    0 => {
                        a.push(now).expect("what is paced is not refused");
                        pacer.on_sent(now);
                        sent += 1;
                    }
                    delay => wake = now + delay,
                }
                changes += usize::from(a.pressure_since(&mut seen).is_some());
            }
            deepest = deepest.max(a.len());
            if now >= free_at && b.pop().is_ok() {
                served += 1;
                free_at = now + SERVICE;
                changes += usize::from(b.pressure_since(&mut seen).is_some());
            }
            if now % SECOND == SECOND - 1 {
                each_second.push(served);
            }
        }
        assert_eq!(sent, served + a.len(), "nothing is lost");
        assert!(deepest <= 50);
        assert!(changes <= 135, "{changes} changes of the pressure");
        // From an item a second, the quick start takes longer than the two seconds that all else takes.
        let from = if start == 1 { 6 } else { 2 };
        for second in each_second[from - 1..].windows(2) {
            assert!((24..=26).contains(&(second[1] - second[0])), "from {start}: {each_second:?}");
        }
        drop(b);
        assert_eq!(a.pressure(), Pressure::Closed);
        assert_eq!(pacer.next_delay(60 * SECOND, a.pressure()), None);
    }
}

/// A buffer that is large enough for the spike.
#[test]
fn buffer() {
    let mut services = Services::new(750, Overflow::Reject);
    services.run(0, 10 * SECOND, OFFER);
    assert!((749..=751).contains(&services.deepest), "{}", services.deepest);
    services.run(10 * SECOND, 70 * SECOND, SECOND / 10);
    assert_eq!(services.refused, 0, "the spike fits");
    let empty = services.caught_up.expect("it is empty in the end");
    // 750 / (25 - 10) s after the spike, and an item more or less.
    assert!(empty.abs_diff(60 * SECOND) <= SECOND / 10, "at {empty}");
}

/// A buffer that is too small for it: it says so when it must.
#[test]
fn too_small_a_buffer() {
    let mut services = Services::new(500, Overflow::Reject);
    services.run(0, 10 * SECOND, OFFER);
    let first = services.first_refusal.expect("it overflows");
    // 500 / 75 s, and an item more or less.
    assert!(first.abs_diff(6667) <= SECOND / 75, "at {first}");
    assert!(services.refused.abs_diff(250) <= 2, "{}", services.refused);
}

/// Losing the oldest: what B gets is fresh, and in the end the newest are there.
#[test]
fn drop_oldest() {
    let mut services = Services::new(50, Overflow::DropOldest);
    services.run(0, 60 * SECOND, OFFER);
    assert!(services.p99(0) <= 550, "{}", services.p99(0));
    let kept: Vec<Request> = services.b.drain().collect();
    let last = 60 * SECOND - OFFER;
    assert!(kept.iter().rev().copied().eq((0..kept.len() as u64).map(|back| last - back * OFFER)), "{kept:?}");
    assert_eq!(kept.len(), 50);
}

/// Losing what comes: what B gets is old.
#[test]
fn drop_incoming() {
    let mut services = Services::new(50, Overflow::DropIncoming);
    services.run(0, 60 * SECOND, OFFER);
    let p99 = services.p99(100);
    assert!((1900..=2050).contains(&p99), "{p99}");
}

/// Doing nothing about it, up to a hard ceiling: the backlog grows by 75 a second.
#[test]
fn ignore() {
    let mut services = Services::new(10_000, Overflow::Reject);
    services.run(0, 60 * SECOND, OFFER);
    let backlog = services.b.len();
    assert!((4455..=4545).contains(&backlog), "{backlog}");
    assert_eq!(services.refused, 0);

    let mut services = Services::new(1000, Overflow::Reject);
    services.run(0, 60 * SECOND, OFFER);
    assert_eq!((services.deepest, services.b.len()), (1000, 1000), "the ceiling holds");
    assert_eq!(services.refused, backlog - 1000, "and says so");
}
