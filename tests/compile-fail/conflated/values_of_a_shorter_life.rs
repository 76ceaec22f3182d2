//! error: lifetime may not live long enough
//!
//! Whoever may put a short borrow into a ring of long ones makes it dangle.

use forebay::conflated::Producer;

#[cfg(not(mended))]
fn shorten<'e, 'a>(producer: &'e mut Producer<'static, &'static str>) -> &'e mut Producer<'static, &'a str> {
    producer
}

/// How long the ring is borrowed may be shortened.
#[cfg(mended)]
fn shorten<'a>(producer: Producer<'static, &'static str>) -> Producer<'a, &'static str> {
    producer
}

fn main() {
    let _ = shorten;
}
