//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! Any thread may split a static ring.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::priority::Ring;

static RING: Ring<Rc<u32>, 4, 2> = Ring::new();

fn main() {
    assert!(RING.try_split().is_ok());
}
