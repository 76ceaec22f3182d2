//! error[E0499]: cannot borrow `keys` as mutable more than once at a time

use forebay_core::conflated::{KeyMemory, SliceRing, Slot};

fn main() {
    let mut keys = [const { KeyMemory::<u32>::new() }; 2];
    let (mut one, mut other) = ([const { Slot::new() }; 2], [const { Slot::new() }; 2]);
    let first = SliceRing::new(&mut keys, &mut one).unwrap();
    #[cfg(mended)]
    drop(first);
    let second = SliceRing::new(&mut keys, &mut other).unwrap();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
