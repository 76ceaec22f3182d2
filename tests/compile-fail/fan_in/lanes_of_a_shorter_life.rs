//! error: lifetime may not live long enough
//!
//! Whoever may put a short borrow into a ring of long ones makes it dangle.

use forebay_core::fan_in::Opener;

#[cfg(not(mended))]
fn shorten<'a>(end: Opener<'static, &'static str>) -> Opener<'static, &'a str> {
    end
}

/// How long the ring is borrowed may be shortened.
#[cfg(mended)]
fn shorten<'a>(end: Opener<'static, &'static str>) -> Opener<'a, &'static str> {
    end
}

fn main() {
    let _ = shorten;
}
