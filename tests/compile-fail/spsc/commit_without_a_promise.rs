//! error[E0133]: is unsafe and requires unsafe function or block

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (mut producer, _consumer) = ring.split();
    let mut slot = producer.write_slot().unwrap();
    slot.uninit().write(1);
    #[cfg(not(mended))]
    slot.commit();
    // SAFETY: written above.
    #[cfg(mended)]
    unsafe {
        slot.commit()
    };
}
