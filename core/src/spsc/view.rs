//! The memory of a ring as both ends see it: shared words, slots, and who may touch them.

use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use super::layout::sealed::Mark;
use super::{Layout, Slot};
use crate::gauge::Gauge;
use crate::position::{Capacity, Position};
use crate::sync::{AtomicBool, AtomicUsize, CachePadded, Claim, Ordering, Watch};

/// What is shared beside the slots. Each cache line has one writer.
pub(super) struct Ctl {
    /// The next position to be written. Written by the producer alone.
    pub(super) tail: CachePadded<AtomicUsize>,
    /// The next position to be read. Written by the consumer alone.
    pub(super) head: CachePadded<AtomicUsize>,
    /// Written when an end comes or goes and at the watermarks, so that polling it costs no traffic.
    pub(super) ends: CachePadded<Ends>,
    /// For the model checker.
    watch: Watch,
}

/// Which ends are out, and how pressed the ring is.
pub(super) struct Ends {
    pub(super) gauge: Gauge,
    pub(super) producer: AtomicBool,
    pub(super) consumer: AtomicBool,
    #[cfg_attr(not(any(target_has_atomic = "8", feature = "portable-atomic")), expect(dead_code))]
    pub(super) claim: Claim,
}

impl Ctl {
    pub(super) const fn new() -> Self {
        Self {
            tail: CachePadded::new(AtomicUsize::new(Position::START.to_word())),
            head: CachePadded::new(AtomicUsize::new(Position::START.to_word())),
            ends: CachePadded::new(Ends {
                gauge: Gauge::new(),
                producer: AtomicBool::new(false),
                consumer: AtomicBool::new(false),
                claim: Claim::new(),
            }),
            watch: Watch::new(),
        }
    }

    /// For the producer.
    #[inline(always)]
    pub(super) fn load_head(&self) -> Position {
        // [P3] Acquire: pairs with [C3]. Orders: the consumer's reads of the released slots before our writes to them, and [C8]
        // of those slots before our look at their marks.
        Position::from_word(self.head.load(Ordering::Acquire))
    }

    /// For the producer.
    #[inline(always)]
    pub(super) fn has_consumer(&self) -> bool {
        // [P4] Acquire: pairs with [C6]. Orders: the consumer's last releases before our next look at its head.
        self.ends.consumer.load(Ordering::Acquire)
    }

    /// For the consumer.
    #[inline(always)]
    pub(super) fn has_producer(&self) -> bool {
        // [C4] Acquire: pairs with [P6]. Orders: the producer's last publication before our next look at its tail.
        self.ends.producer.load(Ordering::Acquire)
    }

    /// For the consumer.
    #[inline(always)]
    pub(super) fn load_tail(&self) -> Position {
        // [C1] Acquire: pairs with [P1]. Orders: the producer's writes of the items before our reads of them, and [P2] of those
        // items before our look at their marks.
        Position::from_word(self.tail.load(Ordering::Acquire))
    }
}

/// The shared words and the slots, by address. Copied into both ends, and made anew by the owner when it needs it.
pub(super) struct View<T, L: Layout> {
    ctl: NonNull<Ctl>,
    slots: NonNull<Slot<T, L>>,
    capacity: Capacity,
}

impl<T, L: Layout> Clone for View<T, L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, L: Layout> Copy for View<T, L> {}

impl<T, L: Layout> View<T, L> {
    /// Whether the sides learn from a mark beside each item whose its slot is.
    pub(super) const FLAGGED: bool = <<L as super::layout::sealed::Layout>::Mark>::PRESENT;

    /// A view of a ring.
    ///
    /// # Safety
    /// `slots` has `capacity` slots, and they and `ctl` outlive the view and all its copies (invariant I0).
    pub(super) unsafe fn new(ctl: &Ctl, slots: &[Slot<T, L>], capacity: Capacity) -> Self {
        debug_assert_eq!(slots.len(), capacity.get());
        // The pointer is made from the slice, so that it may reach every slot.
        Self { ctl: NonNull::from(ctl), slots: NonNull::from(slots).cast(), capacity }
    }

    /// Makes the model checker know the ring; nothing in an ordinary build. Called while one thread knows the ring.
    pub(super) fn arm(self) {
        self.ctl().watch.arm(self.capacity.get());
        if Watch::ACTIVE && Self::FLAGGED {
            for step in 0..self.capacity.get() {
                self.mark(Position::START.advance(step, self.capacity)).is_free();
            }
        }
        if Watch::ACTIVE {
            let _ = (self.gauge().level(), self.gauge().marks(self.capacity.get()));
        }
    }

    #[inline(always)]
    pub(super) const fn capacity(&self) -> Capacity {
        self.capacity
    }

    #[inline(always)]
    pub(super) const fn ctl(&self) -> &Ctl {
        // SAFETY: I0: the ring outlives its views.
        unsafe { self.ctl.as_ref() }
    }

    #[inline(always)]
    pub(super) fn gauge(&self) -> &Gauge {
        &self.ctl().ends.gauge
    }

    #[inline(always)]
    const fn slot_ptr(&self, at: Position) -> NonNull<Slot<T, L>> {
        // SAFETY: the index of a position is below the capacity, so this stays within the slots.
        unsafe { self.slots.add(at.idx()) }
    }

    #[inline(always)]
    const fn slot(&self, at: Position) -> &Slot<T, L> {
        // SAFETY: I0: the slots outlive the view; all that both sides write in a slot is in cells and atomics.
        unsafe { self.slot_ptr(at).as_ref() }
    }

    /// The place of the item at a position.
    #[inline(always)]
    pub(super) const fn place(&self, at: Position) -> *mut MaybeUninit<T> {
        self.slot(at).value()
    }

    /// The mark of the slot at a position.
    #[inline(always)]
    pub(super) const fn mark(&self, at: Position) -> &<L as super::layout::sealed::Layout>::Mark {
        self.slot(at).mark()
    }

    /// Puts a value into a slot.
    ///
    /// # Safety
    /// The slot is the caller's (I2), and holds no item.
    #[inline(always)]
    pub(super) unsafe fn write(&self, at: Position, value: T) {
        self.watch_write(at);
        // SAFETY: the caller owns the slot.
        unsafe { self.place(at).write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of a slot.
    ///
    /// # Safety
    /// The slot is the caller's (I2) and holds an item, which nobody takes or drops again.
    #[inline(always)]
    pub(super) unsafe fn read(&self, at: Position) -> T {
        self.watch_read(at);
        // SAFETY: the caller owns the slot.
        let item = unsafe { self.place(at).read() };
        // SAFETY: it holds an item.
        unsafe { item.assume_init() }
    }

    /// Copies values into a run of slots.
    ///
    /// # Safety
    /// The `values.len()` slots from `at` on are the caller's (I2), and hold no items.
    pub(super) unsafe fn copy_in(&self, at: Position, values: &[T])
    where
        T: Copy,
    {
        if Self::FLAGGED {
            let mut at = at;
            for &value in values {
                // SAFETY: one of the caller's slots.
                unsafe { self.write(at, value) };
                at = at.next(self.capacity);
            }
            return;
        }
        let (first, second) = self.run(at, values.len());
        let (head, rest) = values.split_at_checked(first.len()).unwrap_or((values, &[]));
        // SAFETY: the caller owns these slots; they lie side by side without marks; `values` can't overlap with them, as
        // nobody has a reference to the producer's slots.
        unsafe { ptr::copy_nonoverlapping(head.as_ptr(), first.cast::<T>(), head.len()) };
        // SAFETY: as above.
        unsafe { ptr::copy_nonoverlapping(rest.as_ptr(), second.cast::<T>(), rest.len()) };
        self.watch_run(at, values.len(), Self::watch_write);
    }

    /// Copies the items of a run of slots out.
    ///
    /// # Safety
    /// The `values.len()` slots from `at` on are the caller's (I2), and hold items.
    pub(super) unsafe fn copy_out(&self, at: Position, values: &mut [T])
    where
        T: Copy,
    {
        if Self::FLAGGED {
            let mut at = at;
            for value in values {
                // SAFETY: one of the caller's slots, with an item.
                *value = unsafe { self.read(at) };
                at = at.next(self.capacity);
            }
            return;
        }
        self.watch_run(at, values.len(), Self::watch_read);
        let (first, second) = self.run(at, values.len());
        let (head, rest) = values.split_at_mut(first.len());
        // SAFETY: the caller owns these slots, and they hold items, side by side without marks.
        unsafe { ptr::copy_nonoverlapping(first.cast::<T>(), head.as_mut_ptr(), head.len()) };
        // SAFETY: as above.
        unsafe { ptr::copy_nonoverlapping(second.cast::<T>(), rest.as_mut_ptr(), rest.len()) };
    }

    /// Drops the items of a run of slots in place. If one of them panics, the others are dropped all the same.
    ///
    /// # Safety
    /// The `count` slots from `at` on are the caller's (I2) and hold items, which nobody takes or drops again.
    pub(super) unsafe fn drop_items(&self, at: Position, count: usize) {
        struct Rest<T, L: Layout> {
            view: View<T, L>,
            at: Position,
            left: usize,
        }

        impl<T, L: Layout> Rest<T, L> {
            fn run(&mut self) {
                while self.left > 0 {
                    let at = self.at;
                    self.at = at.next(self.view.capacity);
                    self.left -= 1;
                    self.view.watch_write(at);
                    // SAFETY: an item of the caller's, counted off before, so it is dropped once even if this panics.
                    unsafe { ptr::drop_in_place(self.view.place(at).cast::<T>()) };
                }
            }
        }

        impl<T, L: Layout> Drop for Rest<T, L> {
            fn drop(&mut self) {
                self.run();
            }
        }

        if core::mem::needs_drop::<T>() {
            // Dropping `Rest` a second time, after the run, finds nothing left, unless the run was cut short by a panic.
            Rest { view: *self, at, left: count }.run();
        }
    }

    #[inline(always)]
    pub(super) fn watch_write(&self, at: Position) {
        self.ctl().watch.write(at.idx());
    }

    #[inline(always)]
    pub(super) fn watch_read(&self, at: Position) {
        self.ctl().watch.read(at.idx());
    }

    #[inline(always)]
    pub(super) fn watch_run(&self, at: Position, count: usize, watch: impl Fn(&Self, Position)) {
        if Watch::ACTIVE {
            let mut at = at;
            for _ in 0..count {
                watch(self, at);
                at = at.next(self.capacity);
            }
        }
    }

    /// The places of a run of slots that lie side by side: up to the end of the memory, and from its start. Of use only
    /// where there are no marks between them.
    #[inline(always)]
    pub(super) fn run(&self, at: Position, count: usize) -> (*mut [MaybeUninit<T>], *mut [MaybeUninit<T>]) {
        let (first, second) = self.capacity.pieces(at, count);
        let start = self.slot_ptr(at).as_ptr().cast::<MaybeUninit<T>>();
        let wrapped = self.slots.as_ptr().cast::<MaybeUninit<T>>();
        (ptr::slice_from_raw_parts_mut(start, first), ptr::slice_from_raw_parts_mut(wrapped, second))
    }

    /// Where the oldest item is, and where the next one will be. For the owner, while no end is at work.
    pub(super) fn at_rest(&self) -> (Position, Position) {
        // Relaxed, both: the owner has the ring to itself, so nobody writes them now.
        let head = Position::from_word(self.ctl().head.load(Ordering::Relaxed));
        (head, Position::from_word(self.ctl().tail.load(Ordering::Relaxed)))
    }

    /// Where the oldest item is, and how many there are. For the owner, while no end is at work.
    pub(super) fn settled(&self) -> (Position, usize) {
        let (head, tail) = self.at_rest();
        (head, self.capacity.distance(head, tail))
    }
}
