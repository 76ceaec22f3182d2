//! error[E0596]: cannot borrow `*producer` as mutable
//!
//! Who has a shared reference makes a clone.

use forebay_core::priority::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (producer, _consumer) = ring.split();
    let producer = &producer;
    #[cfg(mended)]
    let producer = &mut producer.clone();
    let _ = producer.push(0, 1);
}
