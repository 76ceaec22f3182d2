//! The consumer's end.

use core::fmt;
use core::iter::FusedIterator;

use super::depth::Turns;
use super::layout::sealed::{Mark as _, Side};
use super::run::{ReadRun, ReadSlot};
use super::view::View;
use super::{Dense, Layout};
use crate::gauge::methods::consumer_pressure;
use crate::gauge::{self, Depth, Seen, WatermarkError, Watermarks};
use crate::owner::End;
use crate::position::Position;
use crate::slip::Slip;
use crate::sync::{Ordering, SMALL};
use crate::{PopError, Pressure};

/// The algorithm of the consumer's end.
///
/// Positions from `head` up to `known` are known to hold items; `known` is the producer's tail as last seen. With a mark
/// beside each item, the mark tells instead. `head` never passes `known` but by a claim that moves it, or a later claim
/// would find items that aren't there. The pop at `gate`, which with `Dense` is before or at `known`, may find no item or
/// reach the low watermark.
pub(super) struct Rx<T, L: Layout> {
    ring: View<T, L>,
    head: Position,
    known: Position,
    gate: Position,
    span: usize,
    /// Counted in a ring with room for one.
    turns: Turns,
    slip: Slip,
}

// SAFETY: the end receives items from another thread, so they must be `Send`. The shared words are atomics, and the
// slots that it touches are its own (I2).
unsafe impl<T: Send, L: Layout> Send for Rx<T, L> {}

impl<T, L: Layout> Rx<T, L> {
    /// # Safety
    /// This becomes the only consumer's end of the ring, which is at rest at these positions, and no producer's end is at work yet.
    #[inline(always)]
    pub(super) unsafe fn new(ring: View<T, L>, (head, known): (Position, Position)) -> Self {
        // Relaxed: whoever makes the ends has the ring to itself, see `owner::pair`.
        ring.ctl().ends.consumer.store(true, Ordering::Relaxed);
        Self { ring, head, known, gate: head, span: 0, turns: Turns::at(head), slip: Slip::NEW }
    }

    #[inline(always)]
    pub(super) const fn ring(&self) -> &View<T, L> {
        &self.ring
    }

    #[inline(always)]
    pub(super) const fn head(&self) -> Position {
        self.head
    }

    /// Makes sure that there is an item at `head`.
    #[inline(always)]
    pub(super) fn claim(&mut self) -> Result<(), PopError> {
        let (ring, head) = (self.ring, self.head);
        let ready = if View::<T, L>::FLAGGED {
            ring.mark(head).is_full()
        } else if head != self.known {
            true
        } else {
            let (known, further) = self.slip.look(head, ring.capacity(), move || ring.ctl().load_tail());
            self.known = known;
            further
        };
        if !ready {
            self.look_again()?;
        }
        Ok(())
    }

    /// The same for a pop at the gate.
    #[inline(always)]
    fn claim_at_gate(&mut self) -> Result<(), PopError> {
        if !SMALL || View::<T, L>::FLAGGED {
            return self.claim();
        }
        // In a few bytes: whether the producer is gone is known before its tail, and so no second look is needed.
        let may_push = self.ring.ctl().has_producer();
        self.known = self.ring.ctl().load_tail();
        if self.head != self.known {
            return Ok(());
        }
        // The marks may be others, too.
        self.watch();
        Err(if may_push { PopError::Empty } else { PopError::Closed })
    }

    /// Whether the producer, too, is gone where there was no item; and if so, whether it left something in the meantime.
    #[cold]
    fn look_again(&mut self) -> Result<(), PopError> {
        let ring = self.ring;
        // The marks may be others, too.
        self.watch();
        if ring.ctl().has_producer() {
            return Err(PopError::Empty);
        }
        self.known = ring.ctl().load_tail();
        if self.known == self.head { Err(PopError::Closed) } else { Ok(()) }
    }

    /// The next gate: after the items known, but for no more than may be taken without a look at the pressure. Since it isn't
    /// raised before there are `high` items, `span` pops can't bring the ring to the low mark.
    #[inline(always)]
    fn set_gate(&mut self, span: usize) {
        let capacity = self.ring.capacity();
        let span = if View::<T, L>::FLAGGED { span } else { span.min(capacity.distance_here(self.head, self.known)) };
        self.gate = self.head.advance(span, capacity);
    }

    /// Lowers the pressure if the ring is that empty, and finds the next gate.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        if self.depth().follows() {
            // Each pop is at the gate.
            self.gate = self.head;
            self.turns.count(self.head);
            return;
        }
        let (span, is_up) = gauge::span(self.depth());
        if !SMALL {
            self.span = if is_up { 0 } else { span };
        }
        self.set_gate(span);
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(self.head, Side::Consumer, self.turns)
    }

    /// The level of the pressure is to be looked at with the next pop.
    pub(super) fn look_at_marks(&mut self) {
        self.gate = self.head;
        self.span = 0;
    }

    /// How many items are there at least. They may be read.
    #[inline]
    pub(super) fn len(&self) -> usize {
        if View::<T, L>::FLAGGED && !self.ring.mark(self.head).is_full() {
            return 0;
        }
        let len = self.ring.capacity().distance(self.head, self.ring.ctl().load_tail());
        // I4: the mark says that there is an item, while the count may lag behind it by one.
        if View::<T, L>::FLAGGED { len.max(1) } else { len }
    }

    #[inline]
    fn is_bare(&self) -> bool {
        let ring = self.ring;
        let is_empty =
            if View::<T, L>::FLAGGED { !ring.mark(self.head).is_full() } else { ring.ctl().load_tail() == self.head };
        is_empty && ring.ctl().has_producer() && ring.gauge().is_open()
    }

    /// How many items are there, at most `max`. They may be read.
    #[inline]
    pub(super) fn claim_up_to(&mut self, max: usize) -> usize {
        if View::<T, L>::FLAGGED {
            // Single items are popped without regard to `known`, so it says nothing.
            return self.len().min(max);
        }
        let capacity = self.ring.capacity();
        if capacity.distance(self.head, self.known) < max {
            self.known = self.ring.ctl().load_tail();
        }
        capacity.distance(self.head, self.known).min(max)
    }

    /// Takes the item at `head` and gives its slot back.
    ///
    /// # Safety
    /// The item was claimed.
    #[inline(always)]
    pub(super) unsafe fn take(&mut self) -> T {
        let (ring, head) = (self.ring, self.head);
        // SAFETY: as the caller says.
        let item = unsafe { self.take_at(ring, head) };
        if head == self.gate {
            self.watch();
        }
        item
    }

    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        let (ring, head) = (self.ring, self.head);
        // With a mark the gate says nothing of the item, but of the watermark all the same.
        if head == self.gate || (View::<T, L>::FLAGGED && !ring.mark(head).is_full()) {
            return self.pop_at_gate();
        }
        // SAFETY: I2: an item is there, before the gate or by its mark.
        Ok(unsafe { self.take_at(ring, head) })
    }

    /// A pop that may find no item, or reach the watermark.
    #[inline(always)]
    fn pop_at_gate(&mut self) -> Result<T, PopError> {
        let (ring, head) = (self.ring, self.head);
        if !SMALL && !View::<T, L>::FLAGGED && head == self.known {
            let tail = ring.ctl().load_tail();
            if head.is_one_before(tail) && ring.gauge().is_open() {
                (self.known, self.gate) = (tail, tail);
                // SAFETY: I2: there is an item before the tail.
                return Ok(unsafe { self.take_at(ring, head) });
            }
        }
        self.pop_and_watch()
    }

    /// The rest of it: with more than one item, or under pressure.
    #[cold]
    #[cfg_attr(not(all(target_os = "none", not(target_pointer_width = "64"))), inline(always))]
    #[cfg_attr(all(target_os = "none", not(target_pointer_width = "64")), inline(never))]
    fn pop_and_watch(&mut self) -> Result<T, PopError> {
        self.claim_at_gate()?;
        // SAFETY: claimed above.
        let item = unsafe { self.take_at(self.ring, self.head) };
        if !SMALL && self.span > 0 && self.ring.gauge().is_open() {
            self.set_gate(self.span);
        } else {
            self.watch();
        }
        Ok(item)
    }

    /// Takes the item at `head` and gives its slot back, told again what is known already: a compiler loads it again after each
    /// atomic load otherwise.
    ///
    /// # Safety
    /// The item was claimed; `ring` and `head` are those of this end.
    #[inline(always)]
    unsafe fn take_at(&mut self, ring: View<T, L>, head: Position) -> T {
        // SAFETY: I2: a claimed item is ours, and we move past it below.
        let item = unsafe { ring.read(head) };
        self.release_at(ring, head);
        item
    }

    /// Gives the slot at `head` back, whose item has been taken out or dropped.
    #[inline(always)]
    fn release_at(&mut self, ring: View<T, L>, head: Position) {
        ring.mark(head).free();
        self.head = head.next(ring.capacity());
        // [C3] Release: pairs with [P3]. Orders: our read of the item before the producer's next write to its slot, and
        // [C8] before the producer's count.
        ring.ctl().head.store(self.head.to_word(), Ordering::Release);
    }

    /// Drops `count` claimed items in place, and gives their slots back, even if a drop panics.
    ///
    /// # Safety
    /// The items were claimed.
    pub(super) unsafe fn discard(&mut self, count: usize) {
        struct Released<'e, T, L: Layout> {
            rx: &'e mut Rx<T, L>,
            count: usize,
        }

        impl<T, L: Layout> Drop for Released<'_, T, L> {
            fn drop(&mut self) {
                self.rx.release(self.count);
            }
        }

        let released = Released { rx: self, count };
        // SAFETY: I2: claimed items are ours, and they are released whatever happens.
        unsafe { released.rx.ring.drop_items(released.rx.head, count) };
    }

    /// Gives the slots of `count` items back, which have been taken out or dropped.
    #[inline]
    fn release(&mut self, count: usize) {
        if View::<T, L>::FLAGGED {
            // One by one, so that the count lags behind the marks by one item at most (I4).
            for _ in 0..count {
                let head = self.head;
                self.release_at(self.ring, head);
                if head == self.gate {
                    self.watch();
                }
            }
            return;
        }
        let reaches_gate = self.ring.capacity().distance(self.head, self.gate) < count;
        self.head = self.head.advance(count, self.ring.capacity());
        // [C3] Release: as in `release_at`, for all the items at once.
        self.ring.ctl().head.store(self.head.to_word(), Ordering::Release);
        if reaches_gate {
            self.watch();
        }
    }

    /// Copies claimed items out and gives their slots back.
    ///
    /// # Safety
    /// As many items were claimed as there is room in `values`.
    unsafe fn copy_out(&mut self, values: &mut [T])
    where
        T: Copy,
    {
        // SAFETY: I2: claimed items.
        unsafe { self.ring.copy_out(self.head, values) };
        self.release(values.len());
    }

    /// The item at a position.
    ///
    /// # Safety
    /// The item was claimed, and nobody else has a reference to it.
    #[inline]
    pub(super) unsafe fn item(&self, at: Position) -> *mut T {
        self.ring.watch_read(at);
        self.ring.place(at).cast()
    }
}

impl<T, L: Layout> Drop for Rx<T, L> {
    fn drop(&mut self) {
        self.ring.gauge().close();
        // [C6] Release: pairs with [P4], [P7] and [O2]. Orders: our last [C3] and [C8] before what follows there.
        self.ring.ctl().ends.consumer.store(false, Ordering::Release);
    }
}

/// The end of a ring that takes items out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, `L` its [layout](Layout), and `K` what keeps the ring alive where the ends own
/// it (nothing, by default). It is [`Send`] if the items are, and never [`Sync`].
///
/// Counts such as [`len`](Self::len) are exact as to the consumer's own pops; the producer may put items in at any time,
/// so there can only be more than they say.
///
/// Dropping it closes the ring: once that is full, the producer's pushes are refused with
/// [`Closed`](crate::PushError::Closed). What is inside stays there, and is dropped with the ring or taken after another split.
/// A consumer that must not lose anything therefore asks the producer to stop, pops until [`Closed`](PopError::Closed), and
/// goes last.
///
/// To share it between threads, move it, or put one `Mutex` around it. A function that takes any consumer is
/// `fn f<T, L: Layout, K>(consumer: &mut Consumer<'_, T, L, K>)`; an end that owns its ring is an `OwnedConsumer<T>`.
pub struct Consumer<'q, T, L: Layout = Dense, K = ()> {
    rx: End<'q, Rx<T, L>, K>,
}

impl<'q, T, L: Layout, K> Consumer<'q, T, L, K> {
    pub(super) const fn new(rx: End<'q, Rx<T, L>, K>) -> Self {
        Self { rx }
    }

    /// Takes the oldest item out.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): there is no item now. [`Closed`](PopError::Closed): there is none, the producer is
    /// gone, and so there will be none.
    ///
    /// # Progress
    /// Wait-free: at most four loads and two stores of shared words, no read-modify-write; where the [pressure](Self::pressure)
    /// changes, some more, 25 steps in all, or 27 on a core without compare-and-swap. Where items stream and this end
    /// keeps catching up with the producer, it may stay behind on purpose for some 32 spin-loop hints before it looks for more,
    /// well under a microsecond mostly; never on a 32-bit core without an operating system, in a ring of less than 8 items, with
    /// [`Flagged`](super::Flagged), or after it found the ring empty.
    ///
    /// # Ordering
    /// All that happened before the push of the item happens before what follows the pop. What came before the pop
    /// happens before what follows a push into the freed slot.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PopError, spsc::Ring};
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(consumer.pop(), Err(PopError::Empty));
    /// producer.push(1).unwrap();
    /// drop(producer);
    /// assert_eq!(consumer.pop(), Ok(1));
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Result<T, PopError> {
        self.rx.pop()
    }

    /// The oldest item, which stays where it is. `None` can be stale at once: the producer may put an item in at any time.
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Ordering
    /// As [`pop`](Self::pop) as to what came before the push.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(consumer.peek(), None);
    /// producer.push(7).unwrap();
    /// assert_eq!(consumer.peek(), Some(&7));
    /// assert_eq!(consumer.pop(), Ok(7));
    /// ```
    #[must_use]
    pub fn peek(&self) -> Option<&T> {
        self.iter().next()
    }

    /// The oldest item, to be changed where it is. `None` can be stale at once.
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push(7).unwrap();
    /// if let Some(number) = consumer.peek_mut() {
    ///     *number += 1;
    /// }
    /// assert_eq!(consumer.pop(), Ok(8));
    /// ```
    #[must_use]
    pub fn peek_mut(&mut self) -> Option<&mut T> {
        self.iter_mut().next()
    }

    /// The oldest item, to be used where it is and then released or taken.
    ///
    /// Dropped without either, the item stays.
    ///
    /// # Errors
    /// As [`pop`](Self::pop).
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::{PopError, spsc::Ring};
    /// let mut ring = Ring::<[u8; 256], 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push([7; 256]).unwrap();
    /// let slot = consumer.read_slot()?;
    /// assert_eq!(slot[255], 7);
    /// slot.release();
    /// assert!(consumer.is_empty());
    /// # Ok::<(), PopError>(())
    /// ```
    #[inline]
    pub fn read_slot(&mut self) -> Result<ReadSlot<'_, T, L>, PopError> {
        self.rx.claim()?;
        Ok(ReadSlot::new(&mut self.rx))
    }

    /// Copies items out, oldest first, as many as there are and as fit, and releases them together. Answers with how many. See
    /// [`is_closed`](Self::is_closed) for a loop that misses none.
    ///
    /// # Progress
    /// Wait-free. With [`Dense`], one release for all the items.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u8, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push_slice(b"hello");
    /// let mut bytes = [0; 4];
    /// assert_eq!((consumer.pop_slice(&mut bytes), &bytes), (4, b"hell"));
    /// assert_eq!((consumer.pop_slice(&mut bytes), bytes[0]), (1, b'o'));
    /// ```
    #[inline]
    pub fn pop_slice(&mut self, values: &mut [T]) -> usize
    where
        T: Copy,
    {
        let count = self.rx.claim_up_to(values.len());
        if let Some(values) = values.get_mut(..count) {
            // SAFETY: that many items were claimed.
            unsafe { self.rx.copy_out(values) };
        }
        count
    }

    /// Takes out, one by one, the items that are inside at the call. What comes in meanwhile stays for the next time, so
    /// this ends however fast the producer is. What the iterator does not reach stays too.
    ///
    /// # Progress
    /// Wait-free, each step.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push_slice(&[1, 2, 3]);
    /// assert_eq!(consumer.drain().take(2).sum::<u32>(), 3);
    /// assert_eq!(consumer.len(), 1);
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T, L> {
        let left = self.rx.claim_up_to(usize::MAX);
        Drain { rx: &mut self.rx, left }
    }

    /// The items that are inside at the call, oldest first; they stay. What comes in meanwhile is left out.
    ///
    /// # Progress
    /// Wait-free, each step.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, consumer) = ring.split();
    /// producer.push_slice(&[1, 2, 3]);
    /// assert_eq!(consumer.iter().sum::<u32>(), 6);
    /// assert_eq!(consumer.len(), 3);
    /// ```
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T, L> {
        Iter { rx: &self.rx, at: self.rx.head, left: self.rx.len() }
    }

    /// The items that are inside at the call, oldest first, to be changed; they stay. What comes in meanwhile is left out.
    ///
    /// # Progress
    /// Wait-free, each step.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push_slice(&[1, 2, 3]);
    /// consumer.iter_mut().for_each(|number| *number *= 10);
    /// assert!(consumer.drain().eq([10, 20, 30]));
    /// ```
    #[must_use]
    pub fn iter_mut(&mut self) -> IterMut<'_, T, L> {
        IterMut { at: self.rx.head, left: self.rx.len(), rx: &mut self.rx }
    }

    /// Drops the items that are inside at the call, and answers with how many. If the drop of one panics, the others are
    /// dropped all the same.
    ///
    /// # Progress
    /// Wait-free but for the items' own `Drop`.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push_slice(&[1, 2, 3]);
    /// assert_eq!(consumer.clear(), 3);
    /// assert!(consumer.is_empty());
    /// ```
    pub fn clear(&mut self) -> usize {
        let count = self.rx.claim_up_to(usize::MAX);
        // SAFETY: they were claimed.
        unsafe { self.rx.discard(count) };
        count
    }

    /// How many items are inside. The producer may put more in at any time.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rx.len()
    }

    /// Whether there was no item inside. There may be one at any time.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rx.len() == 0
    }

    /// Whether a pop would have found nothing and changed nothing: there was no item inside, the producer was there, and there was no
    /// [pressure](Self::pressure) to take back. It costs less than a pop.
    ///
    /// # Progress
    /// Wait-free: three loads.
    #[inline]
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.rx.is_bare()
    }

    /// Whether there was no room left. If so, it stays so until the next pop.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }

    /// How many slots are free. The producer may fill some at any time.
    ///
    /// # Progress
    /// Wait-free: one load, with flags two.
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.rx.len()
    }

    /// How many items the ring holds: exactly what was asked for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.rx.ring.capacity().get()
    }

    consumer_pressure!(rx);

    /// The marks may be others now: they are looked at with the next pop.
    #[cfg(any(target_has_atomic = "ptr", feature = "portable-atomic"))]
    pub(crate) fn look_at_marks(&mut self) {
        self.rx.look_at_marks();
    }

    /// Whether the producer is gone. Once it is, it stays so, unless the ring is split anew. There may still be items
    /// inside: [`pop`](Self::pop) tells when they are used up.
    ///
    /// A loop over batches asks *before* it takes the batch: if it asked after an empty one, what the producer put in
    /// between, as its last deed, would be missed.
    ///
    /// # Progress
    /// Wait-free: one load.
    ///
    /// # Ordering
    /// If it says so, all that the producer pushed is there for the next look.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// # let mut ring = Ring::<u32, 64>::new();
    /// # let (mut producer, mut consumer) = ring.split();
    /// # let mut sum = 0;
    /// # std::thread::scope(|threads| {
    /// # threads.spawn(move || assert_eq!(producer.push_iter(0..10), 10));
    /// loop {
    ///     let closed = consumer.is_closed();
    ///     let taken = consumer.drain().map(|number| sum += number).count();
    ///     if taken == 0 && closed {
    ///         break;
    ///     }
    /// }
    /// # });
    /// # assert_eq!(sum, 45);
    /// ```
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u32, 4>::new();
    /// let (producer, consumer) = ring.split();
    /// assert!(!consumer.is_closed());
    /// drop(producer);
    /// assert!(consumer.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // [C5] Acquire: pairs with [P6]. Orders: the producer's last publication before our next look.
        !self.rx.ring.ctl().ends.producer.load(Ordering::Acquire)
    }
}

impl<T, K> Consumer<'_, T, Dense, K> {
    /// Up to `max` of the oldest items, as many as are inside at the call, to be read in place as one batch. The run may
    /// be empty. See [`is_closed`](Self::is_closed) for a loop that misses none.
    ///
    /// Dropped without a release, the items stay.
    ///
    /// # Progress
    /// Wait-free.
    ///
    /// # Examples
    /// ```
    /// # use forebay_core::spsc::Ring;
    /// let mut ring = Ring::<u8, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// producer.push_slice(b"header:body");
    /// let run = consumer.read_run(usize::MAX);
    /// let (first, _second) = run.as_slices();
    /// let end = first.iter().position(|&byte| byte == b':').map_or(0, |at| at + 1);
    /// run.release(end);
    /// assert_eq!(consumer.peek(), Some(&b'b'));
    /// ```
    #[inline]
    pub fn read_run(&mut self, max: usize) -> ReadRun<'_, T> {
        let len = self.rx.claim_up_to(max);
        ReadRun::new(&mut self.rx, len)
    }
}

impl<'e, T, L: Layout, K> IntoIterator for &'e Consumer<'_, T, L, K> {
    type Item = &'e T;
    type IntoIter = Iter<'e, T, L>;

    fn into_iter(self) -> Iter<'e, T, L> {
        self.iter()
    }
}

impl<T, L: Layout, K> fmt::Debug for Consumer<'_, T, L, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Takes items out one by one. Made by [`Consumer::drain`].
pub struct Drain<'e, T, L: Layout = Dense> {
    rx: &'e mut Rx<T, L>,
    left: usize,
}

impl<T, L: Layout> Iterator for Drain<'_, T, L> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: `left` of the items at the head were claimed when the iterator was made, and only it takes them.
        Some(unsafe { self.rx.take() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, L: Layout> ExactSizeIterator for Drain<'_, T, L> {}
impl<T, L: Layout> FusedIterator for Drain<'_, T, L> {}

impl<T, L: Layout> fmt::Debug for Drain<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("left", &self.left).finish()
    }
}

/// Reads items in place. Made by [`Consumer::iter`].
pub struct Iter<'e, T, L: Layout = Dense> {
    rx: &'e Rx<T, L>,
    at: Position,
    left: usize,
}

impl<'e, T, L: Layout> Iterator for Iter<'e, T, L> {
    type Item = &'e T;

    #[inline]
    fn next(&mut self) -> Option<&'e T> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        self.at = at.next(self.rx.ring.capacity());
        // SAFETY: an item that was there when the iterator was made.
        let item = unsafe { self.rx.item(at) };
        // SAFETY: I2: it is the consumer's, which is borrowed, so nobody changes or takes it for `'e`.
        Some(unsafe { &*item })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, L: Layout> ExactSizeIterator for Iter<'_, T, L> {}
impl<T, L: Layout> FusedIterator for Iter<'_, T, L> {}

impl<T, L: Layout> Clone for Iter<'_, T, L> {
    fn clone(&self) -> Self {
        Self { rx: self.rx, at: self.at, left: self.left }
    }
}

impl<T, L: Layout> fmt::Debug for Iter<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").field("left", &self.left).finish()
    }
}

/// Changes items in place. Made by [`Consumer::iter_mut`].
pub struct IterMut<'e, T, L: Layout = Dense> {
    rx: &'e mut Rx<T, L>,
    at: Position,
    left: usize,
}

impl<'e, T, L: Layout> Iterator for IterMut<'e, T, L> {
    type Item = &'e mut T;

    #[inline]
    fn next(&mut self) -> Option<&'e mut T> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        self.at = at.next(self.rx.ring.capacity());
        // SAFETY: an item that was there when the iterator was made.
        let item = unsafe { self.rx.item(at) };
        // SAFETY: I2: it is the consumer's, which is borrowed for `'e`, and each position comes up once.
        Some(unsafe { &mut *item })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, L: Layout> ExactSizeIterator for IterMut<'_, T, L> {}
impl<T, L: Layout> FusedIterator for IterMut<'_, T, L> {}

impl<T, L: Layout> fmt::Debug for IterMut<'_, T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IterMut").field("left", &self.left).finish()
    }
}
