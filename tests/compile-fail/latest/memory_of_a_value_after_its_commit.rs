//! error[E0505]: cannot move out of `slot` because it is borrowed

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let (mut writer, _reader) = buffer.split();
    let mut slot = writer.write_slot();
    let place = slot.uninit();
    #[cfg(mended)]
    place.write(1);
    // SAFETY: the case is about what comes after.
    unsafe { slot.commit() };
    #[cfg(not(mended))]
    place.write(1);
}
