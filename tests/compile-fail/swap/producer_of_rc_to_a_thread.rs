//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::swap::HeapRing;

fn main() {
    let (producer, _consumer) = HeapRing::<Rc<u32>>::new(1, 2).unwrap().into_ends();
    let mut another = producer.try_clone().unwrap();
    std::thread::spawn(move || another.push(Rc::new(1)).is_ok());
}
