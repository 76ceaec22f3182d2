//! The most important first: forebay's ring for it, and what one would write oneself.

use std::array;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::sync::{Arc, Mutex};

use forebay::priority::{HeapRing, OwnedConsumer, OwnedProducer};

use crate::contest::Turn;
use crate::queue::{ConflatingJob, Item, Prioritizing, PutKey, Role, TakeKey};

/// How many classes there are.
pub(crate) const CLASSES: usize = 3;

pub(crate) struct Priority;

impl<T: Item> Prioritizing<T> for Priority {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with(capacity: usize, job: impl ConflatingJob<T>) -> Turn {
        let (tx, rx) = HeapRing::<T, CLASSES>::new(capacity).expect("there is memory for the ring").into_ends();
        job.run(tx, rx)
    }
}

impl<T: Item> PutKey<T> for OwnedProducer<T, CLASSES> {
    #[inline(always)]
    fn put(&mut self, class: usize, item: T) {
        let _ = self.push(class, item);
    }
}

impl<T: Item> TakeKey<T> for OwnedConsumer<T, CLASSES> {
    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        self.pop().ok()
    }
}

/// A bounded queue, the most important first, for one thread at a time.
pub(crate) trait Sorted<T>: Send {
    fn new(capacity: usize) -> Self;

    /// At full, in the place of what is least important, if it can be found.
    fn put(&mut self, class: usize, item: T);

    fn take(&mut self) -> Option<(usize, T)>;
}

/// An item in a heap: the most important is the greatest, and of those the first.
struct Entry<T> {
    key: Reverse<(usize, u64)>,
    item: T,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl<T> Eq for Entry<T> {}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// The standard library's heap. What is least important can't be found in it, so that it refuses what comes at full.
pub(crate) struct Heap<T> {
    heap: BinaryHeap<Entry<T>>,
    capacity: usize,
    count: u64,
}

impl<T: Item> Sorted<T> for Heap<T> {
    fn new(capacity: usize) -> Self {
        Self { heap: BinaryHeap::with_capacity(capacity), capacity, count: 0 }
    }

    #[inline(always)]
    fn put(&mut self, class: usize, item: T) {
        if self.heap.len() < self.capacity {
            self.count += 1;
            self.heap.push(Entry { key: Reverse((class, self.count)), item });
        }
    }

    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        self.heap.pop().map(|entry| (entry.key.0.0, entry.item))
    }
}

/// A tree, by class and then by number.
pub(crate) struct Tree<T> {
    tree: BTreeMap<(usize, u64), T>,
    capacity: usize,
    count: u64,
}

impl<T: Item> Sorted<T> for Tree<T> {
    fn new(capacity: usize) -> Self {
        Self { tree: BTreeMap::new(), capacity, count: 0 }
    }

    #[inline(always)]
    fn put(&mut self, class: usize, item: T) {
        if self.tree.len() == self.capacity {
            let Some((&(least, _), _)) = self.tree.last_key_value().filter(|((least, _), _)| *least > class) else {
                return;
            };
            let oldest = self.tree.range((least, 0)..).next().map(|(&key, _)| key);
            oldest.map(|key| self.tree.remove(&key));
        }
        self.count += 1;
        self.tree.insert((class, self.count), item);
    }

    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        self.tree.pop_first().map(|((class, _), item)| (class, item))
    }
}

/// A queue for each class.
pub(crate) struct Queues<T> {
    queues: [VecDeque<T>; CLASSES],
    left: usize,
}

impl<T: Item> Sorted<T> for Queues<T> {
    fn new(capacity: usize) -> Self {
        Self { queues: array::from_fn(|_| VecDeque::with_capacity(capacity)), left: capacity }
    }

    #[inline(always)]
    fn put(&mut self, class: usize, item: T) {
        if self.left > 0 {
            self.left -= 1;
        } else if !self.queues[class + 1..].iter_mut().rev().any(|queue| queue.pop_front().is_some()) {
            return;
        }
        self.queues[class].push_back(item);
    }

    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        let taken = self.queues.iter_mut().enumerate().find_map(|(class, queue)| Some((class, queue.pop_front()?)));
        self.left += usize::from(taken.is_some());
        taken
    }
}

/// One of them behind the standard library's lock.
struct Locked<Q>(Arc<Mutex<Q>>);

impl<T: Item, Q: Sorted<T>> PutKey<T> for Locked<Q> {
    #[inline(always)]
    fn put(&mut self, class: usize, item: T) {
        self.0.lock().expect("nobody panics").put(class, item);
    }
}

impl<T: Item, Q: Sorted<T>> TakeKey<T> for Locked<Q> {
    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        self.0.lock().expect("nobody panics").take()
    }
}

macro_rules! locked {
    ($($name:ident: $queue:ident, $called:literal;)*) => {$(
        pub(crate) struct $name;

        impl<T: Item> Prioritizing<T> for $name {
            const NAME: &'static str = $called;
            const ROLE: Role = Role::Peer;

            fn with(capacity: usize, job: impl ConflatingJob<T>) -> Turn {
                let queue = Arc::new(Mutex::new($queue::new(capacity)));
                job.run(Locked(queue.clone()), Locked(queue))
            }
        }
    )*};
}

locked! {
    LockedHeap: Heap, "Mutex<BinaryHeap>";
    LockedTree: Tree, "Mutex<BTreeMap>";
    LockedQueues: Queues, "Mutex<[VecDeque]>";
}
