//! forebay's rings.

use std::array;
use std::marker::PhantomData;
use std::time::Duration;

use forebay::spsc::{self, Consumer, Layout, OwnedConsumer, OwnedProducer, Producer};
pub(crate) use forebay::spsc::{Dense, Flagged};

use crate::queue::{BATCH, Check, Item, Job, Queue, Role, Rx, Tx};

/// What the rings of a layout are called in the tables.
pub(crate) trait Named: Layout + Send {
    const HEAP: &'static str;
    const ARRAY: &'static str;
    const SLICES: &'static str;
}

impl Named for Dense {
    const HEAP: &'static str = "forebay";
    const ARRAY: &'static str = "forebay array";
    const SLICES: &'static str = "forebay slices";
}

impl Named for Flagged {
    const HEAP: &'static str = "forebay flagged";
    const ARRAY: &'static str = "forebay flagged array";
    const SLICES: &'static str = "forebay flagged slices";
}

fn heap_ends<T, L: Layout>(capacity: usize) -> (OwnedProducer<T, L>, OwnedConsumer<T, L>) {
    spsc::HeapRing::new(capacity).expect("there is memory for the ring").into_ends()
}

impl<T: Item, L: Named, K: Send> Tx<T> for Producer<'_, T, L, K> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item, L: Named, K: Send> Rx<T> for Consumer<'_, T, L, K> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok()
    }
}

/// A ring whose capacity is known at run time.
pub(crate) struct HeapRing<L>(PhantomData<L>);

impl<T: Item, L: Named> Queue<T> for HeapRing<L> {
    const NAME: &'static str = L::HEAP;
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = heap_ends::<T, L>(capacity);
        job.run(tx, rx)
    }
}

/// A ring whose capacity is part of its type.
pub(crate) struct ArrayRing<L>(PhantomData<L>);

impl<T: Item, L: Named> Queue<T> for ArrayRing<L> {
    const NAME: &'static str = L::ARRAY;
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        fn sized<const N: usize, T: Item, L: Named>(job: impl Job<T>) -> Duration {
            let mut ring = Box::new(spsc::Ring::<T, N, L>::new());
            let (tx, rx) = ring.split();
            job.run(tx, rx)
        }
        match capacity {
            64 => sized::<64, T, L>(job),
            1024 => sized::<1024, T, L>(job),
            65536 => sized::<65536, T, L>(job),
            other => panic!("no ring of {other} slots is compiled in"),
        }
    }
}

/// A heap ring whose batches are written and read in place.
pub(crate) struct Runs;

struct InPlace<E>(E);

impl<T: Item> Queue<T> for Runs {
    const NAME: &'static str = Dense::HEAP;
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = heap_ends::<T, Dense>(capacity);
        job.run(InPlace(tx), InPlace(rx))
    }
}

impl<T: Item> Tx<T> for InPlace<OwnedProducer<T>> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.0.offer(item)
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        self.0.write_run(max).fill((first..).map(T::new))
    }
}

impl<T: Item> Rx<T> for InPlace<OwnedConsumer<T>> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        let run = self.0.read_run(max);
        let (first, second) = run.as_slices();
        first.iter().for_each(|item| check.see(item));
        second.iter().for_each(|item| check.see(item));
        let len = run.len();
        run.release(len);
        len
    }
}

/// A heap ring whose batches are copied from and to slices.
pub(crate) struct Slices<L>(PhantomData<L>);

struct BySlice<E>(E);

impl<T: Item, L: Named> Queue<T> for Slices<L> {
    const NAME: &'static str = L::SLICES;
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl Job<T>) -> Duration {
        let (tx, rx) = heap_ends::<T, L>(capacity);
        job.run(BySlice(tx), BySlice(rx))
    }
}

impl<T: Item, L: Named> Tx<T> for BySlice<OwnedProducer<T, L>> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.0.offer(item)
    }

    #[inline(always)]
    fn offer_run(&mut self, first: u64, max: usize) -> usize {
        let items: [T; BATCH] = array::from_fn(|at| T::new(first + at as u64));
        self.0.push_slice(&items[..max])
    }
}

impl<T: Item, L: Named> Rx<T> for BySlice<OwnedConsumer<T, L>> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.0.take()
    }

    #[inline(always)]
    fn take_run<const P: usize>(&mut self, max: usize, check: &mut Check<P>) -> usize {
        let mut items = [T::new(0); BATCH];
        let len = self.0.pop_slice(&mut items[..max]);
        items[..len].iter().for_each(|item| check.see(item));
        len
    }
}
