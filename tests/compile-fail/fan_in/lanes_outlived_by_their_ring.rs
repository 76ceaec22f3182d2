//! error[E0597]: `lanes` does not live long enough

use forebay_core::fan_in::{LaneMemory, SliceRing, Slot};

fn main() {
    let mut others = [const { Slot::new() }; 4];
    #[cfg(mended)]
    let mut lanes = [const { LaneMemory::<u32>::new() }; 2];
    let ring;
    {
        #[cfg(not(mended))]
        let mut lanes = [const { LaneMemory::<u32>::new() }; 2];
        ring = SliceRing::new(&mut lanes, &mut others).unwrap();
    }
    drop(ring);
}
