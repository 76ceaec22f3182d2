//! The ring for several producers, one of them in the interrupt and one in the main loop: both policies, several capacities,
//! and the consumer in either place.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay_core::Overflow::{self, DropIncoming, Reject};
use forebay_core::mpsc::Ring;
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
        64.. => items(3_000, 48_000),
        7.. => items(3_000, 6_000),
        _ => 3_000,
    }
}

const POLICIES: [&[Overflow]; 3] = [&[Reject], &[DropIncoming], &[Reject, DropIncoming]];

/// All policies and ways, one after another, on the same ring.
fn all<const N: usize>(ring: &'static Ring<Stamped, N>) -> u32 {
    let mut all = 0;
    for policies in POLICIES {
        for (to, above, below) in [
            (To::Below, true, false),
            (To::Below, true, true),
            (To::Above, false, true),
            // Here the consumer comes upon pushes that are not over.
            (To::Above, true, true),
        ] {
            let (producer, consumer) = ring.try_split().expect("all ends are back");
            assert!(ring.try_split().is_err(), "one split at a time");
            let ends = (above.then(|| producer.clone()), below.then(|| producer.clone()));
            drop(producer);
            let figures = streams::run(ends, (consumer, to), policies, each(N));
            all += figures.items;
            say!("mpsc {N:2} {to:?} {policies:?}: {figures}");
        }
    }
    all
}

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($capacity:literal;)*) => {$({
            static RING: Ring<Stamped, $capacity> = Ring::new();
            items += all(&RING);
        })*};
    }
    run! {
        1;
        2;
        7;
        64;
    }
    say!("items checked: {items}");
    board::exit(true)
}
