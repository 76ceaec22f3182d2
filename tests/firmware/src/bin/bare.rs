//! `nopanic` with a single byte in place of the ring, to tell the price of the ring.

#![no_std]
#![no_main]

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU8, Ordering};

use forebay_firmware::{board, interrupt};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

#[board::entry]
fn main() -> ! {
    let current = AtomicU8::new(0);
    let mut next = 0u8;
    let mut tick = || {
        next = next.wrapping_add(1);
        current.store(next, Ordering::Relaxed);
    };
    let right = interrupt::during(&mut tick, || {
        let mut last = 0;
        for _ in 0..1000 {
            let byte = loop {
                let byte = current.load(Ordering::Relaxed);
                if byte != last {
                    break byte;
                }
            };
            last = byte;
        }
        true
    });
    board::exit(right)
}
