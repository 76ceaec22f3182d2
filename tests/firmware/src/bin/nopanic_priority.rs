//! As `nopanic`, with the ring by importance: its size less that of `bare` is the price of that ring, and on cores without
//! compare-and-swap of the critical section.

#![no_std]
#![no_main]

use forebay_core::priority::Ring;
use forebay_firmware::{board, interrupt};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    static RING: Ring<u8, 64, 2> = Ring::new();

    let Ok((mut producer, mut consumer)) = RING.try_split() else { board::exit(false) };
    let mut next = 0;
    let mut tick = || {
        // What is important is numbered; what is not fills the rest.
        if producer.push(0, next).is_ok() {
            next = next.wrapping_add(1);
        }
        let _ = producer.push(1, 0);
    };
    let right = interrupt::during(&mut tick, || {
        let mut expected = 0u8;
        let mut left = 1000;
        while left > 0 {
            if let Ok((class, item)) = consumer.pop() {
                if class == 0 {
                    if item != expected {
                        return false;
                    }
                    expected = expected.wrapping_add(1);
                    left -= 1;
                }
            }
        }
        true
    });
    board::exit(right)
}
