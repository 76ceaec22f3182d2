//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

use core::num::NonZeroU32;
#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::fan_in::HeapRing;

fn main() {
    let (opener, _consumer) = HeapRing::<Rc<u32>>::new(2, 1).unwrap().into_ends();
    let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    std::thread::spawn(move || producer.push(Rc::new(1)).is_ok());
}
