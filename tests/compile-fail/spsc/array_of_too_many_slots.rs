//! error[E0080]: the capacity of a ring can't be above isize::MAX

use forebay::spsc::Ring;

const CAPACITY: usize = if cfg!(mended) { 1 << 20 } else { usize::MAX };

fn main() {
    drop(Ring::<(), CAPACITY>::new());
}
