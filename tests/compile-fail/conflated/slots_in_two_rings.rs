//! error[E0499]: cannot borrow `slots` as mutable more than once at a time

use forebay_core::conflated::{KeyMemory, SliceRing, Slot};

fn main() {
    let mut slots = [const { Slot::new() }; 2];
    let (mut one, mut other) = ([const { KeyMemory::<u32>::new() }; 2], [const { KeyMemory::<u32>::new() }; 2]);
    let first = SliceRing::new(&mut one, &mut slots).unwrap();
    #[cfg(mended)]
    drop(first);
    let second = SliceRing::new(&mut other, &mut slots).unwrap();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
