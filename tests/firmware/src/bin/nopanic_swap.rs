//! As `nopanic`, with the evicting ring: its size less that of `bare` is the price of that ring, and on cores without
//! compare-and-swap of the critical section.

#![no_std]
#![no_main]

use forebay_core::Overflow;
use forebay_core::swap::Ring;
use forebay_firmware::{board, interrupt};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    static RING: Ring<u8, 64> = Ring::with_overflow(Overflow::DropOldest);

    let Ok((mut producer, mut consumer)) = RING.try_split() else { board::exit(false) };
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
            expected = expected.wrapping_add(consumer.lost() as u8);
            if item != expected {
                return false;
            }
            expected = expected.wrapping_add(1);
        }
        true
    });
    board::exit(right)
}
