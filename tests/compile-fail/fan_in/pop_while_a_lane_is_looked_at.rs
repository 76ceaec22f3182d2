//! error[E0502]: cannot borrow `consumer` as mutable because it is also borrowed as immutable
//!
//! A pop may give the lane to another producer.

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (opener, mut consumer) = ring.split();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    let lane = consumer.lane(producer.lane()).unwrap();
    #[cfg(mended)]
    let _ = lane.len();
    let _ = consumer.pop();
    #[cfg(not(mended))]
    let _ = lane.len();
}
