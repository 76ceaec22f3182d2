//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! Any thread may split a static buffer.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay::latest::TripleBuffer;

static BUFFER: TripleBuffer<Rc<u32>> = TripleBuffer::new();

fn main() {
    assert!(BUFFER.try_split().is_ok());
}
