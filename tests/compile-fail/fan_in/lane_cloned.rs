//! error[E0599]: no method named `clone` found
//!
//! A lane has one producer: another one opens a lane of its own.

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (opener, _consumer) = ring.split();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    #[cfg(mended)]
    drop(opener.open(NonZeroU32::MIN));
    #[cfg(not(mended))]
    drop(producer.clone());
    drop(producer);
}
