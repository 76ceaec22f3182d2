//! error[E0599]: no method named `clone` found
//!
//! There is one consumer.

use forebay_core::swap::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (producer, consumer) = ring.split();
    #[cfg(mended)]
    drop(producer.try_clone().unwrap());
    #[cfg(not(mended))]
    drop(consumer.clone());
    drop((producer, consumer));
}
