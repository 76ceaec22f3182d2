//! error[E0080]: a ring holds at least one item: its capacity can't be 0

use forebay_core::priority::Ring;

const CAPACITY: usize = if cfg!(mended) { 1 } else { 0 };

fn main() {
    drop(Ring::<u32, CAPACITY, 2>::new());
}
