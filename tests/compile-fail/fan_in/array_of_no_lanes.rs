//! error[E0080]: a ring has at least one lane

use forebay_core::fan_in::Ring;

const LANES: usize = if cfg!(mended) { 1 } else { 0 };

fn main() {
    drop(Ring::<u32, 4, LANES>::new());
}
