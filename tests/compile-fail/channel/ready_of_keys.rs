//! error[E0599]: its trait bounds were not satisfied
//!
//! Each key has room.

use forebay::{Overflow, channel};

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::priority::<2, _, _>(1, Overflow::Reject, |&number: &usize| number).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::conflated(2, |&number: &usize| number).unwrap();
    drop(sender.ready());
}
