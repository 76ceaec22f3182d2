//! error[E0596]: cannot borrow `*producer` as mutable

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (opener, _consumer) = ring.split();
    let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    #[cfg(not(mended))]
    let producer = &producer;
    #[cfg(mended)]
    let producer = &mut producer;
    let _ = producer.push(1);
}
