//! error[E0499]: cannot borrow `writer` as mutable more than once at a time

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let (mut writer, _reader) = buffer.split();
    let slot = writer.write_slot();
    #[cfg(mended)]
    slot.write(1);
    writer.write(2);
    #[cfg(not(mended))]
    slot.write(1);
}
