//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! Where it goes lanes are opened, and items put in.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::fan_in::HeapRing;

fn main() {
    let (opener, _consumer) = HeapRing::<Rc<u32>>::new(2, 1).unwrap().into_ends();
    std::thread::spawn(move || opener.is_closed());
}
