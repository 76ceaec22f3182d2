//! The conflated ring between an interrupt and the main loop, both ways.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::conflated::{KeyMemory, Ring, Slot};
use forebay_firmware::item::Reading;
use forebay_firmware::streams::To;
use forebay_firmware::{board, items, readings, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = items(15_000, 84_000);

// What the documentation of `Ring` promises for a 32-bit microcontroller.
const _: () = assert!(size_of::<KeyMemory<u16>>() + size_of::<Slot<usize>>() == 20);

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($keys:literal)*) => {$({
            static RING: Ring<Reading, $keys> = Ring::new();
            for to in [To::Below, To::Above, To::Below] {
                let figures = readings::run(&RING, to, ITEMS);
                items += figures.items;
                say!("conflated {:2} keys {to:?}: {figures}", $keys);
            }
        })*};
    }
    run!(1 2 7 32);
    say!("items checked: {items}");
    board::exit(true)
}
