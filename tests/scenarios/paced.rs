//! Two threads that pace themselves and one task that does, and a consumer for which some of it comes too late: by the clock of the
//! standard library, over a channel.
//!
//! Claims: rate.

use std::thread;
use std::time::{Duration, Instant};

use forebay::channel::{self, Sender, Shared};
use forebay::expiry::{Expiring, InstantClock, MaxAge, Stamped, Stamping};
use forebay::mpsc::{self, OwnedProducer};
use forebay::pacer::InstantPacer;
use forebay::{Pressure, Watermarks};

const SECOND: Duration = Duration::from_secs(1);
/// As many does each producer send.
const EACH: u32 = 2000;

type Tx = Sender<Stamping<OwnedProducer<Stamped<(usize, u32)>>, InstantClock>, Shared>;

fn pacer() -> InstantPacer {
    InstantPacer::new(SECOND, 2000, 50_000).unwrap()
}

/// Sends numbers, and says how many the consumer took.
fn produce(mut sender: Tx, who: usize) -> u32 {
    let mut pacer = pacer();
    for number in 0..EACH {
        if !pacer.pace(|| sender.pressure()) || sender.blocking_send((who, number)).is_err() {
            return number;
        }
    }
    EACH
}

/// The same as a task, whose sleep is that of its thread here.
async fn produce_as_a_task(mut sender: Tx, who: usize) -> u32 {
    let mut pacer = pacer();
    for number in 0..EACH {
        loop {
            match pacer.next_delay(Instant::now(), sender.pressure()) {
                Some(Duration::ZERO) => break,
                Some(delay) => thread::sleep(delay),
                None => return number,
            }
        }
        if sender.send((who, number)).await.is_err() {
            return number;
        }
        pacer.on_sent(Instant::now());
    }
    EACH
}

#[test]
fn what_was_sent_was_served_or_came_too_late() {
    let clock = InstantClock::new();
    let (mut tx, rx) = mpsc::ring(50).unwrap();
    tx.set_watermarks(Watermarks::new(40, 20).unwrap()).unwrap();
    let max_age = MaxAge::new(clock.age(Duration::from_millis(3)));
    let mut late = Vec::new();
    let rx = Expiring::new(rx, clock, max_age).with_sink(|item| late.push(item));
    let (first, mut receiver) = channel::over(Stamping::new(tx, clock), rx);
    let (second, third) = (first.clone(), first.clone());

    let mut served = Vec::new();
    thread::scope(|threads| {
        let producers = [
            threads.spawn(move || produce(first, 0)),
            threads.spawn(move || produce(second, 1)),
            threads.spawn(move || channel::block_on(produce_as_a_task(third, 2))),
        ];
        for (nth, item) in (1..).zip(receiver.blocking_iter()) {
            served.push(item);
            // Now and then it is late for what is inside.
            if nth % 512 == 0 {
                thread::sleep(Duration::from_millis(5));
            }
        }
        assert_eq!(producers.map(|producer| producer.join().unwrap()), [EACH; 3]);
    });
    assert_eq!(receiver.end().expired() + served.len(), 3 * EACH as usize);
    drop(receiver);
    assert_eq!(late.len() + served.len(), 3 * EACH as usize);

    // Each came out once, and in the order in which it was sent.
    for who in 0..3 {
        let numbers = |items: &[(usize, u32)]| -> Vec<u32> {
            items.iter().filter(|(whose, _)| *whose == who).map(|&(_, number)| number).collect()
        };
        let (served, late) = (numbers(&served), numbers(&late));
        assert!(served.is_sorted() && late.is_sorted());
        let mut all = [served, late].concat();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..EACH));
    }
}

#[test]
fn a_producer_ends_when_the_consumer_is_gone() {
    let (mut sender, receiver) = channel::mpsc(1).unwrap();
    let mut pacer = InstantPacer::new(SECOND, 1000, 1000).unwrap();
    assert!(pacer.pace(|| sender.pressure()));
    sender.blocking_send(1).unwrap();
    assert_eq!(sender.pressure(), Pressure::Stop);
    // It sleeps while the queue is full, until it is closed.
    let pusher = thread::spawn(move || pacer.pace(|| sender.pressure()));
    thread::sleep(Duration::from_millis(5));
    drop(receiver);
    assert!(!pusher.join().unwrap());
}
