//! error[E0499]: cannot borrow `memory` as mutable more than once at a time

use forebay_core::priority::{SliceRing, Slot};

fn main() {
    let mut memory = [const { Slot::<u32, 2>::new() }; 4];
    let first = SliceRing::new(&mut memory).unwrap();
    #[cfg(mended)]
    drop(first);
    let second = SliceRing::new(&mut memory).unwrap();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
