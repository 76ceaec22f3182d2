//! error[E0505]: cannot move out of `ring` because it is borrowed

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (_producer, consumer) = ring.split();
    #[cfg(not(mended))]
    drop(ring);
    assert!(consumer.is_empty());
}
