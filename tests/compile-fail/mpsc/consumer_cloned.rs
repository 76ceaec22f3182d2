//! error[E0599]: no method named `clone` found
//!
//! There is one consumer.

use forebay_core::mpsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 1>::new();
    let (producer, consumer) = ring.split();
    #[cfg(mended)]
    drop(producer.clone());
    #[cfg(not(mended))]
    drop(consumer.clone());
    drop((producer, consumer));
}
