//! error[E0080]: the lanes have too many slots together

use forebay_core::fan_in::Ring;

const CAPACITY: usize = if cfg!(mended) { 4 } else { usize::MAX / 2 };

fn main() {
    drop(Ring::<(), CAPACITY, 3>::new());
}
