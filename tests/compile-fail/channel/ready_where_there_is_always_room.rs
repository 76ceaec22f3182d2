//! error[E0599]: its trait bounds were not satisfied
//!
//! Nobody waits for room that there always is.

use forebay::channel;

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::spsc::<u32>(1).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::latest::<u32>();
    drop(sender.ready());
}
