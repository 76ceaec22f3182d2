//! error[E0597]: `keys` does not live long enough

use forebay_core::conflated::{KeyMemory, SliceRing, Slot};

fn main() {
    let mut others = [const { Slot::new() }; 2];
    #[cfg(mended)]
    let mut keys = [const { KeyMemory::<u32>::new() }; 2];
    let ring;
    {
        #[cfg(not(mended))]
        let mut keys = [const { KeyMemory::<u32>::new() }; 2];
        ring = SliceRing::new(&mut keys, &mut others).unwrap();
    }
    drop(ring);
}
