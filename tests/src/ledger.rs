//! A ledger of births and deaths: every item has an entry, and each must die exactly once.

use std::sync::atomic::AtomicPtr;
use std::sync::{Arc, Mutex, MutexGuard};

/// What the clones share.
#[derive(Debug, Default)]
struct Book {
    /// How often the item of each number was dropped.
    drops: Vec<u32>,
    /// The numbers of the items that panic in their drop, after it was entered.
    bombs: Vec<u32>,
}

/// The ledger. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Book>>);

impl Ledger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // A panic that a test asked for comes after the lock was let go, so a poisoned lock tells nothing.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Enters a new item. Numbers run from 0.
    #[must_use]
    pub fn item(&self) -> Tracked {
        let mut book = self.book();
        let id = u32::try_from(book.drops.len()).expect("a test with fewer than 2^32 items");
        book.drops.push(0);
        Tracked { id, ledger: self.clone() }
    }

    /// Enters `count` new items.
    #[must_use]
    pub fn items(&self, count: usize) -> Vec<Tracked> {
        (0..count).map(|_| self.item()).collect()
    }

    /// Makes the drop of an item panic, once.
    pub fn arm(&self, id: u32) {
        self.book().bombs.push(id);
    }

    /// How many armed items have not been dropped yet.
    #[must_use]
    pub fn armed(&self) -> usize {
        self.book().bombs.len()
    }

    /// How many items have not been dropped yet.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.book().drops.iter().filter(|&&drops| drops == 0).count()
    }

    /// How many items have been entered.
    #[must_use]
    pub fn born(&self) -> usize {
        self.book().drops.len()
    }

    /// Whether an item has been dropped.
    #[must_use]
    pub fn is_dropped(&self, id: u32) -> bool {
        self.book().drops[id as usize] > 0
    }

    /// Panics if any item was dropped twice.
    pub fn check(&self) {
        let book = self.book();
        for (id, &drops) in book.drops.iter().enumerate() {
            assert!(drops <= 1, "item {id} was dropped {drops} times");
        }
    }

    /// Panics unless every item was dropped exactly once.
    pub fn settle(&self) {
        let book = self.book();
        for (id, &drops) in book.drops.iter().enumerate() {
            assert!(drops == 1, "item {id} of {} was dropped {drops} times", book.drops.len());
        }
        assert!(book.bombs.is_empty(), "the items {:?} were to panic and did not", book.bombs);
    }

    fn enter_drop(&self, id: u32) {
        let mut book = self.book();
        book.drops[id as usize] += 1;
        let bomb = book.bombs.iter().position(|&bomb| bomb == id);
        if let Some(at) = bomb {
            book.bombs.swap_remove(at);
            drop(book);
            go_off();
        }
    }
}

/// Forgets a value as [`mem::forget`](std::mem::forget) does, but keeps the way to its memory: so a detector of leaks tells of nothing
/// but what nobody meant to lose. Of a ledger whose items a test forgets, a clone is to be forgotten like this.
pub fn forget<T>(value: T) {
    static WAYS: Mutex<Vec<AtomicPtr<()>>> = Mutex::new(Vec::new());
    let way = AtomicPtr::new(Box::into_raw(Box::new(value)).cast());
    WAYS.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(way);
}

/// What a panic carries that a test asked for.
struct Boom;

/// Panics as a test asked for, in silence: no message, no hook.
pub fn go_off() -> ! {
    std::panic::resume_unwind(Box::new(Boom))
}

/// Does something and drops what comes of it. Answers whether there was a panic that the test asked for; others go on.
pub fn goes_off<R>(action: impl FnOnce() -> R) -> bool {
    let action = std::panic::AssertUnwindSafe(|| drop(action()));
    let Err(panic) = std::panic::catch_unwind(action) else { return false };
    if !panic.is::<Boom>() {
        std::panic::resume_unwind(panic);
    }
    true
}

/// An item with an entry in a ledger.
#[derive(Debug)]
pub struct Tracked {
    id: u32,
    ledger: Ledger,
}

impl Tracked {
    /// Its number in the ledger.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.ledger.enter_drop(self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settled_ledger_is_silent() {
        let ledger = Ledger::new();
        drop(ledger.items(3));
        ledger.settle();
    }

    #[test]
    #[should_panic(expected = "item 1 of 2 was dropped 0 times")]
    fn a_lost_item_is_found() {
        let ledger = Ledger::new();
        drop(ledger.item());
        std::mem::forget(ledger.item());
        ledger.settle();
    }

    #[test]
    #[should_panic(expected = "item 0 was dropped 2 times")]
    fn a_second_drop_is_found() {
        let ledger = Ledger::new();
        drop(ledger.item());
        ledger.enter_drop(0);
        ledger.check();
    }

    #[test]
    fn an_armed_item_panics_once() {
        let ledger = Ledger::new();
        let item = ledger.item();
        ledger.arm(item.id());
        assert_eq!(ledger.armed(), 1);
        assert!(goes_off(|| drop(item)));
        assert_eq!(ledger.armed(), 0);
        assert!(!goes_off(|| drop(ledger.item())));
        ledger.settle();
    }

    #[test]
    #[should_panic(expected = "nobody asked")]
    fn another_panic_is_passed_on() {
        goes_off(|| panic!("nobody asked"));
    }
}
