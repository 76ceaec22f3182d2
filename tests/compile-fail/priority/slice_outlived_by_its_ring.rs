//! error[E0597]: `memory` does not live long enough

use forebay_core::priority::{SliceRing, Slot};

fn main() {
    #[cfg(mended)]
    let mut memory = [const { Slot::<u32, 2>::new() }; 4];
    let ring;
    {
        #[cfg(not(mended))]
        let mut memory = [const { Slot::<u32, 2>::new() }; 4];
        ring = SliceRing::new(&mut memory).unwrap();
    }
    drop(ring);
}
