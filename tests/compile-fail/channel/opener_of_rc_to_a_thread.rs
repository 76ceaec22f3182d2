//! error[E0277]: cannot be sent between threads safely
//!
//! What opens lanes for items that belong to a thread belongs to that, too.

use std::rc::Rc;

use forebay::channel;

fn main() {
    #[cfg(not(mended))]
    let (opener, _receiver) = channel::fan_in::<Rc<u32>>(2, 1).unwrap();
    #[cfg(mended)]
    let (opener, _receiver) = channel::fan_in::<Box<u32>>(2, 1).unwrap();
    std::thread::spawn(move || drop(opener));
}
