//! As `nopanic`, with the newest value alone: its size less that of `bare` is the price of that, and on cores without an atomic
//! exchange of the critical section.

#![no_std]
#![no_main]

use forebay_core::latest::TripleBuffer;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let buffer: &'static mut _ = ring!(TripleBuffer<u8>);
    let (mut writer, mut reader) = buffer.split();
    let mut next = 0u8;
    let mut tick = || {
        next = next.wrapping_add(1);
        let _ = writer.write(next);
    };
    let right = interrupt::during(&mut tick, || {
        let mut last = 0u8;
        for _ in 0..1000 {
            let value = loop {
                if let Ok(value) = reader.read() {
                    break value;
                }
            };
            // The next one, or one not long after it.
            if value.wrapping_sub(last).wrapping_sub(1) >= 128 {
                return false;
            }
            last = value;
        }
        true
    });
    board::exit(right)
}
