//! error: lifetime may not live long enough
//!
//! Whoever may put a short borrow into a buffer of long ones makes it dangle.

use forebay::latest::Writer;

#[cfg(not(mended))]
fn shorten<'e, 'a>(writer: &'e mut Writer<'static, &'static str>) -> &'e mut Writer<'static, &'a str> {
    writer
}

/// How long the buffer is borrowed may be shortened.
#[cfg(mended)]
fn shorten<'a>(writer: Writer<'static, &'static str>) -> Writer<'a, &'static str> {
    writer
}

fn main() {
    let _ = shorten;
}
