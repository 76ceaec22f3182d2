//! Two threads that work the conflated ring as fast as they can: every value is checked, and the threads wait by yielding alone.
//!
//! They run under ThreadSanitizer too, so nothing but the ring orders one thread after the other while they run.
//!
//! Claims: order.

use std::thread;

use forebay_core::PopError;
use forebay_core::conflated::{HeapRing, KeyMemory, Ring, SliceRing, Slot};
use forebay_tests::ledger::{Ledger, Tracked};

const KEYS: usize = 5;
const VALUES: usize = 200_000;

/// A value over several cache lines, whose every word must come through.
struct Wide([u32; 40]);

impl Wide {
    fn new(number: usize) -> Self {
        Self([u32::try_from(number).expect("few values"); 40])
    }

    fn number(&self) -> usize {
        assert!(self.0.iter().all(|&word| word == self.0[0]), "a torn value: {:?}", self.0);
        self.0[0] as usize
    }
}

/// A value that is counted, of a number that tells its key, over several cache lines.
struct Held {
    wide: Wide,
    _item: Tracked,
}

/// Either end goes in the middle, at a place of its own in each round, and the other one goes on to its end: each value is popped,
/// or came back, or is inside and goes with the ring, and is dropped once; each key's values come in order; and where it was the
/// producer that went, the last value of each key was delivered.
#[test]
fn an_end_goes_in_the_middle() {
    const ROUNDS: usize = 400;
    let ledger = Ledger::new();
    let (mut keys, mut order) = ([const { KeyMemory::new() }; KEYS], [const { Slot::new() }; KEYS]);
    let (mut met, mut popped_in_all) = ([0_usize; 2], 0);
    for round in 0..ROUNDS {
        let mut ring = SliceRing::new(&mut keys, &mut order).unwrap();
        let (mut producer, mut consumer) = ring.split();
        // The consumer goes at the end, after a few, or after many, of which the producer leaves it enough if it takes them in time.
        let pops = [usize::MAX, round * 53 % 23, usize::MAX, round * 53 % 211][round % 4];
        let pushes = round * 37 % 701;
        let (pushed, popped) = thread::scope(|threads| {
            let pushing = threads.spawn(|| {
                let (mut last, mut back) = ([0; KEYS], 0_usize);
                for number in 1..=pushes {
                    let key = number * 7 % KEYS;
                    let value = Held { wide: Wide::new(number), _item: ledger.item() };
                    if let Some(before) = producer.push(key, value).unwrap_or_else(|_| panic!("there is such a key")) {
                        assert_eq!(before.wide.number(), last[key], "the one before comes back");
                        back += 1;
                    }
                    last[key] = number;
                    if number % 16 == 0 {
                        thread::yield_now();
                    }
                }
                let conflated: usize = (0..KEYS).map(|key| producer.conflated(key).unwrap()).sum();
                assert_eq!(back, conflated);
                drop(producer);
                (last, back)
            });
            let popping = threads.spawn(|| {
                let (mut last, mut count) = ([0; KEYS], 0_usize);
                while count < pops {
                    match consumer.pop() {
                        Ok((key, value)) => {
                            let number = value.wide.number();
                            assert!(number > last[key] && number * 7 % KEYS == key);
                            last[key] = number;
                            count += 1;
                        }
                        Err(PopError::Empty) => thread::yield_now(),
                        Err(PopError::Closed) => return (last, count, true),
                    }
                }
                drop(consumer);
                (last, count, false)
            });
            (pushing.join().unwrap(), popping.join().unwrap())
        });
        let ((last_pushed, back), (last_popped, count, closed)) = (pushed, popped);
        let inside = (0..KEYS).filter(|&key| last_pushed[key] != last_popped[key]).count();
        assert_eq!(count + back + inside, pushes, "each came out, or back, or is inside");
        assert!(!closed || inside == 0, "the last of each key is delivered");
        assert_eq!(ledger.alive(), inside);
        drop(ring);
        assert_eq!(ledger.alive(), 0, "what was inside goes with the ring");
        met[usize::from(closed)] += 1;
        popped_in_all += count;
    }
    assert!(met.iter().all(|&rounds| rounds > ROUNDS / 20) && popped_in_all > ROUNDS, "{met:?}, {popped_in_all}");
    ledger.settle();
}

/// For each key the values come in order, the last one comes, and what doesn't come is given back.
#[test]
fn each_key_in_order_to_the_last() {
    let (mut producer, mut consumer) = HeapRing::new(KEYS).unwrap().into_ends();
    let writer = thread::spawn(move || {
        let mut back = [0; KEYS];
        for number in 1..=VALUES {
            let key = number * 7 % KEYS;
            back[key] +=
                usize::from(producer.push(key, Wide::new(number)).unwrap().is_some_and(|old| old.number() < number));
            if number % 32 == 0 {
                thread::yield_now();
            }
        }
        let counted: [_; KEYS] = std::array::from_fn(|key| producer.conflated(key).unwrap());
        assert_eq!(back, counted);
        back
    });
    let (mut last, mut popped) = ([0; KEYS], [0; KEYS]);
    loop {
        match consumer.pop() {
            Ok((key, value)) => {
                assert!(value.number() > last[key] && value.number() * 7 % KEYS == key);
                last[key] = value.number();
                popped[key] += 1;
            }
            Err(PopError::Empty) => thread::yield_now(),
            Err(PopError::Closed) => break,
        }
    }
    let back = writer.join().unwrap();
    for key in 0..KEYS {
        assert_eq!(popped[key] + back[key], VALUES / KEYS, "each comes out once, or back");
        assert_eq!(last[key], (VALUES - KEYS + 1..=VALUES).find(|number| number * 7 % KEYS == key).unwrap());
    }
}

/// Ends that come and go at any time, by a shared ring: each value is dropped once, and order holds from one split to the next.
#[test]
fn ends_come_and_go() {
    const ROUNDS: usize = 2000;
    let ledger = Ledger::new();
    let ring = Ring::<_, 3>::new();
    let mut seen = [None; 3];
    let mut count = 0_usize;
    for round in 0..ROUNDS {
        let (mut producer, mut consumer) = ring.try_split().expect("both ends are gone");
        thread::scope(|threads| {
            threads.spawn(|| {
                for number in 0..round % 7 {
                    drop(producer.push(number % 3, ledger.item()).unwrap());
                }
                drop(producer);
            });
            for _ in 0..round % 5 {
                if let Ok((key, item)) = consumer.pop() {
                    assert!(seen[key] < Some(item.id()));
                    seen[key] = Some(item.id());
                    count += 1;
                }
            }
            drop(consumer);
        });
    }
    assert!(count > ROUNDS / 10, "the rounds do something");
    drop(ring);
    ledger.settle();
}
