//! error[E0599]: the method `force_send` exists
//!
//! What never evicts can't be made to.

use forebay::{Overflow, channel};

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::swap::<u32>(1, 1, Overflow::Reject).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::mpsc::<u32>(1).unwrap();
    drop(sender.force_send(1));
}
