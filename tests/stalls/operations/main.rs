//! Every public operation of every ring's ends, of the stages before and behind them, and of the channels where nobody has to wait: a
//! thread stands still before each of its atomic steps, or an interrupt comes there, and the others go on.
//!
//! `RUSTFLAGS="--cfg forebay_steps" cargo test -p forebay-tests --test stalls_operations`
//!
//! What an operation may do to the others, and they to it, is looked into by the tests of each ring beside this one. Here none is
//! left out: what the source declares is compared with what was tried (see `declared`), and the table of it is committed
//! (`tests/stalls/table.md`).
//!
//! Hooks stand before each atomic operation, fence, lock and unlock of the two crates. Not hooked are the counts of the handles of a ring
//! on the heap (`Arc`): one addition, which nobody can hold up.
//!
//! Claims: progress, waiting.

#![cfg(forebay_steps)]

mod channels;
mod conflated;
mod declared;
mod fan_in;
mod latest;
mod mpsc;
mod priority;
mod spsc;
mod stages;
mod swap;
mod waker_cell;
mod world;

/// Operations that just look: `looks!(table.tx, "Producer", end => end, len, is_empty)`.
macro_rules! looks {
    ($table:ident.$side:ident, $type:literal, $end:ident => $place:expr, $($name:ident),+ $(,)?) => {$(
        $table.$side(concat!($type, "::", stringify!($name)), |$end, _| {
            let _ = $place.$name();
        });
    )+};
}
use looks;

/// What every end with a pressure says of it.
macro_rules! pressure {
    ($table:ident.$side:ident, $type:literal, $end:ident => $place:expr) => {
        $crate::looks!($table.$side, $type, $end => $place, fill, pressure, watermarks);
        $table.$side(concat!($type, "::pressure_since"), |$end, _| {
            let _ = $place.pressure_since(&mut forebay_core::Seen::default());
        });
        $table.$side(concat!($type, "::set_watermarks"), |$end, _| {
            let marks = forebay_core::Watermarks::new(1, 0).expect("low is below high");
            $place.set_watermarks(marks).expect("within the capacity");
        });
    };
}
use pressure;

/// What every queue's consumer does: `takes!(ring, item => number)`.
macro_rules! takes {
    ($ring:ident, $item:pat => $number:expr) => {
        $ring.rx("Consumer::pop", |rx, log| log.popped(rx.pop().map(|$item| $number)));
        $ring.rx("Consumer::drain", |rx, log| log.took(rx.drain().take(20).map(|$item| $number)));
        $ring.rx_goes("Consumer::drop", drop);
    };
}
use takes;
