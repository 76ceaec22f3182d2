//! error[E0597]: `ring` does not live long enough
//!
//! The drop of an end writes to its ring, even if nothing else is done with it.

use forebay_core::priority::Ring;

fn main() {
    #[cfg(mended)]
    let mut ring = Ring::<u32, 4, 2>::new();
    let _consumer;
    #[cfg(not(mended))]
    let mut ring = Ring::<u32, 4, 2>::new();
    _consumer = ring.split().1;
}
