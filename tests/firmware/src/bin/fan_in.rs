//! The fan-in ring between two interrupts of different priority and the main loop, which consumes, or the upper interrupt does.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::fan_in::Ring;
use forebay_firmware::item::Stamped;
use forebay_firmware::streams::To;
use forebay_firmware::{board, items, lanes, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

/// Of each stream: the more there is room for, the less do so many take.
const fn each(capacity: usize) -> u32 {
    match capacity {
        16.. => items(8_000, 128_000),
        7.. => items(8_000, 40_000),
        _ => 8_000,
    }
}

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($capacity:literal $lanes:literal: $($to:ident)*;)*) => {$({
            static RING: Ring<Stamped, $capacity, $lanes> = Ring::new();
            for to in [$(To::$to),*] {
                let figures = lanes::run(&RING, to, each($capacity));
                items += figures.items;
                say!("fan_in {} lanes for {:2} {to:?}: {figures}", $lanes, $capacity);
            }
        })*};
    }
    run! {
        1 2: Below Above;
        1 5: Below Above;
        7 2: Below Above Below;
        16 3: Below Above Below;
    }
    say!("items checked: {items}");
    board::exit(true)
}
