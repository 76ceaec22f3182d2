//! The fan-in ring: two interrupts of different priority, each with a lane of its own, and the main loop.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::fan_in::{Consumer, Opener, Producer, Ring};
use forebay_firmware::item::Stamped;
use forebay_firmware::{board, lanes, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($capacity:literal $lanes:literal, $times:literal times;)*) => {$({
            static RING: Ring<Stamped, $capacity, $lanes> = Ring::new();
            for _ in 0..$times {
                let figures = lanes::run(&RING, lanes::MOST);
                items += figures.items;
                say!("fan_in {} lanes for {}: {figures}", $lanes, $capacity);
            }
        })*};
    }
    run! {
        1 2, 1 times;
        1 5, 1 times;
        7 2, 2 times;
        16 3, 3 times;
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
