//! error[E0597]: `slots` does not live long enough

use forebay_core::fan_in::{LaneMemory, SliceRing, Slot};

fn main() {
    let mut others = [const { LaneMemory::new() }; 2];
    #[cfg(mended)]
    let mut slots = [const { Slot::<u32>::new() }; 4];
    let ring;
    {
        #[cfg(not(mended))]
        let mut slots = [const { Slot::<u32>::new() }; 4];
        ring = SliceRing::new(&mut others, &mut slots).unwrap();
    }
    drop(ring);
}
