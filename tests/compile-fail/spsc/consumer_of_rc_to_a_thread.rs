//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

fn main() {
    let (_producer, mut consumer) = forebay::spsc::flagged_ring::<Rc<u32>>(1).unwrap();
    std::thread::spawn(move || consumer.pop().is_ok());
}
