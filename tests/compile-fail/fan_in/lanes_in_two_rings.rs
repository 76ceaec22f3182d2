//! error[E0499]: cannot borrow `lanes` as mutable more than once at a time

use forebay_core::fan_in::{LaneMemory, SliceRing, Slot};

fn main() {
    let mut lanes = [const { LaneMemory::<u32>::new() }; 2];
    let (mut one, mut other) = ([const { Slot::new() }; 4], [const { Slot::new() }; 4]);
    let first = SliceRing::new(&mut lanes, &mut one).unwrap();
    #[cfg(mended)]
    drop(first);
    let second = SliceRing::new(&mut lanes, &mut other).unwrap();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
