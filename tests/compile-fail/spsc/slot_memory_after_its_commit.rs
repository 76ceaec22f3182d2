//! error[E0505]: cannot move out of `slot` because it is borrowed

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (mut producer, _consumer) = ring.split();
    let mut slot = producer.write_slot().unwrap();
    let place = slot.uninit();
    #[cfg(mended)]
    place.write(1);
    // SAFETY: the case is about what comes after.
    unsafe { slot.commit() };
    #[cfg(not(mended))]
    place.write(1);
}
