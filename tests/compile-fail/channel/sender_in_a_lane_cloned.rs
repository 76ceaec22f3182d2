//! error[E0599]: its trait bounds were not satisfied
//!
//! A lane has one sender: another one opens a lane of its own.

use std::num::NonZeroU32;

use forebay::channel;

fn main() {
    let (opener, _receiver) = channel::fan_in::<u32>(2, 1).unwrap();
    let sender = opener.open(NonZeroU32::MIN).unwrap();
    #[cfg(not(mended))]
    drop(sender.try_clone());
    #[cfg(mended)]
    drop(opener.open(NonZeroU32::MIN));
    drop(sender);
}
