//! error: lifetime may not live long enough
//!
//! Whoever may put a short borrow into a ring of long ones makes it dangle.

use forebay_core::priority::Producer;

#[cfg(not(mended))]
fn shorten<'a>(producer: Producer<'static, &'static str, 2>) -> Producer<'static, &'a str, 2> {
    producer
}

/// How long the ring is borrowed may be shortened.
#[cfg(mended)]
fn shorten<'a>(producer: Producer<'static, &'static str, 2>) -> Producer<'a, &'static str, 2> {
    producer
}

fn main() {
    let _ = shorten;
}
