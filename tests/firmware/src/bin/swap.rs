//! The evicting ring: every policy, one producer or two, several capacities, between an interrupt
//! and the main loop, both ways.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::Overflow::{self, DropIncoming, DropOldest, Reject};
use forebay_core::swap::{Consumer, Producer, Ring};
use forebay_firmware::item::Stamped;
use forebay_firmware::streams::{self, To};
use forebay_firmware::{board, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = 3_000;

const POLICIES: [&[Overflow]; 4] = [&[Reject], &[DropIncoming], &[DropOldest], &[DropOldest, Reject, DropIncoming]];

/// All policies and ways, one after another, on the same ring: the producers' ends in the interrupt or the main loop, or in
/// both where there are seats for that.
fn all<const N: usize, const P: usize>(ring: &'static Ring<Stamped, N, P>) -> u32 {
    let mut all = 0;
    for policies in POLICIES {
        // Where a push always succeeds, so many take a fraction of the time.
        let items = if policies.contains(&DropOldest) { 4 * ITEMS } else { ITEMS };
        for to in [To::Below, To::Above] {
            let (producer, consumer) = ring.try_split().expect("all ends are back");
            assert!(ring.try_split().is_err(), "one split at a time");
            let second = producer.try_clone().ok();
            assert_eq!(second.is_some(), P > 1);
            let ends = if to == To::Below { (Some(producer), second) } else { (second, Some(producer)) };
            let figures = streams::run(ends, (consumer, to), policies, items);
            all += figures.items;
            say!("swap {N:2} {P} {to:?} {policies:?}: {figures}");
        }
    }
    all
}

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($capacity:literal $producers:literal;)*) => {$({
            static RING: Ring<Stamped, $capacity, $producers> = Ring::new();
            items += all(&RING);
        })*};
    }
    run! {
        1 1;
        7 1;
        64 1;
        1 2;
        7 2;
        7 3;
        64 3;
    }
    say!(
        "bytes of RAM: swap::Ring<u8, 64> {} bytes, with 4 producers {}; Producer {}, Consumer {}",
        size_of::<Ring<u8, 64>>(),
        size_of::<Ring<u8, 64, 4>>(),
        size_of::<Producer<'static, u8>>(),
        size_of::<Consumer<'static, u8>>()
    );
    say!("items checked: {items}");
    board::exit(true)
}
