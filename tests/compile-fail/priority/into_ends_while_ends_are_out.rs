//! error[E0505]: cannot move out of `ring` because it is borrowed

use forebay_core::priority::HeapRing;

fn main() {
    let mut ring = HeapRing::<u32, 2>::new(4).unwrap();
    let (producer, consumer) = ring.split();
    drop(consumer);
    #[cfg(mended)]
    drop(producer);
    let ends = ring.into_ends();
    #[cfg(not(mended))]
    drop(producer);
    drop(ends);
}
