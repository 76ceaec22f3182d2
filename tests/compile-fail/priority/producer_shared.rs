//! error[E0277]: cannot be shared between threads safely
//!
//! Each thread has a clone of its own.

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (producer, _consumer) = ring.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let producer = &producer;
        #[cfg(mended)]
        let producer = producer.clone();
        threads.spawn(move || producer.is_closed());
    });
}
