//! error[E0502]: cannot borrow `ring` as mutable because it is also borrowed as immutable

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (producer, consumer) = ring.try_split().unwrap();
    drop(consumer);
    #[cfg(mended)]
    drop(producer);
    let ends = ring.split();
    #[cfg(not(mended))]
    drop(producer);
    drop(ends);
}
