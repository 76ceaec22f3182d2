//! error[E0597]: `buffer` does not live long enough
//!
//! The drop of an end writes to its buffer, even if nothing else is done with it.

use forebay::latest::TripleBuffer;

fn main() {
    #[cfg(mended)]
    let mut buffer = TripleBuffer::<u32>::new();
    let _writer;
    #[cfg(not(mended))]
    let mut buffer = TripleBuffer::<u32>::new();
    _writer = buffer.split().0;
}
