//! error[E0277]: cannot be shared between threads safely
//!
//! Of an item that may be shared, too, two threads must not ask for a reference.

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 1>::new();
    let (_producer, consumer) = ring.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let consumer = &consumer;
        threads.spawn(move || consumer.peek().is_some());
    });
}
