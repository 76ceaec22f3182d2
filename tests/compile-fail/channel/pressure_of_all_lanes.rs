//! error[E0599]: its trait bounds were not satisfied
//!
//! Each lane has a pressure of its own, and the receiver none.

use forebay::channel;

fn main() {
    let (_opener, receiver) = channel::fan_in::<u32>(2, 1).unwrap();
    #[cfg(not(mended))]
    let _ = receiver.pressure();
    #[cfg(mended)]
    let _ = receiver.end().end().lanes().map(|lane| lane.pressure()).max();
}
