//! As `nopanic`, with the conflated ring: its size less that of `bare` is the price of that ring, and on cores without an atomic
//! exchange of the critical section.

#![no_std]
#![no_main]

use forebay_core::conflated::Ring;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let ring: &'static mut _ = ring!(Ring<u8, 64>);
    let (mut producer, mut consumer) = ring.split();
    let mut next = 0u8;
    let mut tick = || {
        let before = producer.push(usize::from(next % 64), next);
        if matches!(before, Ok(None | Some(_))) {
            next = next.wrapping_add(1);
        }
    };
    let right = interrupt::during(&mut tick, || {
        for _ in 0..1000 {
            let (key, item) = loop {
                if let Ok(item) = consumer.pop() {
                    break item;
                }
            };
            if usize::from(item % 64) != key {
                return false;
            }
        }
        true
    });
    board::exit(right)
}
