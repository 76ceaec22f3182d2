//! error[E0597]: `ring` does not live long enough
//!
//! The drop of an end writes to its ring, even if nothing else is done with it.

use forebay_core::priority::Ring;

fn main() {
    #[cfg(mended)]
    let mut ring = Ring::<u32, 4, 2>::new();
    let _producer;
    #[cfg(not(mended))]
    let mut ring = Ring::<u32, 4, 2>::new();
    _producer = ring.split().0;
}
