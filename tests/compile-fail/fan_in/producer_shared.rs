//! error[E0277]: cannot be shared between threads safely

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (opener, _consumer) = ring.split();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let producer = &producer;
        threads.spawn(move || producer.is_closed());
    });
}
