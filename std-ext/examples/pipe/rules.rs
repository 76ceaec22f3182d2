//! What stands before the ring and behind it: a sample of the records, and the greatest age of one.

use std::time::Duration;

use forebay::admission::{Rate, Sampler, Sampling};
use forebay::expiry::{Clock, InstantClock, Stamped};

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

    /// The sample of a reader. Readers that go in step keep different records.
    pub(crate) fn sampler<T>(&self, reader: usize) -> Sampler<T, Sampling> {
        let phase = u16::try_from(reader % usize::from(self.rate.of())).expect("it is below a number of this type");
        // It begins where a ring is not empty, and is asked when the level is not open.
        Sampler::with_phase(Sampling::new(self.rate, 1), phase)
    }

    pub(crate) fn age(&self) -> Age {
        let clock = InstantClock::new();
        Age { clock, most: self.max_age.map(|most| clock.age(most) as u64) }
    }
}

/// A clock, and the greatest age, if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age {
    clock: InstantClock,
    most: Option<u64>,
}

impl Age {
    pub(crate) fn allows<T>(&self, stamped: &Stamped<T>) -> bool {
        self.most.is_none_or(|most| stamped.age(self.clock.now()) <= most)
    }
}

impl Clock for Age {
    fn now(&self) -> u64 {
        // If nobody wants to know, it costs nothing.
        self.most.map_or(0, |_| self.clock.now())
    }
}
