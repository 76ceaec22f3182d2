//! error[E0597]: `text` does not live long enough
//!
//! The buffer drops what is inside when it goes.

use forebay::latest::TripleBuffer;

fn main() {
    #[cfg(mended)]
    let text = String::from("text");
    let mut buffer = TripleBuffer::<&str>::new();
    #[cfg(not(mended))]
    let text = String::from("text");
    let (mut writer, _reader) = buffer.split();
    writer.write(&text);
}
