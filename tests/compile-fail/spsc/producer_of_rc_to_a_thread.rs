//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! What is pushed comes out in another thread.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

fn main() {
    let (mut producer, _consumer) = forebay::spsc::ring::<Rc<u32>>(1).unwrap();
    std::thread::spawn(move || producer.push(Rc::new(1)).is_ok());
}
