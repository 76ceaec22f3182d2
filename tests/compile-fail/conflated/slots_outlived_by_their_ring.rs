//! error[E0597]: `slots` does not live long enough

use forebay_core::conflated::{KeyMemory, SliceRing, Slot};

fn main() {
    let mut others = [const { KeyMemory::<u32>::new() }; 2];
    #[cfg(mended)]
    let mut slots = [const { Slot::new() }; 2];
    let ring;
    {
        #[cfg(not(mended))]
        let mut slots = [const { Slot::new() }; 2];
        ring = SliceRing::new(&mut others, &mut slots).unwrap();
    }
    drop(ring);
}
