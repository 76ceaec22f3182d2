//! The spsc ring is wait-free: while a thread stands still before any atomic step of its operation, or an interrupt has come
//! there, the other end gets its answers, and they are the right ones. Nor is an operation longer than its documentation says.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_spsc`
//!
//! Claims: progress, pressure.

#![cfg(forebay_steps)]

use forebay_core::spsc::{Dense, Flagged, HeapRing, Layout, OwnedConsumer, OwnedProducer, Ring};
use forebay_core::{InUse, PopError, Pressure, PushError, Watermarks};
use forebay_tests::gauge::Gauge;
use forebay_tests::stall::{self, Steps};

type Ends<L> = (OwnedProducer<u32, L>, OwnedConsumer<u32, L>);

/// Steps of a push and a pop at most, as documented: where the pressure is looked at and changed, in the midst of changes by the
/// other side.
const PUSH: usize = 23;
const POP: usize = 25;

/// The number of the item that the stopped operation pushes first; those inside before have the numbers from 0 on.
const NEW: u32 = 100;

/// Each capacity with each number of items inside, just before a wrap.
fn shapes() -> impl Iterator<Item = (usize, usize)> {
    (1..=3).flat_map(|capacity| (0..=capacity).map(move |inside| (capacity, inside)))
}

fn ends<L: Layout>((capacity, inside): (usize, usize)) -> Ends<L> {
    let (mut producer, mut consumer) = HeapRing::new(capacity).expect("a small capacity").into_ends();
    for _ in 0..2 * capacity - 1 {
        assert!(producer.push(u32::MAX).is_ok() && consumer.pop().is_ok());
    }
    assert_eq!(producer.push_iter(0..number(inside)), inside);
    (producer, consumer)
}

/// How the other end does it meanwhile.
#[derive(Clone, Copy)]
enum Way {
    Singles,
    Iterator,
    Slice,
}

const WAYS: [Way; 3] = [Way::Singles, Way::Iterator, Way::Slice];

/// The greatest number of steps of several.
fn most(steps: impl Iterator<Item = Steps>) -> usize {
    steps.map(|steps| steps.most).max().expect("several")
}

fn number(of: usize) -> u32 {
    u32::try_from(of).expect("few items")
}

/// Goes round an empty ring, so that whatever was left in a slot shows.
fn go_round<L: Layout>(producer: &mut OwnedProducer<u32, L>, consumer: &mut OwnedConsumer<u32, L>) {
    for _ in 0..3 {
        assert_eq!(producer.free(), producer.capacity());
        let items = 0..number(producer.capacity());
        // One by one: a batch looks at no flag but its first.
        items.clone().for_each(|item| producer.push(item).expect("there is room"));
        items.for_each(|item| assert_eq!(consumer.pop(), Ok(item)));
        assert_eq!(consumer.pop(), Err(PopError::Empty));
    }
}

/// Takes all that there is, together and then one by one, until it is told why there is no more.
fn pop_all<L: Layout>(consumer: &mut OwnedConsumer<u32, L>, way: Way) -> (Vec<u32>, PopError) {
    let mut popped = match way {
        Way::Singles => vec![],
        Way::Iterator => consumer.drain().collect(),
        Way::Slice => {
            let mut items = [0; 4];
            let count = consumer.pop_slice(&mut items);
            items[..count].to_vec()
        }
    };
    loop {
        let (outcome, steps) = stall::counted(|| consumer.pop());
        assert!(steps <= POP, "{steps}");
        match outcome {
            Ok(item) => popped.push(item),
            Err(error) => return (popped, error),
        }
        assert!(popped.len() <= 10, "more than was pushed");
    }
}

/// Fills the ring, together and then one by one, until it is told why there is no room. Answers with what was stored and
/// whether the ring was closed.
fn push_all<L: Layout>(producer: &mut OwnedProducer<u32, L>, way: Way) -> (Vec<u32>, bool) {
    let items: Vec<u32> = (NEW..NEW + 10).collect();
    let mut stored = match way {
        Way::Singles => 0,
        Way::Iterator => producer.push_iter(items.iter().copied()),
        Way::Slice => producer.push_slice(&items),
    };
    loop {
        let (outcome, steps) = stall::counted(|| producer.push(items[stored]));
        assert!(steps <= PUSH, "{steps}");
        match outcome {
            Ok(()) => stored += 1,
            Err(error) => return (items[..stored].to_vec(), matches!(error, PushError::Closed(_))),
        }
    }
}

/// Stops an operation of the producer. `operation` answers with how many items it has pushed, at most `pushes`.
fn producer_stopped<L: Layout>(
    shape: (usize, usize),
    pushes: usize,
    operation: impl Fn(&mut OwnedProducer<u32, L>) -> usize + Copy + Send + Sync + 'static,
) -> usize {
    let (capacity, inside) = shape;
    let check = |(stored, mut producer): (usize, OwnedProducer<u32, L>),
                 (popped, why): (Vec<u32>, PopError),
                 mut consumer: OwnedConsumer<u32, L>| {
        let before: Vec<u32> = (0..number(inside)).collect();
        assert_eq!(popped[..inside], before, "all that was inside before");
        assert_eq!(why, PopError::Empty);
        let free = capacity - inside;
        assert!((pushes.min(free)..=pushes.min(capacity)).contains(&stored), "{stored} stored");
        let mut all = popped;
        all.extend(consumer.drain());
        assert_eq!(all[inside..], (NEW..).take(stored).collect::<Vec<u32>>());
        go_round(&mut producer, &mut consumer);
        drop(producer);
        assert_eq!(consumer.pop(), Err(PopError::Closed));
    };
    let operation = move |mut producer: OwnedProducer<u32, L>| (operation(&mut producer), producer);
    most(WAYS.into_iter().map(|way| {
        stall::everywhere(move || ends::<L>(shape), operation, move |consumer| pop_all(consumer, way), check)
    }))
}

fn a_push<L: Layout>() {
    for shape in shapes() {
        let steps = producer_stopped::<L>(shape, 1, |producer| usize::from(producer.push(NEW).is_ok()));
        assert!(steps <= PUSH, "{shape:?}: {steps:?}");
    }
}

#[test]
fn a_push_dense() {
    a_push::<Dense>();
}

#[test]
fn a_push_flagged() {
    a_push::<Flagged>();
}

fn a_slot_written_in_place<L: Layout>() {
    for shape in shapes() {
        producer_stopped::<L>(shape, 1, |producer| match producer.write_slot() {
            Ok(slot) => {
                slot.write(NEW);
                1
            }
            Err(_) => 0,
        });
    }
}

#[test]
fn a_slot_written_in_place_dense() {
    a_slot_written_in_place::<Dense>();
}

#[test]
fn a_slot_written_in_place_flagged() {
    a_slot_written_in_place::<Flagged>();
}

fn a_batch_in<L: Layout>() {
    for shape in shapes() {
        producer_stopped::<L>(shape, 3, |producer| producer.push_slice(&[NEW, NEW + 1, NEW + 2]));
        producer_stopped::<L>(shape, 3, |producer| producer.push_iter(NEW..NEW + 3));
    }
}

#[test]
fn a_batch_in_dense() {
    a_batch_in::<Dense>();
    for shape in shapes() {
        let steps = producer_stopped::<Dense>(shape, 2, |producer| producer.write_run(2).fill(NEW..));
        assert!(steps <= PUSH, "{shape:?}: {steps:?}");
    }
}

#[test]
fn a_batch_in_flagged() {
    a_batch_in::<Flagged>();
}

/// Stops an operation of the consumer, which takes at most `pops` items.
fn consumer_stopped<L: Layout>(
    shape: (usize, usize),
    pops: usize,
    operation: impl Fn(&mut OwnedConsumer<u32, L>) -> Vec<u32> + Copy + Send + Sync + 'static,
) -> usize {
    let (capacity, inside) = shape;
    let make = move || {
        let (producer, consumer) = ends::<L>(shape);
        (consumer, producer)
    };
    let check = |(taken, mut consumer): (Vec<u32>, OwnedConsumer<u32, L>),
                 (pushed, closed): (Vec<u32>, bool),
                 mut producer: OwnedProducer<u32, L>| {
        assert!(!closed);
        let free = capacity - inside;
        assert!((free..=capacity).contains(&pushed.len()), "all that there was room for before");
        assert!((pops.min(inside)..=pops).contains(&taken.len()));
        let all: Vec<u32> = taken.into_iter().chain(consumer.drain()).collect();
        assert_eq!(all, (0..number(inside)).chain(pushed).collect::<Vec<u32>>());
        go_round(&mut producer, &mut consumer);
    };
    let operation = move |mut consumer: OwnedConsumer<u32, L>| (operation(&mut consumer), consumer);
    most(WAYS.into_iter().map(|way| stall::everywhere(make, operation, move |producer| push_all(producer, way), check)))
}

fn a_pop<L: Layout>() {
    for shape in shapes() {
        let steps = consumer_stopped::<L>(shape, 1, |consumer| consumer.pop().into_iter().collect());
        assert!(steps <= POP, "{shape:?}: {steps:?}");
    }
}

#[test]
fn a_pop_dense() {
    a_pop::<Dense>();
}

#[test]
fn a_pop_flagged() {
    a_pop::<Flagged>();
}

fn an_item_read_in_place<L: Layout>() {
    for shape in shapes() {
        consumer_stopped::<L>(shape, 1, |consumer| match consumer.read_slot() {
            Ok(slot) => {
                let item = *slot;
                slot.release();
                vec![item]
            }
            Err(_) => vec![],
        });
        consumer_stopped::<L>(shape, 0, |consumer| {
            assert!(consumer.peek().is_none_or(|&item| item == 0 || item == NEW));
            vec![]
        });
    }
}

#[test]
fn an_item_read_in_place_dense() {
    an_item_read_in_place::<Dense>();
}

#[test]
fn an_item_read_in_place_flagged() {
    an_item_read_in_place::<Flagged>();
}

fn a_batch_out<L: Layout>() {
    for shape in shapes() {
        consumer_stopped::<L>(shape, 2, |consumer| {
            let mut items = [0; 2];
            let count = consumer.pop_slice(&mut items);
            items[..count].to_vec()
        });
        // What comes in meanwhile may be taken along, as long as the batch has not begun.
        consumer_stopped::<L>(shape, 3, |consumer| consumer.drain().collect());
    }
}

#[test]
fn a_batch_out_dense() {
    a_batch_out::<Dense>();
    for shape in shapes() {
        let steps = consumer_stopped::<Dense>(shape, 2, |consumer| {
            let run = consumer.read_run(2);
            let (first, second) = run.as_slices();
            let items = [first, second].concat();
            run.release(2);
            items
        });
        assert!(steps <= POP, "{shape:?}: {steps:?}");
    }
}

#[test]
fn a_batch_out_flagged() {
    a_batch_out::<Flagged>();
}

fn the_producer_goes<L: Layout>() {
    for shape in shapes() {
        let (_, inside) = shape;
        let steps = stall::everywhere(
            move || ends::<L>(shape),
            drop,
            |consumer| (pop_all(consumer, Way::Singles), consumer.is_closed()),
            |(), ((popped, why), closed), mut consumer| {
                assert_eq!(popped, (0..number(inside)).collect::<Vec<u32>>());
                // One step, before which it is stopped.
                assert_eq!((why, closed), (PopError::Empty, false));
                assert_eq!(consumer.pop(), Err(PopError::Closed));
            },
        );
        assert_eq!(steps, Steps { alone: 1, most: 1 });
    }
}

#[test]
fn the_producer_goes_dense() {
    the_producer_goes::<Dense>();
}

#[test]
fn the_producer_goes_flagged() {
    the_producer_goes::<Flagged>();
}

fn the_consumer_goes<L: Layout>() {
    for shape in shapes() {
        let (capacity, inside) = shape;
        let steps = stall::everywhere(
            move || {
                let (producer, consumer) = ends::<L>(shape);
                (consumer, producer)
            },
            drop,
            |producer| push_all(producer, Way::Singles),
            |(), (pushed, closed), mut producer| {
                assert_eq!(pushed.len(), capacity - inside);
                assert!(!closed);
                assert_eq!(producer.len(), capacity);
                assert_eq!(producer.push(NEW), Err(PushError::Closed(NEW)));
            },
        );
        assert!(steps.alone == 3 && steps.most <= 4, "{steps:?}");
    }
}

#[test]
fn the_consumer_goes_dense() {
    the_consumer_goes::<Dense>();
}

#[test]
fn the_consumer_goes_flagged() {
    the_consumer_goes::<Flagged>();
}

/// Whoever asks for the ends while somebody else is being given them is refused at once.
fn a_shared_split<L: Layout>() {
    let steps = stall::everywhere(
        || {
            let ring: &'static Ring<u32, 2, L> = Box::leak(Box::new(Ring::new()));
            (ring, ring)
        },
        |ring| ring.try_split(),
        |ring| ring.try_split(),
        |mine, theirs, ring| {
            let got = [&mine, &theirs].map(|ends| !matches!(ends, Err(InUse)));
            // While one decides, the other is refused; so either may have them, and not both.
            assert!(got == [true, false] || got == [false, true], "{got:?}");
            let (mut producer, mut consumer) = mine.or(theirs).expect("one has them");
            producer.push(1).expect("there is room");
            assert_eq!(consumer.pop(), Ok(1));
            assert!(ring.try_split().is_err());
            drop((producer, consumer));
            assert!(ring.try_split().is_ok());
        },
    );
    assert!(steps.most <= 18, "{steps:?}");
}

#[test]
fn a_shared_split_dense() {
    a_shared_split::<Dense>();
}

#[test]
fn a_shared_split_flagged() {
    a_shared_split::<Flagged>();
}

/// Ends with watermarks, and some items inside.
fn watched<L: Layout>(shape: (usize, usize), high: usize) -> Ends<L> {
    let (mut producer, mut consumer) = ends::<L>(shape);
    let marks = Watermarks::high_and_half(high).expect("above 0");
    producer.set_watermarks(marks).expect("not above the capacity");
    consumer.set_watermarks(marks).expect("not above the capacity");
    (producer, consumer)
}

/// Each shape with each high mark.
fn marked_shapes() -> impl Iterator<Item = ((usize, usize), usize)> {
    shapes().flat_map(|shape| (1..=shape.0).map(move |high| (shape, high)))
}

/// With so many items inside the pressure has to be so high at least.
fn check_level<L: Layout>(producer: &OwnedProducer<u32, L>, capacity: usize, high: usize, len: usize) {
    let mut gauge = Gauge::new(capacity);
    assert!(gauge.set_marks(high, high / 2).is_some());
    let (is, least) = (producer.pressure(), gauge.least(len));
    assert!(is >= least, "{is:?} with {len} of {capacity} inside, high at {high}");
}

/// A producer that is held up in a push leaves the pressure open if the ring is empty in the end, though the consumer doesn't
/// look again; and as high as it has to be otherwise.
fn a_push_leaves_no_pressure_behind<L: Layout>() {
    for (shape, high) in marked_shapes() {
        stall::everywhere(
            move || watched::<L>(shape, high),
            |mut producer| {
                let _ = producer.push(NEW);
                producer
            },
            |consumer| pop_all(consumer, Way::Singles).0.len(),
            |producer, _popped, consumer| {
                let len = consumer.len();
                check_level(&producer, shape.0, high, len);
                if len == 0 {
                    assert_eq!(producer.pressure(), Pressure::Open, "{shape:?}, {high}");
                }
            },
        );
    }
}

#[test]
fn a_push_leaves_no_pressure_behind_dense() {
    a_push_leaves_no_pressure_behind::<Dense>();
}

#[test]
fn a_push_leaves_no_pressure_behind_flagged() {
    a_push_leaves_no_pressure_behind::<Flagged>();
}

/// A consumer that is held up in a pop, while the producer fills the ring, does not take the pressure away that there has to be.
fn a_pop_leaves_the_pressure_on<L: Layout>() {
    for (shape, high) in marked_shapes() {
        stall::everywhere(
            move || {
                let (producer, consumer) = watched::<L>(shape, high);
                (consumer, producer)
            },
            |mut consumer| {
                let _ = consumer.pop();
                consumer
            },
            |producer| push_all(producer, Way::Singles).0.len(),
            |consumer, _stored, producer| {
                let len = consumer.len();
                check_level(&producer, shape.0, high, len);
            },
        );
    }
}

#[test]
fn a_pop_leaves_the_pressure_on_dense() {
    a_pop_leaves_the_pressure_on::<Dense>();
}

#[test]
fn a_pop_leaves_the_pressure_on_flagged() {
    a_pop_leaves_the_pressure_on::<Flagged>();
}

/// Both ends change the watermarks at the same time. Whatever they are after that, the pressure goes by them.
fn marks_changed_by_both<L: Layout>() {
    let marks = |high, low| Watermarks::new(high, low).expect("right");
    stall::everywhere(
        || ends::<L>((4, 0)),
        move |mut producer| {
            producer.set_watermarks(marks(4, 3)).expect("they fit");
            producer
        },
        move |consumer| consumer.set_watermarks(marks(2, 1)).expect("they fit"),
        |mut producer, (), mut consumer| {
            let marks = consumer.watermarks();
            let mut gauge = Gauge::new(4);
            assert!(gauge.set_marks(marks.high(), marks.low()).is_some());
            for len in 1..=4 {
                assert_eq!(producer.push(NEW), Ok(()));
                gauge.pushed(len);
                gauge.check(len, producer.pressure(), producer.fill(), producer.watermarks());
            }
            for len in (0..4).rev() {
                assert_eq!(consumer.pop(), Ok(NEW));
                gauge.popped(len);
                gauge.check(len, consumer.pressure(), consumer.fill(), consumer.watermarks());
            }
        },
    );
}

#[test]
fn marks_changed_by_both_dense() {
    marks_changed_by_both::<Dense>();
}

#[test]
fn marks_changed_by_both_flagged() {
    marks_changed_by_both::<Flagged>();
}
