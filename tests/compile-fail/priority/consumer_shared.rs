//! error[E0277]: cannot be shared between threads safely

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (_producer, consumer) = ring.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let consumer = &consumer;
        threads.spawn(move || consumer.len());
    });
}
