//! The newest of each key, by a crate that has one value only: one of its channels for each key.

use tokio::sync::watch::{self, Receiver, Sender};

use crate::contest::Turn;
use crate::queue::{Conflating, ConflatingJob, Item, PutKey, Role, TakeKey};

/// tokio `watch` for each key. The consumer asks one after another whether it has changed.
pub(super) struct Watches;

struct Polled<T> {
    channels: Vec<Receiver<T>>,
    next: usize,
}

impl<T: Item> Conflating<T> for Watches {
    const NAME: &'static str = "tokio watch";
    const ROLE: Role = Role::Peer;

    fn with(keys: usize, job: impl ConflatingJob<T>) -> Turn {
        let (senders, channels): (Vec<_>, _) = (0..keys).map(|_| watch::channel(T::default())).unzip();
        job.run(senders, Polled { channels, next: 0 })
    }
}

impl<T: Item> PutKey<T> for Vec<Sender<T>> {
    #[inline(always)]
    fn put(&mut self, key: usize, item: T) {
        self[key].send_replace(item);
    }
}

impl<T: Item> TakeKey<T> for Polled<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<(usize, T)> {
        for _ in 0..self.channels.len() {
            let key = self.next;
            self.next = if key + 1 == self.channels.len() { 0 } else { key + 1 };
            let channel = &mut self.channels[key];
            // An error says that the sender is gone; there may be a last value, which the reference tells.
            if channel.has_changed().unwrap_or(true) {
                let value = channel.borrow_and_update();
                if value.has_changed() {
                    return Some((key, *value));
                }
            }
        }
        None
    }
}
