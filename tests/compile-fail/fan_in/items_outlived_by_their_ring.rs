//! error[E0597]: `text` does not live long enough
//!
//! The ring drops what is inside when it goes.

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

fn main() {
    #[cfg(mended)]
    let text = String::from("text");
    let mut ring = Ring::<&str, 4, 2>::new();
    #[cfg(not(mended))]
    let text = String::from("text");
    let (opener, _consumer) = ring.split();
    let _ = opener.open(NonZeroU32::MIN).unwrap().push(&text);
}
