//! error[E0308]: mismatched types
//!
//! A lane of weight 0 would never be served.

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (opener, _consumer) = ring.split();
    #[cfg(mended)]
    let weight = core::num::NonZeroU32::MIN;
    #[cfg(not(mended))]
    let weight = 0;
    drop(opener.open(weight));
}
