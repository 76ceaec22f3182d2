//! The fan-in ring between two interrupts of different priority and the main loop, which consumes, or the upper interrupt does.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::fan_in::{Consumer, Opener, Producer, Ring};
use forebay_firmware::item::Stamped;
use forebay_firmware::streams::To;
use forebay_firmware::{board, lanes, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($capacity:literal $lanes:literal: $($to:ident)*;)*) => {$({
            static RING: Ring<Stamped, $capacity, $lanes> = Ring::new();
            for to in [$(To::$to),*] {
                let figures = lanes::run(&RING, to, lanes::MOST);
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
    say!(
        "bytes of RAM: fan_in::Ring<u8, 64, 2> {} bytes, with 4 lanes {}; Opener {}, Producer {}, Consumer {}",
        size_of::<Ring<u8, 64, 2>>(),
        size_of::<Ring<u8, 64, 4>>(),
        size_of::<Opener<'static, u8>>(),
        size_of::<Producer<'static, u8>>(),
        size_of::<Consumer<'static, u8>>()
    );
    say!("items checked: {items}");
    board::exit(true)
}
