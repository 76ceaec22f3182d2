//! error: lifetime may not live long enough
//!
//! A ring of short borrows does not give long ones.

use forebay_core::priority::Consumer;

#[cfg(not(mended))]
fn lengthen<'a>(consumer: &'a mut Consumer<'static, &'a str, 2>) -> Option<&'static str> {
    consumer.pop().ok().map(|(_, item)| item)
}

#[cfg(mended)]
fn lengthen<'a>(consumer: &'a mut Consumer<'static, &'a str, 2>) -> Option<&'a str> {
    consumer.pop().ok().map(|(_, item)| item)
}

fn main() {
    let _ = lengthen;
}
