//! The memory of a ring as all its ends see it: shared words, slots, and who may touch them.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::ticket::{Slots, Stamp, Ticket};
use crate::overflow::Policy;
use crate::sync::{AtomicBool, AtomicUsize, CachePadded, Claim, Ordering, SwapBool, SwapUsize, Watch};
use crate::{Overflow, Refusal};

/// What is shared beside the slots.
pub(super) struct Ctl {
    /// The next ticket, and in its lowest bit whether the ring is closed. All producers deal out tickets here.
    pub(super) tail: CachePadded<SwapUsize>,
    /// Tickets from here on may not be dealt out. Written by the consumer alone.
    pub(super) limit: CachePadded<AtomicUsize>,
    /// What is written seldom.
    pub(super) rest: CachePadded<Rest>,
}

/// What is written only when an end comes or goes, when something is dropped, or when a producer is held up.
pub(super) struct Rest {
    /// Some item may lie beyond a ticket that has been dealt out and not been used yet.
    pub(super) gap: SwapBool,
    /// Some tickets before the limit can't be used: the tail and the limit alone don't tell how much room there is. Written by
    /// the consumer alone.
    pub(super) rough: AtomicBool,
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

    pub(super) const fn new(slots: Slots, refusal: Refusal) -> Self {
        let start = slots.start();
        let overflow = match refusal {
            Refusal::Reject => Overflow::Reject,
            Refusal::DropIncoming => Overflow::DropIncoming,
        };
        Self {
            tail: CachePadded::new(SwapUsize::new(start.to_word())),
            limit: CachePadded::new(AtomicUsize::new(slots.advance(start, slots.count()).to_word())),
            rest: CachePadded::new(Rest {
                gap: SwapBool::new(false),
                rough: AtomicBool::new(false),
                policy: Policy::new(overflow),
                shed: SwapUsize::new(0),
                producers: SwapUsize::new(0),
                consumer: AtomicBool::new(false),
                claim: Claim::new(),
                watch: Watch::new(),
            }),
        }
    }
}

/// Room for one item, and the stamp that says whose turn it is: in the memory that is handed to a
/// [`SliceRing`](super::SliceRing).
///
/// # Memory
/// A word more than the item, rounded up to the alignment of both.
#[repr(C)]
pub struct Slot<T> {
    stamp: AtomicUsize,
    value: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    /// A slot without an item.
    #[must_use]
    pub const fn new() -> Self {
        Self { stamp: AtomicUsize::new(0), value: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// A slot that is free for the first ticket of its ring.
    pub(super) const fn at_start(slots: Slots) -> Self {
        Self {
            stamp: AtomicUsize::new(slots.free(slots.start()).to_word()),
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
            for idx in 0..self.geometry.count() {
                // Relaxed, all: one thread knows the ring.
                self.slot(idx).stamp.load(Ordering::Relaxed);
            }
            self.ctl().rest.gap.load(Ordering::Relaxed);
            // Relaxed, as above.
            self.ctl().rest.rough.load(Ordering::Relaxed);
            // Relaxed, as above.
            self.ctl().rest.shed.load(Ordering::Relaxed);
            self.ctl().rest.policy.get();
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

    /// The slot with a number below the count.
    #[inline(always)]
    fn slot(&self, idx: usize) -> &Slot<T> {
        debug_assert!(idx < self.geometry.count());
        // SAFETY: the number is below the count, so this stays within the slots.
        let slot = unsafe { self.slots.add(idx) };
        // SAFETY: I0: the slots outlive the view; all that is written in a slot is in cells and atomics.
        unsafe { slot.as_ref() }
    }

    /// The stamp of a ticket's slot.
    #[inline(always)]
    pub(super) fn stamp(&self, ticket: Ticket) -> &AtomicUsize {
        &self.slot(self.geometry.idx(ticket)).stamp
    }

    /// The stamp of the slot with a number below the count, and its ticket, as an owner or the consumer finds it.
    #[inline(always)]
    pub(super) fn at(&self, idx: usize, order: Ordering) -> (Stamp, Ticket) {
        // The ordering is the caller's, who says why.
        let stamp = Stamp::from_word(self.slot(idx).stamp.load(order));
        (stamp, self.geometry.ticket(idx, stamp))
    }

    /// Puts a value into a slot.
    ///
    /// # Safety
    /// The ticket is the caller's (I2), and nothing has been put in yet.
    #[inline(always)]
    pub(super) unsafe fn write(&self, ticket: Ticket, value: T) {
        let idx = self.geometry.idx(ticket);
        self.ctl().rest.watch.write(idx);
        // SAFETY: the caller owns the slot.
        unsafe { self.slot(idx).value.get().write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of a slot.
    ///
    /// # Safety
    /// The slot holds the item of that ticket, which nobody else takes or drops (I2).
    #[inline(always)]
    pub(super) unsafe fn read(&self, ticket: Ticket) -> T {
        let idx = self.geometry.idx(ticket);
        self.ctl().rest.watch.read(idx);
        // SAFETY: the caller owns the slot.
        let item = unsafe { self.slot(idx).value.get().read() };
        // SAFETY: it holds an item.
        unsafe { item.assume_init() }
    }

    /// How many slots are taken: by items, and by producers that are about to put one in.
    pub(super) fn len(&self) -> usize {
        let slots = self.geometry;
        // [ML1] Acquire: pairs with [MP3]. Orders: the limit that the ticket was dealt out below before our look at it.
        let tail = Ticket::from_word(self.ctl().tail.load(Ordering::Acquire));
        // [ML2] Acquire: pairs with [MC3]. Orders: the stamps, and whether they have to be counted, before our look at them.
        let limit = Ticket::from_word(self.ctl().limit.load(Ordering::Acquire));
        // Relaxed: by [ML2].
        if !self.ctl().rest.rough.load(Ordering::Relaxed) {
            return slots.count().saturating_sub(slots.distance(tail, limit));
        }
        let taken = |&idx: &usize| {
            // Relaxed: by the limit above the stamp is no older.
            let (stamp, ticket) = self.at(idx, Ordering::Relaxed);
            !stamp.is_free() || ticket.is_before(tail)
        };
        (0..slots.count()).filter(taken).count()
    }

    /// Where the ring stands: the ticket of the oldest item, or the next ticket where there is none. For whoever has the
    /// ring to itself.
    pub(super) fn head(&self) -> Ticket {
        // Relaxed: nobody else is at work.
        let tail = Ticket::from_word(self.ctl().tail.load(Ordering::Relaxed));
        let mut head = tail;
        for idx in 0..self.geometry.count() {
            // Relaxed, as above.
            let (stamp, ticket) = self.at(idx, Ordering::Relaxed);
            if stamp.is_full() && ticket.is_before(head) {
                head = ticket;
            }
        }
        head
    }

    /// Drops all items in place. If one of them panics, the others are dropped all the same.
    ///
    /// # Safety
    /// No ends are at work, and none will be.
    pub(super) unsafe fn drop_items(&self) {
        struct Rest<T> {
            view: View<T>,
            idx: usize,
        }

        impl<T> Rest<T> {
            fn run(&mut self) {
                while self.idx < self.view.geometry.count() {
                    let idx = self.idx;
                    self.idx += 1;
                    // Relaxed: nobody else is at work.
                    let (stamp, _) = self.view.at(idx, Ordering::Relaxed);
                    if stamp.is_full() {
                        self.view.ctl().rest.watch.write(idx);
                        // SAFETY: an item that nobody else takes, counted off before, so it is dropped once even if this panics.
                        unsafe { self.view.slot(idx).value.get().cast::<T>().drop_in_place() };
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
            Rest { view: *self, idx: 0 }.run();
        }
    }
}
