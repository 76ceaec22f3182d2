//! The memory of a triple buffer: three buffers, and what the ends share.

use core::ptr::NonNull;

use super::buffer::Buffer;
use super::reader::Rx;
use super::three::{Shared, Three};
use super::word::Index;
use super::writer::Tx;
use crate::owner::{Engine, Memory};
use crate::sync::{AtomicBool, CachePadded, Claim, Ordering, Watch};

/// The memory of a triple buffer.
pub(super) struct Triple<T> {
    shared: CachePadded<Shared>,
    /// Written when an end comes or goes, so that polling it costs no traffic.
    ends: CachePadded<Ends>,
    buffers: [CachePadded<Buffer<T>>; 3],
    /// For the model checker.
    watch: Watch,
}

/// Which ends are out.
pub(super) struct Ends {
    pub(super) writer: AtomicBool,
    pub(super) reader: AtomicBool,
    claim: Claim,
}

impl<T> Triple<T> {
    pub(super) const fn new() -> Self {
        Self {
            shared: CachePadded::new(Shared::new()),
            ends: CachePadded::new(Ends {
                writer: AtomicBool::new(false),
                reader: AtomicBool::new(false),
                claim: Claim::new(),
            }),
            buffers: [const { CachePadded::new(Buffer::new()) }; 3],
            watch: Watch::new(),
        }
    }

    /// Makes the model checker know the buffer; nothing in an ordinary build.
    fn arm(&self) {
        self.watch.arm(self.buffers.len());
        if Watch::ACTIVE {
            let _ = self.shared.conflated();
            // Relaxed, both: nobody else has the buffer, and the answers don't matter.
            self.ends.writer.load(Ordering::Relaxed);
            self.ends.reader.load(Ordering::Relaxed);
        }
    }

    #[inline(always)]
    pub(super) fn ends(&self) -> &Ends {
        &self.ends
    }
}

impl<T> Three<T> for Triple<T> {
    #[inline(always)]
    fn shared(&self) -> &Shared {
        &self.shared
    }

    #[inline(always)]
    fn buffer(&self, index: Index) -> &Buffer<T> {
        self.watch.write(index as usize);
        &self.buffers[index as usize]
    }

    #[inline(always)]
    fn buffer_to_read(&self, index: Index) -> &Buffer<T> {
        self.watch.read(index as usize);
        &self.buffers[index as usize]
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
        let (one, other) = triple.shared.aside();
        // SAFETY: I1: neither is in the middle, and the ends that had them are gone.
        let held = unsafe { triple.buffer_to_read(other).is_full() };
        // I2: a value that the last reader held is for the next one.
        let (writers, readers) = if held { (one, other) } else { (other, one) };
        // SAFETY: no other ends are at work, and the buffer is neither the reader's nor in the middle.
        let tx = unsafe { Tx::new(self.0, writers) };
        // SAFETY: likewise.
        let rx = unsafe { Rx::new(self.0, readers) };
        (tx, rx)
    }

    unsafe fn drop_rest(self) {
        // The buffers do so themselves.
    }
}

// SAFETY: it is this value's address. Beside the values there are only atomics, and flags that go with the values.
unsafe impl<T> Memory for Triple<T> {
    type Engine = At<T>;
    type Item = T;

    fn engine(&self) -> At<T> {
        At(NonNull::from(self))
    }
}
