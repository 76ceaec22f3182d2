//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! The items inside go with their ring.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay::spsc::{Flagged, HeapRing};

fn main() {
    let ring = HeapRing::<Rc<u32>, Flagged>::new(1).unwrap();
    std::thread::spawn(move || drop(ring));
}
