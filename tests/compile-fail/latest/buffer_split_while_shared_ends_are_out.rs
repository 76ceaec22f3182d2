//! error[E0502]: cannot borrow `buffer` as mutable because it is also borrowed as immutable

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let (writer, reader) = buffer.try_split().unwrap();
    drop(reader);
    #[cfg(mended)]
    drop(writer);
    let ends = buffer.split();
    #[cfg(not(mended))]
    drop(writer);
    drop(ends);
}
