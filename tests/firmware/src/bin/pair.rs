//! Every direction, layout, item and capacity: `split` on a `&'static mut` ring, loads and stores alone.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::spsc::{Dense, Flagged, Ring};
use forebay_firmware::item::Sample;
use forebay_firmware::{board, items, ring, say, traffic};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = items(20_000, 42_000);

// What the documentation of `Ring` promises for a 32-bit microcontroller.
const _: () = assert!(size_of::<Ring<u8, 64>>() == 64 + 24);

#[board::entry]
fn main() -> ! {
    let mut all = 0;
    macro_rules! run {
        ($($way:ident $item:ty, $capacity:literal, $layout:ty;)*) => {$({
            let ring: &'static mut _ = ring!($item, $capacity, $layout);
            let (mut producer, mut consumer) = ring.split();
            traffic::level(&mut producer, &mut consumer);
            let figures = traffic::$way(producer, consumer, ITEMS);
            all += figures.items;
            say!(
                "{:14} {:6} {:7} {:2}: {figures}",
                stringify!($way), stringify!($item), stringify!($layout), $capacity
            );
        })*};
    }
    run! {
        from_interrupt u32, 1, Dense;
        from_interrupt u32, 7, Dense;
        from_interrupt u32, 64, Dense;
        from_interrupt Sample, 1, Dense;
        from_interrupt Sample, 7, Dense;
        from_interrupt Sample, 64, Dense;
        from_interrupt u32, 1, Flagged;
        from_interrupt u32, 7, Flagged;
        from_interrupt u32, 64, Flagged;
        from_interrupt Sample, 1, Flagged;
        from_interrupt Sample, 7, Flagged;
        from_interrupt Sample, 64, Flagged;
        to_interrupt u32, 1, Dense;
        to_interrupt u32, 7, Dense;
        to_interrupt u32, 64, Dense;
        to_interrupt Sample, 1, Dense;
        to_interrupt Sample, 7, Dense;
        to_interrupt Sample, 64, Dense;
        to_interrupt u32, 1, Flagged;
        to_interrupt u32, 7, Flagged;
        to_interrupt u32, 64, Flagged;
        to_interrupt Sample, 1, Flagged;
        to_interrupt Sample, 7, Flagged;
        to_interrupt Sample, 64, Flagged;
    }
    say!("items checked: {all}");
    board::exit(true)
}
