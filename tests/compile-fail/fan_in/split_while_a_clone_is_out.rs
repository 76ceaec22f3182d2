//! error[E0499]: cannot borrow `ring` as mutable more than once at a time
//!
//! A clone borrows the ring as the first opener does.

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (opener, consumer) = ring.split();
    let another = opener.clone();
    drop((opener, consumer));
    #[cfg(mended)]
    drop(another);
    let ends = ring.split();
    #[cfg(not(mended))]
    drop(another);
    drop(ends);
}
