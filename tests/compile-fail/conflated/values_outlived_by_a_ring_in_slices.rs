//! error[E0597]: `text` does not live long enough
//!
//! The ring drops what is inside when it goes.

use forebay_core::conflated::{KeyMemory, SliceRing, Slot};

fn main() {
    #[cfg(mended)]
    let text = String::from("text");
    let (mut keys, mut slots) = ([const { KeyMemory::<&str>::new() }; 2], [const { Slot::new() }; 2]);
    let mut ring = SliceRing::new(&mut keys, &mut slots).unwrap();
    #[cfg(not(mended))]
    let text = String::from("text");
    let (mut producer, _consumer) = ring.split();
    producer.push(0, &text).unwrap();
}
