//! error[E0499]: cannot borrow `consumer` as mutable more than once at a time

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (_producer, mut consumer) = ring.split();
    let slot = consumer.read_slot().unwrap();
    #[cfg(mended)]
    slot.release();
    let _ = consumer.pop();
    #[cfg(not(mended))]
    slot.release();
}
