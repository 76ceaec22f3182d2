//! The evicting ring: every policy, one producer or two, several capacities, between an interrupt
//! and the main loop, both ways.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::Overflow::{self, DropIncoming, DropOldest, Reject};
use forebay_core::swap::Ring;
use forebay_firmware::item::Stamped;
use forebay_firmware::streams::{self, To};
use forebay_firmware::{board, items, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

/// Of each stream: the more there is room for, the less do so many take.
const fn each(capacity: usize) -> u32 {
    match capacity {
        64.. => items(5_000, 144_000),
        7.. => items(5_000, 12_000),
        _ => 5_000,
    }
}

const POLICIES: [&[Overflow]; 4] = [&[Reject], &[DropIncoming], &[DropOldest], &[DropOldest, Reject, DropIncoming]];

/// All policies and ways, one after another, on the same ring: the producers' ends in the interrupt or the main loop, or in
/// both where there are seats for that.
fn all<const N: usize, const P: usize>(ring: &'static Ring<Stamped, N, P>) -> u32 {
    let mut all = 0;
    for policies in POLICIES {
        // Where a push always succeeds, so many take a fraction of the time.
        let total = each(N) * if policies.contains(&DropOldest) { items(4, 1) } else { 1 };
        for to in [To::Below, To::Above] {
            let (producer, consumer) = ring.try_split().expect("all ends are back");
            assert!(ring.try_split().is_err(), "one split at a time");
            let second = producer.try_clone().ok();
            assert_eq!(second.is_some(), P > 1);
            let ends = if to == To::Below { (Some(producer), second) } else { (second, Some(producer)) };
            let figures = streams::run(ends, (consumer, to), policies, total);
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
    say!("items checked: {items}");
    board::exit(true)
}
