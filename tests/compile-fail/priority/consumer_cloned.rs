//! error[E0599]: no method named `clone` found
//!
//! There is one consumer.

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (producer, consumer) = ring.split();
    #[cfg(mended)]
    drop(producer.clone());
    #[cfg(not(mended))]
    drop(consumer.clone());
    drop((producer, consumer));
}
