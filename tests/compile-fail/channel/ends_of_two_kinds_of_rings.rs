//! error[E0080]: they are not ends of one ring
//!
//! Ends of different rings would wait for each other for ever.

use forebay::{channel, latest, spsc};

fn main() {
    let (writer, reader) = latest::triple_buffer::<u32>();
    let (_producer, consumer) = spsc::ring::<u32>(1).unwrap();
    #[cfg(not(mended))]
    drop((channel::over(writer, consumer), reader));
    #[cfg(mended)]
    drop((channel::over(writer, reader), consumer));
}
