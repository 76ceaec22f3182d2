//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::priority::HeapRing;

fn main() {
    let (_producer, mut consumer) = HeapRing::<Rc<u32>, 2>::new(1).unwrap().into_ends();
    std::thread::spawn(move || consumer.pop().is_ok());
}
