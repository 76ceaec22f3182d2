//! error[E0499]: cannot borrow `consumer` as mutable more than once at a time

use forebay_core::mpsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (_producer, mut consumer) = ring.split();
    let mut drain = consumer.drain();
    drain.next();
    #[cfg(mended)]
    drop(drain);
    let _ = consumer.pop();
    #[cfg(not(mended))]
    drain.next();
}
