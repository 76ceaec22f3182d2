//! error[E0597]: `buffer` does not live long enough

use forebay::latest::TripleBuffer;

fn main() {
    #[cfg(mended)]
    let mut buffer = TripleBuffer::<u32>::new();
    let mut reader;
    {
        #[cfg(not(mended))]
        let mut buffer = TripleBuffer::<u32>::new();
        reader = buffer.split().1;
    }
    assert!(reader.read().is_err());
}
