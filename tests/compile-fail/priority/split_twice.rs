//! error[E0499]: cannot borrow `ring` as mutable more than once at a time

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let first = ring.split();
    #[cfg(mended)]
    drop(first);
    let second = ring.split();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
