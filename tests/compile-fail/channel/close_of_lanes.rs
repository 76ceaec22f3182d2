//! error[E0277]: CloseEnd
//!
//! A ring of lanes can't be closed by its consumer while that keeps what was accepted.

use forebay::channel;

fn main() {
    #[cfg(not(mended))]
    let (_opener, mut receiver) = channel::fan_in::<u32>(2, 1).unwrap();
    #[cfg(mended)]
    let (_sender, mut receiver) = channel::mpsc::<u32>(2).unwrap();
    receiver.close();
}
