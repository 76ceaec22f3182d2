//! error[E0499]: cannot borrow `ring` as mutable more than once at a time
//!
//! The ends of the first split say that they are gone when they are dropped: not later than the next ones are made.

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let _first = ring.split();
    #[cfg(mended)]
    drop(_first);
    let _second = ring.split();
}
