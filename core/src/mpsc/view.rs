//! The memory of a ring as all its ends see it: shared words, slots, and who may touch them.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::ticket::{Grant, Slots, Stamp, Ticket};
use crate::Refusal;
use crate::gauge::Gauge;
use crate::overflow::Policy;
use crate::sync::{
    AtomicBool, AtomicIndex, AtomicU8, AtomicUsize, CachePadded, Claim, Ordering, SwapBool, SwapUsize, Watch,
};

/// What is shared beside the slots.
pub(super) struct Ctl {
    /// The next ticket, and in its lowest bit whether the ring is closed. All producers deal out tickets here.
    pub(super) tail: CachePadded<SwapUsize>,
    /// No ticket from here on has a slot. Written by the consumer, and read by a producer that comes to the high watermark, or by
    /// whoever has the ring to itself.
    pub(super) limit: CachePadded<AtomicUsize>,
    /// What is written seldom.
    pub(super) rest: CachePadded<Rest>,
}

/// What is written only when an end comes or goes, when something is dropped, when a producer is held up, or at the watermarks.
pub(super) struct Rest {
    pub(super) gauge: Gauge,
    /// Some item may lie beyond a ticket that has been dealt out and not been used yet.
    pub(super) gap: SwapBool,
    pub(super) policy: Policy,
    /// How many values were dropped at full.
    pub(super) shed: SwapUsize,
    /// How many producer's ends are out.
    pub(super) producers: SwapUsize,
    /// Whether the consumer's end is out.
    pub(super) consumer: AtomicBool,
    pub(super) claim: Claim,
    /// For the model checker.
    watch: Watch,
}

impl Ctl {
    /// Of the tail: nothing is taken in any more.
    pub(super) const CLOSED: usize = 1;
    /// Of the count of producers: it goes no further.
    pub(super) const MANY: usize = isize::MAX as usize;

    pub(super) const fn new(slots: Slots, refusal: Refusal) -> Self {
        let start = slots.start();
        Self {
            tail: CachePadded::new(SwapUsize::new(start.to_word())),
            limit: CachePadded::new(AtomicUsize::new(slots.advance(start, slots.count()).to_word())),
            rest: CachePadded::new(Rest {
                gauge: Gauge::new(),
                gap: SwapBool::new(false),
                policy: Policy::of_refusal(refusal),
                shed: SwapUsize::new(0),
                producers: SwapUsize::new(0),
                consumer: AtomicBool::new(false),
                claim: Claim::new(),
                watch: Watch::new(),
            }),
        }
    }
}

/// Room for one item, in the memory that is handed to a [`SliceRing`](super::SliceRing).
///
/// # Memory
/// 5 bytes more than the item, rounded up to the alignment of all: on 64-bit machines and 32-bit ones alike 8 bytes for a `u16`,
/// and 8 more than a `u32`, `u64`, or a pointer.
#[repr(C)]
pub struct Slot<T> {
    /// Not of this slot, but of a turn: which slot the ticket of that turn has. Written by the consumer alone.
    grant: AtomicIndex,
    /// Written by whoever's the slot is.
    stamp: AtomicU8,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    /// A slot without an item.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            grant: AtomicIndex::new(Grant::FIRST.to_word()),
            stamp: AtomicU8::new(Stamp::NONE.to_word()),
            value: UnsafeCell::new(MaybeUninit::uninit()),
        }
    }
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

/// The shared words and the slots, by address. Copied into all ends, and made anew by the owner when it needs it.
pub(super) struct View<T> {
    ctl: NonNull<Ctl>,
    slots: NonNull<Slot<T>>,
    geometry: Slots,
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<T> {}

impl<T> View<T> {
    /// A view of a ring.
    ///
    /// # Safety
    /// `slots` has as many slots as `geometry` says, and they and `ctl` outlive the view and all its copies (I0).
    pub(super) unsafe fn new(ctl: &Ctl, slots: &[Slot<T>], geometry: Slots) -> Self {
        debug_assert_eq!(slots.len(), geometry.count());
        // The pointer is made from the slice, so that it may reach every slot.
        Self { ctl: NonNull::from(ctl), slots: NonNull::from(slots).cast(), geometry }
    }

    /// Makes the model checker know the ring; nothing in an ordinary build. Called while one thread knows the ring.
    pub(super) fn arm(self) {
        if Watch::ACTIVE {
            self.ctl().rest.watch.arm(self.geometry.count());
            for number in 0..self.geometry.count() {
                // Relaxed, all: one thread knows the ring.
                self.slot(number).grant.load(Ordering::Relaxed);
                self.slot(number).stamp.load(Ordering::Relaxed);
            }
            self.ctl().rest.gap.load(Ordering::Relaxed);
            // Relaxed, as above.
            self.ctl().rest.shed.load(Ordering::Relaxed);
            self.ctl().rest.policy.get();
            let _ = (self.gauge().level(), self.gauge().marks(self.geometry.count()));
        }
    }

    #[inline(always)]
    pub(super) const fn geometry(&self) -> Slots {
        self.geometry
    }

    #[inline(always)]
    pub(super) const fn ctl(&self) -> &Ctl {
        // SAFETY: I0: the ring outlives its views.
        unsafe { self.ctl.as_ref() }
    }

    #[inline(always)]
    pub(super) fn gauge(&self) -> &Gauge {
        &self.ctl().rest.gauge
    }

    /// The slot with a number below the count.
    #[inline(always)]
    fn slot(&self, number: usize) -> &Slot<T> {
        debug_assert!(number < self.geometry.count());
        // SAFETY: the number is below the count, so this stays within the slots.
        let slot = unsafe { self.slots.add(number) };
        // SAFETY: I0: the slots outlive the view; all that is written in a slot is in cells and atomics.
        unsafe { slot.as_ref() }
    }

    /// The grant to the ticket, or to another one of its turn.
    #[inline(always)]
    pub(super) fn grant(&self, ticket: Ticket) -> &AtomicIndex {
        &self.slot(self.geometry.turn(ticket)).grant
    }

    /// The stamp of the slot with a number below the count.
    #[inline(always)]
    pub(super) fn stamp(&self, slot: usize) -> &AtomicU8 {
        &self.slot(slot).stamp
    }

    /// Puts a value into the slot with a number below the count.
    ///
    /// # Safety
    /// The slot is the caller's (I2), and holds no item.
    #[inline(always)]
    pub(super) unsafe fn write(&self, slot: usize, value: T) {
        self.ctl().rest.watch.write(slot);
        // SAFETY: the caller owns the slot.
        unsafe { self.slot(slot).value.get().write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of the slot with a number below the count.
    ///
    /// # Safety
    /// The slot is the caller's (I2) and holds an item, which nobody takes or drops again.
    #[inline(always)]
    pub(super) unsafe fn read(&self, slot: usize) -> T {
        self.ctl().rest.watch.read(slot);
        // SAFETY: the caller owns the slot.
        let item = unsafe { self.slot(slot).value.get().read() };
        // SAFETY: it holds an item.
        unsafe { item.assume_init() }
    }

    /// Drops all items in place. If one of them panics, the others are dropped all the same.
    ///
    /// # Safety
    /// No ends are at work, and none will be.
    pub(super) unsafe fn drop_items(&self) {
        struct Rest<T> {
            view: View<T>,
            next: usize,
        }

        impl<T> Rest<T> {
            fn run(&mut self) {
                while self.next < self.view.geometry.count() {
                    let slot = self.next;
                    self.next += 1;
                    // Relaxed: nobody else is at work.
                    let stamp = Stamp::from_word(self.view.stamp(slot).load(Ordering::Relaxed));
                    if stamp == Stamp::FULL {
                        self.view.ctl().rest.watch.write(slot);
                        // SAFETY: an item that nobody else takes, counted off before, so it is dropped once even if this panics.
                        unsafe { self.view.slot(slot).value.get().cast::<T>().drop_in_place() };
                    }
                }
            }
        }

        impl<T> Drop for Rest<T> {
            fn drop(&mut self) {
                self.run();
            }
        }

        if core::mem::needs_drop::<T>() {
            // Dropping `Rest` a second time, after the run, finds nothing left, unless the run was cut short by a panic.
            Rest { view: *self, next: 0 }.run();
        }
    }
}
