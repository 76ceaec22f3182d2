//! error[E0277]: MutexGuard<'_, i32>` cannot be sent between threads safely

use core::num::NonZeroU32;
use std::sync::Mutex;

use forebay_core::fan_in::Ring;

fn main() {
    let lock = Mutex::new(1);
    let mut ring = Ring::<_, 1, 1>::new();
    let (opener, mut consumer) = ring.split();
    #[cfg(not(mended))]
    let item = lock.lock().unwrap();
    #[cfg(mended)]
    let item = &lock;
    assert!(opener.open(NonZeroU32::MIN).unwrap().push(item).is_ok());
    std::thread::scope(|threads| {
        threads.spawn(move || consumer.pop().is_ok());
    });
}
