//! error[E0499]: cannot borrow `buffer` as mutable more than once at a time

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let first = buffer.split();
    #[cfg(mended)]
    drop(first);
    let second = buffer.split();
    #[cfg(not(mended))]
    drop(first);
    drop(second);
}
