//! A lane is its producer's alone: while a thread stands still before any atomic step of what it does with one lane, or an
//! interrupt has come there, the others push, open lanes and take items out, and get the right answers. Nor is a push longer than
//! its documentation says.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_fan_in`
//!
//! Claims: progress, fairness.

#![cfg(forebay_steps)]

use std::num::NonZeroU32;

use forebay_core::fan_in::{HeapRing, NoLane, OwnedConsumer, OwnedOpener, OwnedProducer};
use forebay_core::{PopError, PushError};
use forebay_tests::stall;

const ONE: NonZeroU32 = NonZeroU32::MIN;
/// Steps of a push at most: those of `spsc`, which looks at its pressure now and then, the flag, and two for a hint.
const PUSH: usize = if cfg!(forebay_narrow) { 13 } else { 9 };
/// The same of one that fills the lane, and raises its pressure while others lower it.
const RAISING_PUSH: usize = 24;

struct Others {
    opener: OwnedOpener<u32>,
    producer: OwnedProducer<u32>,
    consumer: OwnedConsumer<u32>,
}

/// A ring of three lanes for two items each, of which two are open: one with `inside` items, and with its hint taken away
/// before them if it is `idle`; and one without items.
fn ends(inside: u32, idle: bool) -> (OwnedProducer<u32>, Others) {
    let (opener, mut consumer) = HeapRing::new(3, 2).expect("small").into_ends();
    let mut mine = opener.open(ONE).expect("free");
    let producer = opener.open(ONE).expect("free");
    if idle {
        mine.push(0).expect("room");
        assert!(consumer.pop().is_ok());
        assert_eq!(consumer.pop(), Err(PopError::Empty));
    }
    (0..inside).for_each(|number| mine.push(number).expect("room"));
    (mine, Others { opener, producer, consumer })
}

/// What the others do meanwhile: they use their own lane to and fro, and a new one.
fn use_others(others: &mut Others) -> Vec<u32> {
    let mut mine = vec![];
    for number in 100..105 {
        others.producer.push(number).expect("its own lane has room");
        let mut found = false;
        while !found {
            match others.consumer.pop() {
                Ok((_, item)) if item < 100 => mine.push(item),
                Ok((lane, item)) => {
                    assert_eq!((lane, item), (others.producer.lane(), number));
                    found = true;
                }
                Err(error) => panic!("an item is hidden: {error:?}"),
            }
        }
    }
    if let Ok(mut new) = others.opener.open(ONE) {
        new.push(200).expect("a new lane has room");
        loop {
            match others.consumer.pop() {
                Ok((lane, item)) if lane == new.lane() => break assert_eq!(item, 200),
                Ok((_, item)) => mine.push(item),
                Err(error) => panic!("an item is hidden: {error:?}"),
            }
        }
    }
    mine
}

fn rest(mut others: Others) -> (Vec<u32>, OwnedOpener<u32>, OwnedConsumer<u32>) {
    drop(others.producer);
    let items = others.consumer.drain().map(|(_, item)| item).collect();
    assert_eq!(others.consumer.pop().err(), Some(PopError::Empty));
    (items, others.opener, others.consumer)
}

/// All lanes are free and of use.
fn all_free(opener: OwnedOpener<u32>, mut consumer: OwnedConsumer<u32>) {
    let mut producers = [(); 3].map(|()| opener.open(ONE).expect("a free lane"));
    assert_eq!(opener.open(ONE).err(), Some(NoLane::AllTaken));
    producers.iter_mut().for_each(|producer| assert_eq!(producer.push_slice(&[7, 8, 9]), 2));
    assert_eq!(consumer.drain().count(), 6);
    drop((producers, opener));
    assert_eq!(consumer.pop(), Err(PopError::Closed));
}

#[test]
fn a_push() {
    for (inside, idle) in [(0, false), (0, true), (1, false), (1, true), (2, false), (2, true)] {
        let steps = stall::everywhere(
            move || ends(inside, idle),
            |mut mine| (mine.push(50), mine),
            use_others,
            move |(pushed, mine), mut seen, others| {
                let expected: Vec<u32> = match pushed {
                    Ok(()) => (0..inside).chain([50]).collect(),
                    Err(error) => {
                        assert_eq!((error, inside), (PushError::Full(50), 2));
                        (0..inside).collect()
                    }
                };
                let (left, opener, consumer) = rest(others);
                seen.extend(left);
                assert_eq!(seen, expected);
                let mut consumer = consumer;
                drop(mine);
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                all_free(opener, consumer);
            },
        );
        let limit = if inside == 0 { PUSH } else { RAISING_PUSH };
        assert!(steps.most <= limit, "{inside} {idle}: {steps:?}");
    }
}

/// A batch is visible together, wherever its producer stands still: all of it or nothing.
#[test]
fn a_batch() {
    for (inside, idle) in [(0, false), (0, true), (1, true), (2, false)] {
        stall::everywhere(
            move || ends(inside, idle),
            |mut mine| (mine.push_slice(&[50, 51]), mine),
            use_others,
            move |(count, mine), seen, others| {
                let room = 2 - inside as usize;
                // The others may have made room meanwhile.
                assert!((room..=2).contains(&count), "{count}");
                let (left, opener, mut consumer) = rest(others);
                let all: Vec<u32> = (0..inside).chain([50, 51].into_iter().take(count)).collect();
                assert_eq!([seen, left].concat(), all);
                drop(mine);
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                all_free(opener, consumer);
            },
        );
    }
}

/// A producer leaves a hint and goes, at any step of a pop that finds its lane empty: the next one at that place is found.
#[test]
fn a_hint_of_a_producer_that_goes() {
    stall::everywhere(
        || {
            let (mine, Others { opener, mut producer, mut consumer }) = ends(0, false);
            drop(mine);
            producer.push(5).expect("room");
            assert_eq!(consumer.pop(), Ok((producer.lane(), 5)));
            // The lane is hinted at still.
            (consumer, (Some(producer), opener))
        },
        |mut consumer| {
            assert_eq!(consumer.pop(), Err(PopError::Empty));
            consumer
        },
        |(producer, _)| {
            let mut producer = producer.take().expect("it is there");
            // Nothing, but that the consumer is told.
            assert_eq!(producer.push_slice(&[]), 0);
        },
        |mut consumer, (), (_, opener)| {
            assert_eq!(consumer.pop(), Err(PopError::Empty));
            let mut lanes = [(); 3].map(|()| opener.open(ONE).expect("all are free"));
            lanes.iter_mut().for_each(|lane| lane.push(7).expect("room"));
            assert_eq!([(); 4].map(|()| consumer.pop().is_ok()), [true, true, true, false]);
        },
    );
}

/// A consumer that stands still while it goes holds up nobody: a lane is open or shut, and its producer is told when it is full.
#[test]
fn a_consumer_that_goes() {
    stall::everywhere(
        || {
            let (mine, Others { opener, producer, consumer }) = ends(1, true);
            (consumer, (mine, producer, opener))
        },
        drop,
        |(mine, producer, opener)| {
            for lane in [&mut *mine, producer] {
                lane.push_slice(&[7, 8]);
                let refused = lane.push(9);
                assert!(matches!(refused, Err(PushError::Full(9) | PushError::Closed(9))), "{refused:?}");
                // Who is told so is told so from then on.
                assert!(!lane.is_closed() || lane.push(9) == Err(PushError::Closed(9)));
            }
            match opener.open(ONE) {
                Ok(mut new) => assert_eq!(new.push_slice(&[7, 8, 9]), 2),
                Err(error) => assert_eq!(error, NoLane::Closed),
            }
        },
        |(), (), (mut mine, mut producer, opener)| {
            for lane in [&mut mine, &mut producer] {
                assert!(lane.is_closed() && lane.push(9) == Err(PushError::Closed(9)));
            }
            assert_eq!(opener.open(ONE).err(), Some(NoLane::Closed));
        },
    );
}

/// The consumer goes while an opener stands still: no lane is open then whose producer would wait for it in vain.
#[test]
fn an_opener_and_a_consumer_that_goes() {
    stall::everywhere(
        || {
            let (mine, others) = ends(0, true);
            drop(mine);
            (others.opener.clone(), Some(others))
        },
        |opener| (opener.open(ONE), opener),
        |others| drop(others.take()),
        |(opened, opener), (), _| {
            assert_eq!(opener.open(ONE).err(), Some(NoLane::Closed));
            match opened {
                Ok(mut lane) => {
                    assert!(lane.is_closed());
                    assert_eq!((lane.push_slice(&[7, 8, 9]), lane.push(9)), (2, Err(PushError::Closed(9))));
                }
                Err(error) => assert_eq!(error, NoLane::Closed),
            }
        },
    );
}

/// A producer that dies in the middle of going leaves its items, and no other lane.
#[test]
fn a_producer_that_goes() {
    for (inside, idle) in [(0, true), (1, false), (2, true)] {
        stall::everywhere(
            move || ends(inside, idle),
            drop,
            use_others,
            move |(), mut seen, others| {
                let (left, opener, consumer) = rest(others);
                seen.extend(left);
                assert_eq!(seen, (0..inside).collect::<Vec<u32>>());
                all_free(opener, consumer);
            },
        );
    }
}

#[test]
fn an_opener() {
    stall::everywhere(
        || {
            let (mine, others) = ends(1, true);
            drop(mine);
            (others.opener.clone(), others)
        },
        |opener| {
            let mut producer = opener.open(ONE).expect("two are free, and one was never used");
            producer.push(60).expect("it is new");
            (producer, opener)
        },
        use_others,
        |(producer, opener), mut seen, others| {
            let (left, others, mut consumer) = rest(others);
            seen.extend(left);
            seen.sort_unstable();
            assert_eq!(seen, [0, 60]);
            drop((producer, opener));
            assert_eq!(consumer.pop(), Err(PopError::Empty));
            all_free(others, consumer);
        },
    );
}

/// A consumer that stands still holds up nobody's pushes.
#[test]
fn a_pop() {
    for inside in 0..=2 {
        stall::everywhere(
            move || {
                let (mine, others) = ends(inside, true);
                let Others { opener, producer, consumer } = others;
                (consumer, (opener, producer, mine))
            },
            |mut consumer| {
                let first = consumer.pop().ok();
                let second = consumer.pop().ok();
                (first, second, consumer)
            },
            |(opener, producer, mine)| {
                producer.push(100).expect("room");
                let more = mine.push(50).is_ok();
                if let Ok(mut new) = opener.open(ONE) {
                    new.push(200).expect("room");
                }
                more
            },
            move |(first, second, mut consumer), more, (opener, producer, mine)| {
                let mut items: Vec<u32> = [first, second].into_iter().flatten().map(|(_, item)| item).collect();
                items.extend(consumer.drain().map(|(_, item)| item));
                assert!(more || inside == 2);
                let of_mine: Vec<u32> = items.iter().copied().filter(|item| *item < 100).collect();
                assert_eq!(of_mine, (0..inside).chain(more.then_some(50)).collect::<Vec<u32>>());
                assert!(items.contains(&100) && items.contains(&200), "{items:?}");
                drop((producer, mine));
                assert_eq!(consumer.pop(), Err(PopError::Empty));
                all_free(opener, consumer);
            },
        );
    }
}
