//! As `nopanic`, with the ring for several producers: its size less that of `bare` is the price of that ring, and on cores
//! without compare-and-swap of the critical section.

#![no_std]
#![no_main]

use forebay_core::mpsc::Ring;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let ring: &'static mut _ = ring!(Ring<u8, 64>);
    let (first, mut consumer) = ring.split();
    let mut producer = first.clone();
    drop(first);
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
