//! error[E0505]: cannot move out of `ring` because it is borrowed

use core::num::NonZeroU32;

use forebay_core::fan_in::HeapRing;

fn main() {
    let mut ring = HeapRing::<u32>::new(2, 4).unwrap();
    let (opener, consumer) = ring.split();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    drop((opener, consumer));
    #[cfg(mended)]
    drop(producer);
    let ends = ring.into_ends();
    #[cfg(not(mended))]
    drop(producer);
    drop(ends);
}
