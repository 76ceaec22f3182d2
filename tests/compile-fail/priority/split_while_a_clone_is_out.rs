//! error[E0499]: cannot borrow `ring` as mutable more than once at a time
//!
//! A clone borrows the ring as the first producer does.

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (producer, consumer) = ring.split();
    let another = producer.clone();
    drop((producer, consumer));
    #[cfg(mended)]
    drop(another);
    let ends = ring.split();
    #[cfg(not(mended))]
    drop(another);
    drop(ends);
}
