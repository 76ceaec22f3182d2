//! error: lifetime may not live long enough
//!
//! A ring of short borrows does not give long ones.

use forebay_core::swap::Consumer;

#[cfg(not(mended))]
fn lengthen<'a>(consumer: &'a mut Consumer<'static, &'a str>) -> Option<&'static str> {
    consumer.pop().ok()
}

#[cfg(mended)]
fn lengthen<'a>(consumer: &'a mut Consumer<'static, &'a str>) -> Option<&'a str> {
    consumer.pop().ok()
}

fn main() {
    let _ = lengthen;
}
