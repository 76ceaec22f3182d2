//! error[E0277]: cannot be shared between threads safely

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 1>::new();
    let (producer, _consumer) = ring.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let producer = &producer;
        threads.spawn(move || producer.is_full());
    });
}
