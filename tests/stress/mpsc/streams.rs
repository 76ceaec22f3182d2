//! Streams of items from several threads: each item comes once or was shed, and those of a producer come in its order.

use std::thread;

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring};
use forebay_tests::stress::alone;

use crate::work::{Item, Owner, Receiver, Sender, Words, drops, settle};

/// Items of all producers together.
const ITEMS: usize = 20_000;

/// Sends and receives, and sees that what came and what was shed are together all there were.
fn stream<T: Item + Send, K: Clone + Send>(
    producer: Producer<'_, T, K>,
    consumer: Consumer<'_, T, K>,
    (producers, flips): (usize, bool),
    make: impl Fn(usize, usize) -> T + Copy + Send,
) {
    let each = ITEMS / producers;
    let mut receiver = Receiver::new(consumer, producers, flips);
    let (shed, counted) = thread::scope(|threads| {
        let senders: Vec<_> = (0..producers)
            .map(|from| {
                let mut sender = Sender::new(producer.clone(), from, flips, make);
                threads.spawn(move || {
                    assert!(sender.send_to(each), "nobody has closed it");
                    sender.shed
                })
            })
            .collect();
        let receiving = threads.spawn(|| while receiver.receive(1000) {});
        let shed: Vec<Vec<usize>> =
            senders.into_iter().map(|sender| sender.join().expect("a panic there has told why")).collect();
        let counted = producer.shed();
        drop(producer);
        receiving.join().expect("a panic there has told why");
        (shed, counted)
    });
    receiver.lost += receiver.consumer.lost();
    let lost: usize = shed.iter().map(Vec::len).sum();
    assert_eq!((receiver.lost, counted), (lost, lost), "what was shed is counted");
    assert!(flips || lost == 0);
    assert_eq!(receiver.count() + lost, each * producers);
    for (mut numbers, shed) in receiver.received.into_iter().zip(shed) {
        numbers.extend(shed);
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..each), "an item is missing, or came twice");
    }
}

/// One, two and four producers.
fn words<const N: usize>() {
    let _alone = alone();
    for producers in [1, 2, 4] {
        for flips in [false, true] {
            let mut ring = Ring::<Words, N>::new();
            let (producer, consumer) = ring.split();
            stream(producer, consumer, (producers, flips), Words::new);
        }
    }
}

#[test]
fn words_through_1_slot() {
    words::<1>();
}

#[test]
fn words_through_2_slots() {
    words::<2>();
}

#[test]
fn words_through_3_slots() {
    words::<3>();
}

#[test]
fn words_through_64_slots() {
    words::<64>();
}

#[test]
fn owners_through_few_slots() {
    let _alone = alone();
    for (producers, capacity) in [(2, 1), (4, 3), (2, 64)] {
        let drops = drops(producers, ITEMS / producers);
        let (producer, consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
        stream(producer, consumer, (producers, true), |from, number| Owner::new(from, number, &drops));
        settle(drops);
    }
}
