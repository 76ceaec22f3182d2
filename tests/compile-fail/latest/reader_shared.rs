//! error[E0277]: cannot be shared between threads safely

use forebay::latest::TripleBuffer;

fn main() {
    let mut buffer = TripleBuffer::<u32>::new();
    let (_writer, reader) = buffer.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let reader = &reader;
        threads.spawn(move || reader.is_empty());
    });
}
