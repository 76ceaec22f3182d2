//! A small ring between the interrupt and the main loop, and nothing that can panic: this image is linked only if no
//! panic is left in it. Its size less that of `bare` is the price of the ring.

#![no_std]
#![no_main]

use forebay_core::spsc::Dense;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let ring: &'static mut _ = ring!(u8, 64, Dense);
    let (mut producer, mut consumer) = ring.split();
    let mut next = 0;
    let mut tick = || {
        if producer.push(next).is_ok() {
            next = next.wrapping_add(1);
        }
    };
    let right = interrupt::during(&mut tick, || {
        let mut expected = 0u8;
        for _ in 0..1000 {
            let item = loop {
                if let Ok(item) = consumer.pop() {
                    break item;
                }
            };
            if item != expected {
                return false;
            }
            expected = expected.wrapping_add(1);
        }
        true
    });
    board::exit(right)
}
