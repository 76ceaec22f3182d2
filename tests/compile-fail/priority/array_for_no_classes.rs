//! error[E0080]: there is at least one class

use forebay_core::priority::Ring;

const CLASSES: usize = if cfg!(mended) { 1 } else { 0 };

fn main() {
    drop(Ring::<u32, 4, CLASSES>::new());
}
