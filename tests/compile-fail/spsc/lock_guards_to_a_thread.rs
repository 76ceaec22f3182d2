//! error[E0277]: MutexGuard<'_, u32>` cannot be sent between threads safely
//!
//! A lock is let go by the thread that took it.

use std::sync::{Mutex, MutexGuard};

#[cfg(not(mended))]
type Item<'a> = MutexGuard<'a, u32>;
#[cfg(mended)]
type Item<'a> = &'a Mutex<u32>;

static NUMBER: Mutex<u32> = Mutex::new(1);

fn main() {
    let (mut producer, mut consumer) = forebay::spsc::ring::<Item<'_>>(1).unwrap();
    #[cfg(not(mended))]
    let item = NUMBER.lock().unwrap();
    #[cfg(mended)]
    let item = &NUMBER;
    assert!(producer.push(item).is_ok());
    std::thread::scope(|threads| {
        threads.spawn(move || consumer.pop().is_ok());
    });
}
