//! error[E0499]: cannot borrow `reader` as mutable more than once at a time

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<String>::new();
    let (_writer, mut reader) = buffer.split();
    let seen = reader.peek();
    #[cfg(mended)]
    assert!(seen.is_none());
    let _ = reader.read();
    #[cfg(not(mended))]
    assert!(seen.is_none());
}
