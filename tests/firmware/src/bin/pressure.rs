//! Overload: the pressure of each ring as an interrupt sees it, under every policy, and a main loop that stands still at times.

#![no_std]
#![no_main]

use core::num::NonZeroU32;
use core::panic::PanicInfo;

use forebay_core::Overflow::{DropIncoming, DropOldest, Reject};
use forebay_core::{Watermarks, fan_in, mpsc, priority, spsc, swap};
use forebay_firmware::item::Numbered;
use forebay_firmware::overload::{self, ClassOf};
use forebay_firmware::{board, items, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

#[board::entry]
fn main() -> ! {
    let mut all = 0;
    macro_rules! ring {
        (priority $capacity:literal) => {
            static RING: priority::Ring<Numbered, $capacity, 2> = priority::Ring::new();
        };
        (fan_in $capacity:literal) => {
            static RING: fan_in::Ring<Numbered, $capacity, 2> = fan_in::Ring::new();
        };
        ($kind:ident $capacity:literal) => {
            static RING: $kind::Ring<Numbered, $capacity> = $kind::Ring::new();
        };
    }
    /// The ends, with marks and a policy.
    macro_rules! ends {
        (spsc $marks:ident Reject) => {{
            let (mut producer, consumer) = RING.try_split().expect("all ends are back");
            producer.set_watermarks($marks).expect("it fits");
            (producer, consumer)
        }};
        (fan_in $marks:ident $policy:ident) => {{
            let (opener, consumer) = RING.try_split().expect("all ends are back");
            let mut lane = opener.open(NonZeroU32::MIN).expect("there is a lane");
            lane.set_watermarks($marks).expect("it fits");
            lane.set_refusal($policy.try_into().expect("nothing is evicted"));
            (lane, consumer)
        }};
        (mpsc $marks:ident $policy:ident) => {{
            let (mut producer, consumer) = RING.try_split().expect("all ends are back");
            producer.set_watermarks($marks).expect("it fits");
            producer.set_refusal($policy.try_into().expect("nothing is evicted"));
            (producer, consumer)
        }};
        (swap $marks:ident $policy:ident) => {{
            let (mut producer, consumer) = RING.try_split().expect("all ends are back");
            producer.set_watermarks($marks).expect("it fits");
            producer.set_overflow($policy);
            (producer, consumer)
        }};
        (priority $marks:ident $policy:ident) => {{
            let (mut producer, consumer) = RING.try_split().expect("all ends are back");
            producer.set_watermarks($marks).expect("it fits");
            producer.set_overflow($policy);
            let class_of: ClassOf = |item| usize::from(item.open() % 4 > 0);
            (producer.by(class_of), consumer.by_class())
        }};
    }
    macro_rules! run {
        ($($kind:ident $capacity:literal, $high:literal $low:literal: $($policy:ident)*;)*) => {$({
            ring!($kind $capacity);
            $({
                let marks = Watermarks::new($high, $low).expect("the low one is below");
                let (producer, consumer) = ends!($kind marks $policy);
                let total = items(10_000, 100_000);
                let figures = overload::run(producer, consumer, marks, $policy, total);
                all += figures.items;
                say!("{:8} {:2} {:?}: {figures}", stringify!($kind), $capacity, $policy);
            })*
        })*};
    }
    run! {
        spsc 8, 6 2: Reject;
        spsc 64, 40 10: Reject;
        mpsc 8, 6 2: Reject DropIncoming;
        mpsc 64, 40 10: Reject DropIncoming;
        fan_in 8, 6 2: Reject DropIncoming;
        fan_in 64, 40 10: Reject DropIncoming;
        swap 8, 6 2: Reject DropIncoming DropOldest;
        swap 64, 40 10: Reject DropIncoming DropOldest;
        priority 8, 6 2: Reject DropIncoming DropOldest;
        priority 64, 40 10: Reject DropIncoming DropOldest;
    }
    say!("items checked: {all}");
    board::exit(true)
}
