//! error[E0597]: `ring` does not live long enough
//!
//! A lane borrows the ring as its opener does.

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    #[cfg(mended)]
    let mut ring = Ring::<u32, 4, 2>::new();
    let producer;
    {
        #[cfg(not(mended))]
        let mut ring = Ring::<u32, 4, 2>::new();
        let (opener, _consumer) = ring.split();
        producer = opener.open(NonZeroU32::MIN).unwrap();
    }
    drop(producer);
}
