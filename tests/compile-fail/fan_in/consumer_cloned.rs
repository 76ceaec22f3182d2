//! error[E0599]: no method named `clone` found
//!
//! There is one consumer.

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (opener, consumer) = ring.split();
    #[cfg(mended)]
    drop(opener.clone());
    #[cfg(not(mended))]
    drop(consumer.clone());
    drop((opener, consumer));
}
