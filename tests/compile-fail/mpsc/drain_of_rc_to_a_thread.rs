//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::mpsc::Ring;

fn main() {
    let mut ring = Ring::<Rc<u32>, 1>::new();
    let (_producer, mut consumer) = ring.split();
    let drain = consumer.drain();
    std::thread::scope(|threads| {
        threads.spawn(move || drain.count());
    });
}
