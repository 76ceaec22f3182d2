//! error[E0080]: for a ring with lanes there is `channel::fan_in`
//!
//! A sender waits in the seat of its lane, which the opener gives it.

use std::num::NonZeroU32;

use forebay::{channel, fan_in};

fn main() {
    let (opener, consumer) = fan_in::ring::<u32>(2, 1).unwrap();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    #[cfg(not(mended))]
    drop(channel::over(producer, consumer.by_lane()));
    #[cfg(mended)]
    drop((producer, consumer.by_lane()));
}
