//! Items of awkward shapes, all with a drop: without size, aligned like two cache lines, larger than a page, odd.

use forebay_core::mpsc::{Consumer, HeapRing, Producer, Ring, SliceRing, Slot};
use forebay_tests::shapes::{Aligned, Shape, alive, number};

const N: usize = 3;

/// Some laps of all the ways in and out, at every fill level.
fn laps<T: Shape, K: Clone>(producer: Producer<'_, T, K>, mut consumer: Consumer<'_, T, K>) {
    let mut producers = [producer.clone(), producer];
    let (mut next, mut oldest) = (0, 0);
    for round in 0..60 {
        let count = 1 + round % (N - (next - oldest));
        let producer = &mut producers[round / 3 % 2];
        if round % 2 == 0 {
            (0..count).for_each(|step| assert!(producer.push(T::new(number(next + step))).is_ok()));
        } else {
            assert_eq!(producer.push_iter((0..count).map(|step| T::new(number(next + step)))), count);
        }
        next += count;
        assert_eq!((consumer.len(), alive()), (next - oldest, next - oldest));
        if next - oldest == N {
            let refused = producer.push(T::new(7)).expect_err("it is full").into_inner();
            refused.check(7);
        }
        let least = usize::from(next - oldest == N);
        let count = least + round * 5 % (next - oldest - least + 1);
        if round % 3 == 0 {
            (oldest..oldest + count).for_each(|id| consumer.pop().expect("inside").check(number(id)));
        } else {
            consumer.drain().take(count).zip(oldest..).for_each(|(item, id)| item.check(number(id)));
        }
        oldest += count;
        assert_eq!((consumer.len(), alive()), (next - oldest, next - oldest));
    }
    consumer.drain().for_each(drop);
    // Something stays for the ring to drop.
    let [first, second] = &mut producers;
    assert!(first.push(T::new(1)).is_ok() && second.push(T::new(2)).is_ok());
    assert_eq!(alive(), 2);
}

fn shape<T: Shape>() {
    let mut ring = Ring::<T, N>::new();
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let ring = Box::new(Ring::<T, N>::new());
    let (producer, consumer) = ring.try_split().expect("no end is out");
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let mut memory = [const { Slot::new() }; N];
    let mut ring = SliceRing::<T>::new(&mut memory).expect("a capacity above 0");
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let mut ring = HeapRing::<T>::new(N).expect("a small capacity");
    let (producer, consumer) = ring.split();
    laps(producer, consumer);
    drop(ring);
    assert_eq!(alive(), 0);

    let (producer, consumer) = HeapRing::<T>::new(N).expect("a small capacity").into_ends();
    laps(producer, consumer);
    assert_eq!(alive(), 0);
}

forebay_tests::each_shape!(shape);

/// The memory of a slot, as its documentation says: 5 bytes more than the item, rounded up to the alignment of all.
#[test]
fn slots_are_as_large_as_they_say() {
    assert_eq!((size_of::<Slot<()>>(), size_of::<Slot<u8>>(), size_of::<Slot<u16>>()), (8, 8, 8));
    assert_eq!((size_of::<Slot<u32>>(), size_of::<Slot<u64>>()), (12, 16));
    assert_eq!(size_of::<Slot<usize>>(), 8 + size_of::<usize>());
    assert_eq!((size_of::<Slot<Aligned>>(), align_of::<Slot<Aligned>>()), (256, 128));
}
