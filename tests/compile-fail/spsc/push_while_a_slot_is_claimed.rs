//! error[E0499]: cannot borrow `producer` as mutable more than once at a time

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (mut producer, _consumer) = ring.split();
    let slot = producer.write_slot().unwrap();
    #[cfg(mended)]
    slot.write(1);
    let _ = producer.push(2);
    #[cfg(not(mended))]
    slot.write(1);
}
