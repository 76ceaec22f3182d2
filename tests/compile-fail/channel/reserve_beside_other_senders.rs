//! error[E0599]: its trait bounds were not satisfied
//!
//! Where others push as well, no room can be kept.

use forebay::channel;

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::spsc::<u32>(1).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::mpsc::<u32>(1).unwrap();
    drop(sender.try_reserve());
}
