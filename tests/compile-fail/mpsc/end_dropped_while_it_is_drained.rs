//! error[E0505]: cannot move out of `consumer` because it is borrowed

use forebay_core::mpsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (_producer, mut consumer) = ring.split();
    let mut drain = consumer.drain();
    drain.next();
    #[cfg(mended)]
    drop(drain);
    drop(consumer);
    #[cfg(not(mended))]
    drain.next();
}
