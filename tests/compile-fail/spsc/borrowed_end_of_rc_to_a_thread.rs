//! error[E0277]: `Rc<u32>` cannot be sent between threads safely

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<Rc<u32>, 1>::new();
    let (mut producer, mut consumer) = ring.split();
    std::thread::scope(|threads| {
        threads.spawn(move || consumer.pop().is_ok());
        producer.push(Rc::new(1)).is_ok()
    });
}
