//! error[E0505]: cannot move out of `buffer` because it is borrowed

use forebay::latest::TripleBuffer;

fn main() {
    let buffer = TripleBuffer::<u32>::new();
    let (writer, reader) = buffer.try_split().unwrap();
    drop(writer);
    #[cfg(mended)]
    drop(reader);
    let ends = buffer.into_ends();
    #[cfg(not(mended))]
    drop(reader);
    drop(ends);
}
