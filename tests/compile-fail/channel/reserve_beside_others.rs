//! error[E0599]: the method `try_reserve` exists
//!
//! Room that has been seen is nobody's where others may take it.

use forebay::channel;

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::spsc::<u32>(1).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::mpsc::<u32>(1).unwrap();
    drop(sender.try_reserve());
}
