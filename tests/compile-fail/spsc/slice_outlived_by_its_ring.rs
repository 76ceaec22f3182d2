//! error[E0597]: `memory` does not live long enough

use forebay::spsc::{SliceRing, Slot};

fn main() {
    #[cfg(mended)]
    let mut memory = [const { Slot::new() }; 4];
    let mut ring: SliceRing<'_, u32>;
    {
        #[cfg(not(mended))]
        let mut memory = [const { Slot::new() }; 4];
        ring = SliceRing::new(&mut memory).unwrap();
    }
    drop(ring.split());
}
