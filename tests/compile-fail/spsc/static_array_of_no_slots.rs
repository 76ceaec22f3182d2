//! error[E0080]: a ring holds at least one item: its capacity can't be 0

use forebay::spsc::{Flagged, Ring};

const CAPACITY: usize = if cfg!(mended) { 1 } else { 0 };

static RING: Ring<u32, CAPACITY, Flagged> = Ring::new();

fn main() {
    drop(RING.try_split());
}
