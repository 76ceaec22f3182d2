//! What stands before the ring and behind it: a sample of the records, and the greatest age of one.

use std::time::{Duration, Instant};

use forebay::admission::{Gate, Rate, Sampler, Sampling};
use forebay::expiry::{Clock, Expiring, MaxAge, Stamped, Stamping};

use crate::ring::{Rx, Tx};

/// Which records go in, and which come out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// So many go in while the level is not open.
    pub(crate) rate: Rate,
    /// Those that have been inside for longer don't come out.
    pub(crate) max_age: Option<Duration>,
}

impl Rules {
    /// All go in, and all come out.
    #[cfg(test)]
    pub(crate) const NONE: Self = Self { rate: Rate::ALL, max_age: None };
}

/// A reader's end of the ring behind its gate.
pub(crate) type Before<T> = Stamping<Gate<Tx<Stamped<T>>, Sampler<Stamped<T>, Sampling>>, Stopwatch>;

/// The writer's end of the ring, and what gets the records that are too old.
pub(crate) type Behind<T> = Expiring<Rx<Stamped<T>>, Stopwatch, MaxAge, Sink<T>>;

/// Gets records one by one, with the lane of each.
pub(crate) type Sink<T> = Box<dyn FnMut((usize, T)) + Send>;

/// Puts the rules before each reader's end, and behind the writer's.
pub(crate) fn around<T: 'static>(
    rules: Rules,
    txs: Vec<Tx<Stamped<T>>>,
    rx: Rx<Stamped<T>>,
) -> (Vec<Before<T>>, Behind<T>) {
    let clock = Stopwatch(rules.max_age.map(|_| Instant::now()));
    let before = |(number, tx)| {
        // The gate is open while the level is; above that, even a ring that is nearly empty has a fill of 1 at least, or is near
        // enough to it.
        let sampling = Sampling::new(rules.rate, 1);
        // Readers that go in step keep different records.
        let phase = u16::try_from(number % usize::from(rules.rate.of())).expect("it is below a number of this type");
        Stamping::new(Gate::at_watermark(tx, Sampler::with_phase(sampling, phase)), clock)
    };
    let max_age = rules.max_age.map_or(MaxAge::unlimited(), |age| MaxAge::new(ticks(age) as usize));
    let behind = Expiring::new(rx, clock, max_age).with_sink(Box::new(drop) as Sink<T>);
    (txs.into_iter().enumerate().map(before).collect(), behind)
}

/// Microseconds since an instant, if anybody wants to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Option<Instant>);

impl Clock for Stopwatch {
    fn now(&self) -> u64 {
        self.0.map_or(0, |start| ticks(start.elapsed()))
    }
}

const fn ticks(time: Duration) -> u64 {
    time.as_micros() as u64
}
