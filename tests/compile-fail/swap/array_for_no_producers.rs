//! error[E0080]: a ring has at least one producer: their number can't be 0

use forebay_core::swap::Ring;

const PRODUCERS: usize = if cfg!(mended) { 1 } else { 0 };

fn main() {
    drop(Ring::<u32, 4, PRODUCERS>::new());
}
