//! error[E0133]: call to unsafe function

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let (mut writer, _reader) = buffer.split();
    let mut slot = writer.write_slot();
    slot.uninit().write(1);
    #[cfg(not(mended))]
    slot.commit();
    #[cfg(mended)]
    // SAFETY: written just now.
    unsafe {
        slot.commit();
    }
}
