//! The seam between the rings and what is built on them: [`Push`] and [`Pop`].
//!
//! Sampling, thresholds for classes, expiry, merging, waiting and metering have nothing to do with how a ring works. What is
//! written over these two traits works with every ring's ends, and composes: a stage over a ring may itself be pushed to or
//! popped from. The traits say what all rings can promise and no more; who knows the ring uses its own methods, which have
//! the same names.
//!
//! # Examples
//! Every tenth item goes to a second ring of another kind:
//! ```
//! use forebay_core::seam::{Pop, Push};
//! use forebay_core::{PopError, Pressure, PushError, Pushed, mpsc, spsc};
//!
//! struct Tee<A, B> {
//!     all: A,
//!     tenth: B,
//!     count: u64,
//! }
//!
//! impl<A: Push<Item: Copy>, B: Push<Item = A::Item>> Push for Tee<A, B> {
//!     type Item = A::Item;
//!
//!     fn push(&mut self, value: A::Item) -> Result<Pushed<A::Item>, PushError<A::Item>> {
//!         let pushed = self.all.push(value)?;
//!         self.count += 1;
//!         if self.count % 10 == 0 {
//!             let _ = self.tenth.push(value);
//!         }
//!         Ok(pushed)
//!     }
//!
//!     fn capacity(&self) -> usize {
//!         self.all.capacity()
//!     }
//!
//!     fn len(&self) -> usize {
//!         self.all.len()
//!     }
//!
//!     fn is_closed(&self) -> bool {
//!         self.all.is_closed()
//!     }
//!
//!     fn pressure(&self) -> Pressure {
//!         self.all.pressure()
//!     }
//! }
//!
//! fn take_all(mut from: impl Pop<Item = u32>) -> u32 {
//!     std::iter::from_fn(|| from.pop().ok()).sum()
//! }
//!
//! let (mut ring, mut sample) = (spsc::Ring::<u32, 64>::new(), mpsc::Ring::<u32, 8>::new());
//! let (all, consumer) = ring.split();
//! let (tenth, sampled) = sample.split();
//! let mut tee = Tee { all, tenth, count: 0 };
//! (1..=50).for_each(|number| assert_eq!(tee.push(number), Ok(Pushed::Stored)));
//! assert_eq!((take_all(consumer), take_all(sampled)), (1275, 150));
//! ```
//!
//! # Several stages before one ring
//! The innermost is made first. A value passes them from the outermost to the ring, and what they make of it is what the ring holds:
//! here a value, its weight, and the time. Each has its own counts, and `end` is the next one. A [`Spill`](crate::spill::Spill) is no
//! [`Push`], and so the outermost:
//! ```
//! use core::cell::Cell;
//! use forebay_core::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds, Weighing, Weighted, percent};
//! use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
//! use forebay_core::spill::Spill;
//! use forebay_core::{Refusal, mpsc};
//!
//! let milliseconds = Cell::new(0);
//! let clock = || milliseconds.get();
//! let thresholds = Thresholds::new([255, percent::<75>()]).unwrap();
//! let sampling = Sampling::new(Rate::new(1, 10).unwrap(), percent::<50>());
//!
//! let mut ring = mpsc::Ring::<Stamped<Weighted<u32>>, 64>::with_refusal(Refusal::DropIncoming);
//! let (producer, consumer) = ring.split();
//! let stamping = Stamping::new(producer, clock);
//! let sampler = Gate::new(stamping, Weighing::new(Sampler::new(&sampling)));
//! let classes = Gate::new(sampler, Classes::new(&thresholds, |number: &u32| usize::from(number % 20 != 0)));
//! let lost = Cell::new(0);
//! let mut producer = Spill::new(classes, |_number, _how| lost.set(lost.get() + 1));
//! let mut consumer = Expiring::new(consumer, clock, MaxAge::new(100));
//!
//! for number in 0..10_000 {
//!     producer.push(number).unwrap();
//! }
//! let classes = producer.end();
//! let sampler = classes.end();
//! let shed = sampler.end().end().shed();
//! assert_eq!(classes.rule().kept_out(1) + sampler.rule().rule().kept_out() + shed, lost.get());
//!
//! let (mut delivered, mut stand_for) = (0, 0);
//! while let Ok(kept) = consumer.pop() {
//!     (delivered, stand_for) = (delivered + 1, stand_for + kept.weight as usize);
//! }
//! assert_eq!(delivered + lost.get(), 10_000);
//! assert_eq!(stand_for + sampler.rule().pending() as usize + classes.rule().kept_out(1), 10_000);
//! ```

#![forbid(unsafe_code)]

use crate::gauge;
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
use crate::latest;
use crate::spsc::{self, Layout};
use crate::{PopError, Pressure, PushError, Pushed};
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
use crate::{conflated, fan_in, mpsc, priority, swap};

/// An end that items are put into.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no end that a stage can push to",
    label = "no `Push`",
    note = "a producer of a `conflated` or a `priority` ring has to be told what an item's key or class is: `producer.by(|item| ...)`",
    note = "a `Spill` stands outermost: make the other stages first, and the `Spill` over them"
)]
pub trait Push {
    /// What is put in.
    type Item;

    /// Puts a value in, or hands it back.
    ///
    /// # Errors
    /// The value comes back: see [`PushError`]. A ring that never evicts always answers [`Stored`](Pushed::Stored).
    ///
    /// # Progress
    /// The ring's: lock-free at least, and it never waits for room.
    fn push(&mut self, value: Self::Item) -> Result<Pushed<Self::Item>, PushError<Self::Item>>;

    /// How many items there is room for at most.
    fn capacity(&self) -> usize;

    /// How many items are inside. The consumer may take some at any time, and other producers may put some in.
    fn len(&self) -> usize;

    /// Whether there was no item inside.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there was no room. There may be some at any time.
    fn is_full(&self) -> bool {
        self.len() >= self.capacity()
    }

    /// Whether the consumer is gone, or has closed the ring.
    fn is_closed(&self) -> bool;

    /// How pressed the ring is: the signal to slow down.
    fn pressure(&self) -> Pressure;

    /// How full the ring is, from 0 to 255, which is full.
    fn fill(&self) -> u8 {
        gauge::fill(self.len(), self.capacity())
    }

    /// How many of this end's next pushes find the ring less full than `fill`, for certain: 0 if it is that full now. An end that
    /// shares the ring with others can vouch for its next push alone, and answers 1 if the ring is less full now.
    ///
    /// Who has to know this at each push asks seldom, where the end has the ring to itself.
    fn pushes_below(&self, fill: u8) -> usize {
        usize::from(self.fill() < fill)
    }
}

/// An end that items are taken out of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no end that a stage can pop from",
    label = "no `Pop`",
    note = "stages behind a queue, such as `Expiring`, are made from a consumer's end, or from one another"
)]
pub trait Pop {
    /// What is taken out.
    type Item;

    /// Takes the next item out.
    ///
    /// # Errors
    /// There is none: see [`PopError`].
    ///
    /// # Progress
    /// The ring's: lock-free at least, and it never waits for an item.
    fn pop(&mut self) -> Result<Self::Item, PopError>;

    /// How many items there is room for at most.
    fn capacity(&self) -> usize;

    /// How many items are inside. Producers may put some in at any time.
    fn len(&self) -> usize;

    /// Whether there was no item inside.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether nothing is taken in any more. There may still be items inside.
    fn is_closed(&self) -> bool;
}

/// What a stage before or behind an end, its field `end`, says of itself: all but `push` and `pop`.
macro_rules! says_what_its_end_says {
    (both) => {
        fn capacity(&self) -> usize {
            self.end.capacity()
        }

        fn len(&self) -> usize {
            self.end.len()
        }

        fn is_empty(&self) -> bool {
            self.end.is_empty()
        }

        fn is_closed(&self) -> bool {
            self.end.is_closed()
        }
    };
    (Push) => {
        $crate::seam::says_what_its_end_says!(both);

        fn is_full(&self) -> bool {
            self.end.is_full()
        }

        fn pressure(&self) -> $crate::Pressure {
            self.end.pressure()
        }

        fn fill(&self) -> u8 {
            self.end.fill()
        }

        // A stage pushes once for each push at most.
        fn pushes_below(&self, fill: u8) -> usize {
            self.end.pushes_below(fill)
        }
    };
    (Pop) => {
        $crate::seam::says_what_its_end_says!(both);
    };
}
pub(crate) use says_what_its_end_says;

/// What an end says of itself by methods of the same names.
macro_rules! counts {
    () => {
        fn capacity(&self) -> usize {
            self.capacity()
        }

        fn len(&self) -> usize {
            self.len()
        }

        fn is_closed(&self) -> bool {
            self.is_closed()
        }
    };
    (and pressure) => {
        counts!();

        fn pressure(&self) -> Pressure {
            self.pressure()
        }
    };
}

/// The end of a ring, or a lane, with one producer, that never evicts.
macro_rules! push {
    ([$($generics:tt)+] $end:ty) => {
        impl<$($generics)+> Push for $end {
            type Item = T;

            #[inline(always)]
            fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
                Self::push(self, value).map(|()| Pushed::Stored)
            }

            counts!(and pressure);

            fn pushes_below(&self, fill: u8) -> usize {
                gauge::filled_to(fill, self.capacity()).saturating_sub(self.len())
            }
        }
    };
}

/// The end of a ring whose items are all that it knows.
macro_rules! pop {
    ([$($generics:tt)+] $end:ty) => {
        impl<$($generics)+> Pop for $end {
            type Item = T;

            #[inline(always)]
            fn pop(&mut self) -> Result<T, PopError> {
                self.pop()
            }

            counts!();
        }
    };
}

push!([T, L: Layout, K] spsc::Producer<'_, T, L, K>);
pop!([T, L: Layout, K] spsc::Consumer<'_, T, L, K>);

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<T, K> Push for mpsc::Producer<'_, T, K> {
    type Item = T;

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        Self::push(self, value).map(|()| Pushed::Stored)
    }

    counts!(and pressure);

    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn is_full(&self) -> bool {
        self.is_full()
    }

    #[inline]
    fn pushes_below(&self, fill: u8) -> usize {
        usize::from(!self.holds(gauge::filled_to(fill, self.capacity())))
    }
}

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pop!([T, K] mpsc::Consumer<'_, T, K>);

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<T, K> Push for swap::Producer<'_, T, K> {
    type Item = T;

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        self.push(value)
    }

    counts!(and pressure);
}

#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
pop!([T, K] swap::Consumer<'_, T, K>);

// A lane.
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
push!([T, K] fan_in::Producer<'_, T, K>);

/// All lanes; whose an item was is not told. [`fan_in::Consumer::by_lane`] tells it.
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<T, K> Pop for fan_in::Consumer<'_, T, K> {
    type Item = T;

    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        Self::pop(self).map(|(_, item)| item)
    }

    counts!();
}

/// A key, and its newest value. [`conflated::Consumer::values`] leaves the key out. On the other side [`conflated::Producer::by`] has
/// [`Push`].
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<T, K> Pop for conflated::Consumer<'_, T, K> {
    type Item = (usize, T);

    #[inline(always)]
    fn pop(&mut self) -> Result<(usize, T), PopError> {
        self.pop()
    }

    counts!();
}

/// The newest value alone: one that takes the place of another one hands that back as [`Evicted`](Pushed::Evicted). There is always room, and
/// so no pressure; and a push never says that it is closed: [`is_closed`](Push::is_closed) does.
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
impl<T, K> Push for latest::Writer<'_, T, K> {
    type Item = T;

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<Pushed<T>, PushError<T>> {
        Ok(self.write(value).map_or(Pushed::Stored, Pushed::Evicted))
    }

    fn capacity(&self) -> usize {
        1
    }

    fn len(&self) -> usize {
        usize::from(!self.is_empty())
    }

    /// Never.
    fn is_full(&self) -> bool {
        false
    }

    fn is_closed(&self) -> bool {
        self.is_closed()
    }

    /// Open, until the reader is gone.
    fn pressure(&self) -> Pressure {
        if self.is_closed() { Pressure::Closed } else { Pressure::Open }
    }

    /// Not at all: there is room.
    fn fill(&self) -> u8 {
        0
    }
}

/// The newest value alone.
#[cfg(any(target_has_atomic = "8", feature = "portable-atomic"))]
impl<T, K> Pop for latest::Reader<'_, T, K> {
    type Item = T;

    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        self.read()
    }

    fn capacity(&self) -> usize {
        1
    }

    fn len(&self) -> usize {
        usize::from(!self.is_empty())
    }

    fn is_closed(&self) -> bool {
        self.is_closed()
    }
}

/// All classes; of which an item was is not told. [`priority::Consumer::by_class`] tells it. What is put in says so: see [`priority::Producer::by`].
#[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
impl<T, const C: usize, K> Pop for priority::Consumer<'_, T, C, K> {
    type Item = T;

    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        Self::pop(self).map(|(_, item)| item)
    }

    counts!();
}
