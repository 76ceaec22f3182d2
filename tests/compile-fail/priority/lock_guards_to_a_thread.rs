//! error[E0277]: MutexGuard<'_, i32>` cannot be sent between threads safely

use std::sync::Mutex;

use forebay_core::priority::Ring;

fn main() {
    let lock = Mutex::new(1);
    let mut ring = Ring::<_, 1, 2>::new();
    let (mut producer, mut consumer) = ring.split();
    #[cfg(not(mended))]
    let item = lock.lock().unwrap();
    #[cfg(mended)]
    let item = &lock;
    assert!(producer.push(0, item).is_ok());
    std::thread::scope(|threads| {
        threads.spawn(move || consumer.pop().is_ok());
    });
}
