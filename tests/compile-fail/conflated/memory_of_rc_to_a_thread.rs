//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! Memory of keys is sent as their values are.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::conflated::KeyMemory;

fn main() {
    let key = KeyMemory::<Rc<u32>>::new();
    std::thread::spawn(move || drop(key));
}
