//! error[E0277]: cannot be shared between threads safely

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (opener, consumer) = ring.split();
    let producer = opener.open(NonZeroU32::MIN).unwrap();
    let lane = consumer.lane(producer.lane()).unwrap();
    #[cfg(mended)]
    let lane = lane.id();
    std::thread::scope(|threads| {
        threads.spawn(move || drop(lane));
    });
}
