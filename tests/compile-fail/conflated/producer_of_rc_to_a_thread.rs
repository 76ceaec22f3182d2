//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! What is pushed is popped in another thread.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

fn main() {
    let (mut producer, _consumer) = forebay::conflated::ring::<Rc<u32>>(2).unwrap();
    std::thread::spawn(move || producer.push(0, Rc::new(1)).is_ok());
}
