//! The newest of each key: forebay's ring for it, and what one would write oneself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use forebay::conflated::{HeapRing, OwnedConsumer, OwnedProducer};

use crate::contest::Turn;
use crate::queue::{Conflating, ConflatingJob, Item, PutKey, Role, TakeKey};

pub(crate) struct Conflated;

impl<T: Item> Conflating<T> for Conflated {
    const NAME: &'static str = "forebay";
    const ROLE: Role = Role::Ours;

    fn with(keys: usize, job: impl ConflatingJob<T>) -> Turn {
        let (tx, rx) = HeapRing::new(keys).expect("there is memory for the ring").into_ends();
        job.run(tx, rx)
    }
}

impl<T: Item> PutKey<T> for OwnedProducer<T> {
    #[inline(always)]
    fn put(&mut self, key: usize, item: T) {
        let pushed = self.push(key, item);
        debug_assert!(pushed.is_ok(), "there is such a key");
    }
}

impl<T: Item> TakeKey<T> for OwnedConsumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        self.pop().ok()
    }
}

/// The newest value of each key, if nobody has taken it.
pub(crate) trait Table<T>: Send {
    fn new(keys: usize) -> Self;

    /// Answers with the value that was there.
    fn put(&mut self, key: usize, item: T) -> Option<T>;

    fn take(&mut self, key: usize) -> Option<T>;
}

impl<T: Item> Table<T> for Vec<Option<T>> {
    fn new(keys: usize) -> Self {
        vec![None; keys]
    }

    #[inline(always)]
    fn put(&mut self, key: usize, item: T) -> Option<T> {
        self[key].replace(item)
    }

    #[inline(always)]
    fn take(&mut self, key: usize) -> Option<T> {
        self[key].take()
    }
}

impl<T: Item> Table<T> for HashMap<usize, T> {
    fn new(keys: usize) -> Self {
        Self::with_capacity(keys)
    }

    #[inline(always)]
    fn put(&mut self, key: usize, item: T) -> Option<T> {
        self.insert(key, item)
    }

    #[inline(always)]
    fn take(&mut self, key: usize) -> Option<T> {
        self.remove(&key)
    }
}

/// A table behind the standard library's lock, and a queue of the keys that have something new.
struct Locked<M>(Arc<Mutex<(M, VecDeque<usize>)>>);

impl<M> Locked<M> {
    fn run<T: Item>(keys: usize, job: impl ConflatingJob<T>) -> Turn
    where
        M: Table<T>,
    {
        let both = Arc::new(Mutex::new((M::new(keys), VecDeque::with_capacity(keys))));
        job.run(Self(both.clone()), Self(both))
    }
}

impl<T: Item, M: Table<T>> PutKey<T> for Locked<M> {
    #[inline(always)]
    fn put(&mut self, key: usize, item: T) {
        let (table, dirty) = &mut *self.0.lock().expect("nobody panics");
        if table.put(key, item).is_none() {
            dirty.push_back(key);
        }
    }
}

impl<T: Item, M: Table<T>> TakeKey<T> for Locked<M> {
    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        let (table, dirty) = &mut *self.0.lock().expect("nobody panics");
        let key = dirty.pop_front()?;
        Some((key, table.take(key)?))
    }
}

pub(crate) struct LockedVec;

impl<T: Item> Conflating<T> for LockedVec {
    const NAME: &'static str = "Mutex<Vec>";
    const ROLE: Role = Role::Peer;

    fn with(keys: usize, job: impl ConflatingJob<T>) -> Turn {
        Locked::<Vec<Option<T>>>::run(keys, job)
    }
}

pub(crate) struct LockedMap;

impl<T: Item> Conflating<T> for LockedMap {
    const NAME: &'static str = "Mutex<HashMap>";
    const ROLE: Role = Role::Peer;

    fn with(keys: usize, job: impl ConflatingJob<T>) -> Turn {
        Locked::<HashMap<usize, T>>::run(keys, job)
    }
}
