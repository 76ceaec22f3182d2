//! error[E0597]: `text` does not live long enough
//!
//! The ring drops what is inside when it goes.

use forebay_core::priority::Ring;

fn main() {
    #[cfg(mended)]
    let text = String::from("text");
    let mut ring = Ring::<&str, 4, 2>::new();
    #[cfg(not(mended))]
    let text = String::from("text");
    let (mut producer, _consumer) = ring.split();
    let _ = producer.push(0, &text);
}
