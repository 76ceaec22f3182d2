//! `try_split` on plain statics: for the ends one after the other, and with the interrupt and the main loop both asking
//! for them. Needs an atomic swap, here by a critical section.

#![no_std]
#![no_main]

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU32, Ordering};

use forebay_core::InUse;
use forebay_core::spsc::{Consumer, Dense, Flagged, Layout, Producer, Ring};
use forebay_firmware::item::{Item, Sample};
use forebay_firmware::{board, interrupt, say, traffic};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = 20_000;

static SAMPLES: Ring<Sample, 7> = Ring::new();
static NUMBERS: Ring<u32, 64, Flagged> = Ring::new();

/// Splits the ring, which can't be split again meanwhile.
fn ends<T: Send, const N: usize, L: Layout>(
    ring: &'static Ring<T, N, L>,
) -> (Producer<'static, T, L>, Consumer<'static, T, L>) {
    let ends = ring.try_split().expect("both ends are back");
    assert!(ring.try_split().is_err(), "one pair at a time");
    ends
}

/// How often whoever asked got the ends, or did not.
#[derive(Default)]
struct Asked {
    got: u32,
    in_use: u32,
}

impl Asked {
    /// Asks for the ends, takes an item out and puts one in.
    fn ask<T: Item, const N: usize, L: Layout>(
        &mut self,
        ring: &Ring<T, N, L>,
        pushed: &AtomicU32,
        popped: &AtomicU32,
    ) {
        match ring.try_split() {
            Ok((mut producer, mut consumer)) => {
                // Relaxed, all: whoever has the ends has the counters.
                if let Ok(item) = consumer.pop() {
                    let number = popped.load(Ordering::Relaxed);
                    assert!(item.is_nth(number), "an item is torn, lost, repeated or out of turn");
                    popped.store(number + 1, Ordering::Relaxed);
                }
                let number = pushed.load(Ordering::Relaxed);
                if producer.push(T::nth(number)).is_ok() {
                    pushed.store(number + 1, Ordering::Relaxed);
                }
                self.got += 1;
            }
            Err(InUse) => self.in_use += 1,
        }
    }
}

/// The interrupt and the main loop both ask for the ends, again and again.
fn contend<T: Item, const N: usize, L: Layout>(name: &str, ring: &'static Ring<T, N, L>) -> u32 {
    let (pushed, popped) = (AtomicU32::new(0), AtomicU32::new(0));
    let (mut above, mut below) = (Asked::default(), Asked::default());
    let mut tick = || above.ask(ring, &pushed, &popped);
    interrupt::during(&mut tick, || {
        for _ in 0..ITEMS {
            below.ask(ring, &pushed, &popped);
        }
    });
    assert!(below.in_use == 0, "the interrupt has given the ends back when the main loop goes on");
    assert!(above.got > 0 && above.in_use > 0, "both happened");
    let left = ends(ring).1.drain().count() as u32;
    let (pushed, popped) = (pushed.into_inner(), popped.into_inner());
    assert_eq!(popped + left, pushed, "what was taken in came out");
    say!(
        "{name}: {} splits by the main loop, {} by the interrupt, which was refused {} times",
        below.got,
        above.got,
        above.in_use
    );
    pushed
}

#[board::entry]
fn main() -> ! {
    let mut all = 0;
    macro_rules! run {
        ($($way:ident $ring:ident;)*) => {$({
            let (producer, consumer) = ends(&$ring);
            let figures = traffic::$way(producer, consumer, ITEMS);
            all += figures.items;
            say!("{:14} {:7}: {figures}", stringify!($way), stringify!($ring));
        })*};
    }
    run! {
        from_interrupt SAMPLES;
        to_interrupt SAMPLES;
        from_interrupt NUMBERS;
        to_interrupt NUMBERS;
    }
    all += contend("SAMPLES", &SAMPLES);
    all += contend("NUMBERS", &NUMBERS);
    static ONE: Ring<u32, 1, Dense> = Ring::new();
    all += contend("ONE", &ONE);
    say!("items checked: {all}");
    board::exit(true)
}
