//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::priority::HeapRing;

fn main() {
    let mut ring = HeapRing::<Rc<u32>, 2>::new(1).unwrap();
    assert!(ring.split().0.push(0, Rc::new(1)).is_ok());
    std::thread::spawn(move || drop(ring));
}
