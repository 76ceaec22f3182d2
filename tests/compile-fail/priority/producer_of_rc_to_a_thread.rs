//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::priority::HeapRing;

fn main() {
    let (producer, _consumer) = HeapRing::<Rc<u32>, 2>::new(1).unwrap().into_ends();
    let mut another = producer.clone();
    std::thread::spawn(move || another.push(0, Rc::new(1)).is_ok());
}
