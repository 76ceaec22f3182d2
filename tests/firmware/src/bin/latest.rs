//! The newest value between an interrupt and the main loop, both ways.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::latest::TripleBuffer;
use forebay_firmware::item::Numbered;
use forebay_firmware::streams::To;
use forebay_firmware::{board, newest, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = 260_000;

// What the documentation of `TripleBuffer` promises for a 32-bit microcontroller.
const _: () = assert!(size_of::<TripleBuffer<u32>>() <= 3 * 4 + 20);

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($value:ty)*) => {$({
            static BUFFER: TripleBuffer<$value> = TripleBuffer::new();
            for to in [To::Below, To::Above] {
                let figures = newest::run(&BUFFER, to, ITEMS);
                items += figures.items;
                say!("{:14} {to:?}: {figures}", stringify!($value));
            }
        })*};
    }
    run!(Numbered [Numbered; 8]);
    say!("items checked: {items}");
    board::exit(true)
}
