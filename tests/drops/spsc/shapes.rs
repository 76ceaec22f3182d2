//! Items of awkward shapes, all with a drop: without size, aligned like two cache lines, larger than a page, odd.

use forebay_core::spsc::{Consumer, Dense, Flagged, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_tests::shapes::{Aligned, Odd, Shape, alive, number};
use forebay_tests::spsc::Runs;

const N: usize = 3;

/// Some laps of all the ways in and out, at every fill level.
fn laps<T: Shape, L: Runs, K>(mut producer: Producer<'_, T, L, K>, mut consumer: Consumer<'_, T, L, K>) {
    let before = alive();
    let (mut next, mut oldest) = (0, 0);
    for round in 0..36 {
        let free = producer.free();
        let count = 1 + round % free;
        match round % 4 {
            0 => (0..count).for_each(|step| assert!(producer.push(T::new(number(next + step))).is_ok())),
            1 => (0..count)
                .for_each(|step| producer.write_slot().expect("there is room").write(T::new(number(next + step)))),
            2 => assert_eq!(producer.push_iter((0..count).map(|step| T::new(number(next + step)))), count),
            _ => match L::write_run(&mut producer, count) {
                Some(run) => assert_eq!(run.fill((0..).map(|step| T::new(number(next + step)))), count),
                None => (0..count).for_each(|step| assert!(producer.push(T::new(number(next + step))).is_ok())),
            },
        }
        next += count;
        assert_eq!((producer.len(), consumer.len(), alive()), (next - oldest, next - oldest, before + next - oldest));
        if next - oldest == N {
            let refused = producer.push(T::new(7)).expect_err("it is full").into_inner();
            refused.check(7);
        }
        for (item, id) in consumer.iter().zip(oldest..) {
            assert_eq!(std::ptr::from_ref(item).addr() % align_of::<T>(), 0, "an item out of alignment");
            item.check(number(id));
        }
        let count = 1 + round * 5 % (next - oldest);
        match round % 5 {
            0 => (oldest..oldest + count).for_each(|id| consumer.pop().expect("inside").check(number(id))),
            1 => (oldest..oldest + count).for_each(|id| {
                let slot = consumer.read_slot().expect("inside");
                slot.check(number(id));
                if id % 2 == 0 { slot.release() } else { slot.take().check(number(id)) }
            }),
            2 => consumer.drain().take(count).zip(oldest..).for_each(|(item, id)| item.check(number(id))),
            3 => match L::read_run(&mut consumer, count) {
                Some(run) => run.release(count),
                None => (0..count).for_each(|_| consumer.read_slot().expect("inside").release()),
            },
            _ => {
                assert_eq!(consumer.clear(), next - oldest);
                oldest = next - count;
            }
        }
        oldest += count;
        assert_eq!((producer.len(), consumer.len(), alive()), (next - oldest, next - oldest, before + next - oldest));
        if next - oldest == N {
            consumer.clear();
            oldest = next;
        }
    }
    consumer.clear();
    // Something stays for the ring to drop.
    assert!(producer.push(T::new(1)).is_ok());
    assert!(producer.push(T::new(2)).is_ok());
    assert_eq!(alive(), before + 2);
}

fn rings<T: Shape, L: Runs>() {
    let mut ring = Ring::<T, N, L>::new();
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let ring = Box::new(Ring::<T, N, L>::new());
    let (producer, consumer) = ring.try_split().expect("no end is out");
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let mut memory = [const { Slot::new() }; N];
    let mut ring = SliceRing::<T, L>::new(&mut memory).expect("a capacity above 0");
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let mut ring = HeapRing::<T, L>::new(N).expect("a small capacity");
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let (producer, consumer) = HeapRing::<T, L>::new(N).expect("a small capacity").into_ends();
    laps(producer, consumer);
    assert_eq!(alive(), 0);
}

fn shape<T: Shape>() {
    rings::<T, Dense>();
    rings::<T, Flagged>();
}

forebay_tests::each_shape!(shape);

/// The memory of a slot, as its documentation says.
#[test]
fn slots_are_as_large_as_they_say() {
    assert_eq!(size_of::<Slot<Odd>>(), 5);
    assert_eq!(size_of::<Slot<Odd, Flagged>>(), 6);
    assert_eq!((size_of::<Slot<Aligned>>(), align_of::<Slot<Aligned>>()), (128, 128));
    assert_eq!((size_of::<Slot<Aligned, Flagged>>(), align_of::<Slot<Aligned, Flagged>>()), (256, 128));
    assert_eq!(size_of::<Slot<u64, Flagged>>(), size_of::<u64>() + align_of::<u64>());
    assert_eq!((size_of::<Slot<()>>(), size_of::<Slot<(), Flagged>>()), (0, 1));
}
