//! error[E0277]: `Cell<u32>` cannot be shared between threads safely
//!
//! The cell stays here, and a reference to it goes.

#[cfg(not(mended))]
use std::cell::Cell;
#[cfg(not(mended))]
type Number = Cell<u32>;
#[cfg(mended)]
use std::sync::atomic::AtomicU32 as Number;

use forebay::spsc::Ring;

fn main() {
    let number = Number::new(1);
    let mut ring = Ring::<&Number, 1>::new();
    let (mut producer, mut consumer) = ring.split();
    std::thread::scope(|threads| {
        threads.spawn(move || consumer.pop().is_ok());
        producer.push(&number).is_ok()
    });
}
