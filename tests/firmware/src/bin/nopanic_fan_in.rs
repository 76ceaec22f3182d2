//! As `nopanic`, with a lane of the fan-in ring: its size less that of `bare` is the price of that ring, and on cores without
//! compare-and-swap of the critical section.

#![no_std]
#![no_main]

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let ring: &'static mut _ = ring!(Ring<u8, 64, 2>);
    let (opener, mut consumer) = ring.split();
    let Ok(mut producer) = opener.open(NonZeroU32::MIN) else { board::exit(false) };
    drop(opener);
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
                if let Ok((_, item)) = consumer.pop() {
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
