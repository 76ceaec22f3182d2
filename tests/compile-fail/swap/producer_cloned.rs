//! error[E0599]: no method named `clone` found
//!
//! There may be no cell left for another one: `try_clone` says so.

use forebay_core::swap::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (producer, _consumer) = ring.split();
    #[cfg(mended)]
    drop(producer.try_clone());
    #[cfg(not(mended))]
    drop(producer.clone());
}
