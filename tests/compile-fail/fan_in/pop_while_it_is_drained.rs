//! error[E0499]: cannot borrow `consumer` as mutable more than once at a time

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 4, 2>::new();
    let (_opener, mut consumer) = ring.split();
    let mut drain = consumer.drain();
    let _ = drain.next();
    #[cfg(mended)]
    drop(drain);
    let _ = consumer.pop();
    #[cfg(not(mended))]
    drop(drain);
}
