//! The memory of a triple buffer: three buffers, and what the ends share.

use core::cell::Cell;
use core::ptr::NonNull;

use super::buffer::Buffer;
use super::reader::Rx;
use super::three::{Three, count};
use super::word::Index;
use super::writer::Tx;
use crate::owner::{Engine, Memory};
use crate::sync::{AtomicBool, AtomicUsize, CachePadded, Claim, Ordering, Watch};

/// The memory of a triple buffer. Each buffer has cache lines of its own, and so have the words that both ends write.
pub(super) struct Triple<T> {
    three: Three<Reading, CachePadded<Buffer<T>>>,
    /// Written when an end comes or goes, so that polling it costs no traffic.
    ends: CachePadded<Ends>,
}

/// Which ends are out.
pub(super) struct Ends {
    pub(super) writer: AtomicBool,
    pub(super) reader: AtomicBool,
    claim: Claim,
}

/// What the reader has looked at.
pub(super) struct Reading {
    /// How many values it has looked at and neither taken nor released. Written by the reader alone.
    passed_over: AtomicUsize,
    /// Whether there is a value that it has looked at and neither taken nor released yet, and where. Plain memory, as only the
    /// reader looks; not in its end, which may be forgotten.
    held: Cell<bool>,
    place: Cell<Index>,
    /// For the model checker: both of these.
    watch: Watch,
}

impl Reading {
    const fn new() -> Self {
        // All zeros, as an `Option` would not be, so that a `static` takes no flash where there is flash.
        let (held, place) = (Cell::new(false), Cell::new(Index::First));
        Self { passed_over: AtomicUsize::new(0), held, place, watch: Watch::new() }
    }

    /// The buffer of the reader's that has a value.
    #[inline(always)]
    pub(super) fn held(&self) -> Option<Index> {
        self.watch.read(0);
        self.held.get().then_some(self.place.get())
    }

    /// Notes that the reader's buffer, this one, has a value.
    #[inline(always)]
    pub(super) fn hold(&self, place: Index) {
        self.watch.write(0);
        self.place.set(place);
        self.held.set(true);
    }

    /// Notes that the reader's buffer has no value.
    #[inline(always)]
    pub(super) fn let_go(&self) {
        self.watch.write(0);
        self.held.set(false);
    }

    #[inline(always)]
    pub(super) fn count_passed_over(&self) {
        count(&self.passed_over);
    }
}

impl<T> Triple<T> {
    pub(super) const fn new() -> Self {
        Self {
            three: Three::new(Reading::new(), [const { CachePadded::new(Buffer::new()) }; 3]),
            ends: CachePadded::new(Ends {
                writer: AtomicBool::new(false),
                reader: AtomicBool::new(false),
                claim: Claim::new(),
            }),
        }
    }

    /// Makes the model checker know the buffer; nothing in an ordinary build.
    fn arm(&self) {
        self.three.arm();
        self.three.beside.watch.arm(1);
        if Watch::ACTIVE {
            let _ = self.conflated();
            // Relaxed, both: nobody else has the buffer, and the answers don't matter.
            self.ends.writer.load(Ordering::Relaxed);
            self.ends.reader.load(Ordering::Relaxed);
        }
    }

    /// How many values nobody has got.
    pub(super) fn conflated(&self) -> usize {
        // Relaxed: a count orders nothing.
        self.three.overwritten().wrapping_add(self.three.beside.passed_over.load(Ordering::Relaxed))
    }

    #[inline(always)]
    pub(super) const fn three(&self) -> &Three<Reading, CachePadded<Buffer<T>>> {
        &self.three
    }

    #[inline(always)]
    pub(super) fn ends(&self) -> &Ends {
        &self.ends
    }
}

/// A triple buffer by address.
pub(super) struct At<T>(NonNull<Triple<T>>);

impl<T> Clone for At<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for At<T> {}

impl<T> At<T> {
    const fn triple(&self) -> &Triple<T> {
        // SAFETY: the owner uses the address while the buffer is there.
        unsafe { self.0.as_ref() }
    }
}

// SAFETY: each end has its flag from when it is made until its drop has done all else.
unsafe impl<T> Engine for At<T> {
    type Tx = Tx<T>;
    type Rx = Rx<T>;

    fn claim(&self) -> &Claim {
        &self.triple().ends.claim
    }

    fn has_ends(&self) -> bool {
        // [LO1] Acquire: pairs with [LW2]. Orders: the last writer's accesses to the buffers before those of the new ends.
        let writer = self.triple().ends.writer.load(Ordering::Acquire);
        // [LO2] Acquire: pairs with [LR3], likewise.
        let reader = self.triple().ends.reader.load(Ordering::Acquire);
        writer || reader
    }

    unsafe fn pair(self) -> (Tx<T>, Rx<T>) {
        let triple = self.triple();
        triple.arm();
        let (one, other) = triple.three.aside();
        // I2: a value that the last reader held is for the next one.
        let (writers, readers) = if triple.three.beside.held() == Some(one) { (other, one) } else { (one, other) };
        // SAFETY: no other ends are at work, and the buffer is neither the reader's nor in the middle.
        let tx = unsafe { Tx::new(self.0, writers) };
        // SAFETY: likewise.
        let rx = unsafe { Rx::new(self.0, readers) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        struct Fresh<'e, T>(&'e Triple<T>);

        impl<T> Drop for Fresh<'_, T> {
            fn drop(&mut self) {
                // SAFETY: as the caller of `drop_rest` says.
                unsafe { self.0.three.drop_fresh() };
            }
        }

        if core::mem::needs_drop::<T>() {
            // This one goes whatever the drop of the other one does.
            let fresh = Fresh(self.triple());
            let three = &fresh.0.three;
            if three.beside.held.get() {
                // SAFETY: I2: it is full, and nobody looks again.
                unsafe { three.buffer(three.beside.place.get()).discard() };
            }
        }
    }
}

// SAFETY: it is this value's address. Beside the values there are only atomics, and what the reader alone touches.
unsafe impl<T> Memory for Triple<T> {
    type Engine = At<T>;
    type Item = T;

    fn engine(&self) -> At<T> {
        At(NonNull::from(self))
    }
}
