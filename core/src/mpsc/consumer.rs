//! The consumer's end.

use core::fmt;
use core::iter::FusedIterator;

use super::ticket::{Grant, Stamp, Ticket};
use super::view::{Ctl, View};
use crate::gauge::methods::consumer_pressure;
use crate::gauge::{self, Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::slip::Slip;
use crate::sync::{Ordering, SEVERAL_CORES, fence, has_pressure};
use crate::{PopError, Pressure, Refusal};

/// A ticket that has been used, its slot, and whether an item is inside.
#[derive(Clone, Copy)]
struct Found {
    ticket: Ticket,
    slot: usize,
    is_full: bool,
}

/// The algorithm of the consumer's end.
///
/// Tickets before `limit` have a slot; those from N before that on are held: they have not been used up. Of these it has stepped
/// over the ones before `head`, the holes. While there is none and the producers have left no note of a gap, the consumer looks
/// at `head` alone; otherwise it is `odd`. The pop at `gate`, which is not before `head`, may reach the low watermark; while it is
/// odd, each pop is at the gate. Where the pressure follows from the item, there is no other gate: it lies behind.
pub(super) struct Rx<T> {
    ring: View<T>,
    head: Ticket,
    limit: Ticket,
    gate: Ticket,
    /// Where `head` was when it last found nothing.
    missed: Ticket,
    slip: Slip,
    /// Whether it has closed the ring, which nobody else does.
    closed: bool,
    /// Something may lie beyond a ticket that hasn't been used: until all tickets before `until`, which says nothing otherwise, have
    /// been used up.
    odd: bool,
    until: Ticket,
    lost: usize,
}

// SAFETY: the end receives items from other threads, so they must be `Send`. The shared words are atomics, and the slots
// that it touches are its own (I2).
unsafe impl<T: Send> Send for Rx<T> {}

impl<T> Rx<T> {
    /// # Safety
    /// This becomes the only consumer's end of the ring, and no producer's end is at work yet.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        let ctl = ring.ctl();
        // Relaxed, all: whoever makes the ends has the ring to itself.
        ctl.rest.consumer.store(true, Ordering::Relaxed);
        // Relaxed: as above. Ends that were forgotten are gone, too.
        ctl.rest.producers.store(0, Ordering::Relaxed);
        let tail = Ticket::from_word(ctl.tail.load(Ordering::Relaxed));
        // Relaxed: as above. Open again, if it was closed.
        ctl.tail.store(tail.to_word(), Ordering::Relaxed);
        let limit = Ticket::from_word(ctl.limit.load(Ordering::Relaxed));
        let head = ring.geometry().lap_before(limit);
        let mut rx = Self {
            ring,
            head,
            limit,
            gate: head,
            missed: head,
            slip: Slip::NEW,
            closed: false,
            odd: true,
            until: tail,
            // Relaxed: as above.
            lost: ctl.rest.shed.load(Ordering::Relaxed),
        };
        ring.gauge().open();
        settle(&ring);
        // The first pop is at the gate: by then the marks may be other ones.
        rx.become_even();
        rx
    }

    /// The earliest ticket that has not been used up.
    fn first(&self) -> Ticket {
        self.ring.geometry().lap_before(self.limit)
    }

    /// The slot of a ticket that is held, or has not been dealt out.
    fn slot(&self, ticket: Ticket) -> usize {
        self.ring.geometry().slot(ticket, read_grant(&self.ring, ticket))
    }

    fn load_tail(&self) -> usize {
        // Relaxed: what has to be seen has been seen before, and what the tickets were used for is seen by [MC1].
        self.ring.ctl().tail.load(Ordering::Relaxed)
    }

    /// Takes the oldest item.
    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        let (ring, slots, head) = (self.ring, self.ring.geometry(), self.head);
        let grant = read_grant(&ring, head);
        let slot = slots.slot(head, grant);
        if head == self.gate || read_stamp(&ring, slot) != Stamp::FULL {
            return self.search();
        }
        // I4: there is no hole.
        debug_assert!(!self.odd && self.limit == slots.lap_after(head));
        let next = slots.next(head);
        self.head = next;
        self.limit = slots.lap_after(next);
        // SAFETY: I2: the item of the oldest ticket that hasn't been used up, and we have moved past it.
        let item = unsafe { ring.read(slot) };
        give(&ring, head, slot, slots.again(grant), slots.lap_after(next));
        Ok(item)
    }

    /// Moves past a ticket that has been used up, and grants its slot to the next ticket that has none.
    #[inline(never)]
    fn release(&mut self, Found { ticket, slot, .. }: Found) {
        let (ring, slots, limit) = (self.ring, self.ring.geometry(), self.limit);
        // I3: those that were stepped over before it move up by one ticket each, so that the first one's turn is free.
        let mut at = ticket;
        while at != self.first() {
            let before = slots.previous(at);
            // [MC7] Release: pairs with [MP1]. Orders: the dealing out of this ticket, before the next look at the tail of a
            // producer that has looked for an earlier ticket of the same turn.
            ring.grant(at).store(slots.grant(at, self.slot(before)).to_word(), Ordering::Release);
            at = before;
        }
        self.limit = slots.next(limit);
        if !ticket.is_before(self.head) {
            self.head = slots.next(ticket);
        }
        give(&ring, limit, slot, slots.grant(limit, slot), self.limit);
        self.become_even();
    }

    /// Takes the oldest item where it may not be at the head, or where the pressure is to be looked at.
    #[cold]
    #[inline(never)]
    fn search(&mut self) -> Result<T, PopError> {
        let found = self.seek();
        let item = found.map(|found| {
            // SAFETY: I2: `seek` has found an item, and its slot is released before anybody looks again.
            let item = unsafe { self.ring.read(found.slot) };
            self.release(found);
            item
        });
        self.watch(item.is_ok());
        item
    }

    /// Lowers the pressure if the ring is that empty, and finds the next gate: the pop before which there is nothing to lower, and
    /// nothing to be found but at the head.
    fn watch(&mut self, found: bool) {
        if self.depth().follows() && !self.odd {
            // Nobody lowers it. A gate behind the head is not met before the tickets begin anew.
            self.gate = self.ring.geometry().lap_before(self.head);
            return;
        }
        if !found && !self.odd && !self.gate.is_before(self.head) && self.ring.gauge().is_open() {
            return;
        }
        let (span, _) = gauge::span(&self.ring);
        self.gate = self.ring.geometry().advance(self.head, if self.odd { 0 } else { span });
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        &self.ring
    }

    /// The level of the pressure is to be looked at with the next pop.
    fn look_at_marks(&mut self) {
        self.gate = self.head;
    }

    /// Finds the oldest item.
    fn seek(&mut self) -> Result<Found, PopError> {
        let mut found = self.find();
        let slots = self.ring.geometry();
        if found.is_none() && SEVERAL_CORES {
            let since = slots.distance(self.missed, self.head);
            self.missed = self.head;
            if self.slip.learn(since, slots.count()) {
                Slip::wait(slots.count());
                found = self.find();
                self.slip.judge(found.is_some());
            }
        }
        if found.is_none() {
            self.look_whether_closed()?;
            found = self.find();
        }
        found.ok_or(PopError::Closed)
    }

    /// An error if there may be more items.
    fn look_whether_closed(&self) -> Result<(), PopError> {
        let ctl = self.ring.ctl();
        // [MC5] Acquire: pairs with [MP7]. Orders: the producers' last items before our last look.
        if ctl.rest.producers.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        let all_used_up = || !self.odd && self.head == Ticket::from_word(self.load_tail());
        if self.closed && all_used_up() { Ok(()) } else { Err(PopError::Empty) }
    }

    /// Finds the oldest item. `None`: each push that was over before has been taken.
    #[inline]
    fn find(&mut self) -> Option<Found> {
        // The first look of those below, so that it is short where there is nothing: one that waits does it again and again.
        if SEVERAL_CORES && !self.odd && self.is_nothing(read_stamp(&self.ring, self.slot(self.head))) {
            return None;
        }
        self.find_on()
    }

    /// Whether there is nothing, by the stamp of the head's slot, when it looks at no other.
    fn is_nothing(&self, stamp: Stamp) -> bool {
        stamp == Stamp::NONE && !self.is_gap()
    }

    #[inline(never)]
    fn find_on(&mut self) -> Option<Found> {
        // The earliest ticket that has been used is found each time. After N that were given back without an item, the next has
        // been dealt out since we began, and so all pushes that were over before have been taken.
        for _ in 0..=self.ring.geometry().count() {
            if !self.odd {
                match self.look_at(self.head) {
                    Some(found) if found.is_full => return Some(found),
                    None if !self.is_gap() => return None,
                    _ => self.become_odd(),
                }
            }
            let Some(found) = self.find_before(Ticket::from_word(self.load_tail())) else {
                self.become_even();
                return None;
            };
            if found.is_full {
                return Some(found);
            }
            // Given back without an item.
            self.release(found);
            if has_pressure() && self.depth().follows() {
                // [MC10] SeqCst: pairs with the fence of whoever says that it waits for another pressure before it looks at that. Orders:
                // that there is room before our next look who waits, as [G3] does where the level is kept.
                fence(Ordering::SeqCst);
            }
        }
        None
    }

    /// Whether a ticket that is held has been used.
    fn look_at(&self, ticket: Ticket) -> Option<Found> {
        let slot = self.slot(ticket);
        let stamp = read_stamp(&self.ring, slot);
        (stamp != Stamp::NONE).then_some(Found { ticket, slot, is_full: stamp == Stamp::FULL })
    }

    fn close(&mut self) {
        self.closed = true;
        close(&self.ring);
    }

    /// Meets the producers at the tail. Whether all tickets that had been dealt out by then have been used up.
    fn meet(&self) -> bool {
        if has_pressure() && !self.depth().follows() {
            // [MC9] SeqCst: pairs with [G3]. Orders: what we took before our next look at the level.
            fence(Ordering::SeqCst);
        }
        // [MC8] SeqCst: pairs with [MP3] and [MP8]. Orders: what we did before, before what follows the push of each later ticket, and
        // the end of each producer that goes later; that others have gone before, before our next look. An exchange, as those are:
        // each of them comes before it or after it. (AcqRel would do, but LLVM makes nothing of that on x86 where nobody asks for the
        // answer, as it takes an exchange that changes nothing for a fence.)
        let tail = self.ring.ctl().tail.fetch_or(0, Ordering::SeqCst);
        self.first() == Ticket::from_word(tail)
    }

    fn is_bare(&self) -> bool {
        // The word says so, too, if it is closed.
        self.load_tail() == self.first().to_word()
            // Relaxed: as for the tail.
            && self.ring.ctl().rest.producers.load(Ordering::Relaxed) != 0
            && self.ring.gauge().is_open()
    }

    fn is_gap(&self) -> bool {
        // Relaxed: what is left to be seen is seen by [MC4].
        self.ring.ctl().rest.gap.load(Ordering::Relaxed)
    }

    /// From now on every look is at all tickets that have been dealt out.
    fn become_odd(&mut self) {
        // [MC4] Acquire: pairs with [MP5]. Orders: the dealing out of their tickets to the producers that have left a note,
        // before our look at the tail.
        self.ring.ctl().rest.gap.swap(false, Ordering::Acquire);
        self.until = Ticket::from_word(self.load_tail());
        self.odd = true;
    }

    /// Looks at the head alone again, if that is enough now.
    fn become_even(&mut self) {
        if !self.odd {
            // `until` may be so long ago that it seems to be ahead.
            return;
        }
        if !self.head.is_before(self.until) {
            // It stays so, however many tickets go by.
            self.until = self.head;
        }
        self.odd = self.first() != self.head || self.head.is_before(self.until);
    }

    /// The earliest ticket before `tail` that has been used and not been used up, so that none is passed over whose push was
    /// over before that of the one that is found began.
    fn find_before(&self, tail: Ticket) -> Option<Found> {
        let slots = self.ring.geometry();
        let mut found = None;
        let mut at = self.head;
        while found.is_none() && at != tail {
            found = self.look_at(at);
            at = slots.next(at);
        }
        // Now that one has been seen to be used, all earlier ones again, the latest first: if it was used after another one had
        // been, that one is seen now.
        while at != self.first() {
            at = slots.previous(at);
            found = self.look_at(at).or(found);
        }
        found
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        self.close();
        // [MC6] Release: pairs with [MO2]. Orders: all that we did before what the next ends do.
        self.ring.ctl().rest.consumer.store(false, Ordering::Release);
    }
}

#[inline(always)]
fn read_grant<T>(ring: &View<T>, ticket: Ticket) -> Grant {
    // Relaxed: nobody else writes it.
    Grant::from_word(ring.grant(ticket).load(Ordering::Relaxed))
}

#[inline(always)]
fn read_stamp<T>(ring: &View<T>, slot: usize) -> Stamp {
    // [MC1] Acquire: pairs with [MP4]. Orders: the producer's write of the item before our read of it, and all that it had
    // seen before our next looks at earlier tickets.
    Stamp::from_word(ring.stamp(slot).load(Ordering::Acquire))
}

/// Wipes out the stamp of a slot, and grants that to the ticket at the limit, or to one of its turn, where the limit goes on to
/// the next one.
#[inline(always)]
fn give<T>(ring: &View<T>, ticket: Ticket, slot: usize, grant: Grant, limit: Ticket) {
    // Relaxed: whoever stamps it next has read the grant.
    ring.stamp(slot).store(Stamp::NONE.to_word(), Ordering::Relaxed);
    // [MC3] Release: pairs with [MP1]. Orders: our read of an item, and the wiping out, before the next write to its slot; the
    // dealing out of the tickets that we have seen used before a producer's next look at the tail.
    ring.grant(ticket).store(grant.to_word(), Ordering::Release);
    // Relaxed: for a count, which orders nothing, and for whoever has the ring to itself later.
    ring.ctl().limit.store(limit.to_word(), Ordering::Relaxed);
}

/// From now on no ticket is dealt out.
fn close<T>(ring: &View<T>) {
    // Relaxed: the producers learn nothing else from it.
    ring.ctl().tail.fetch_or(Ctl::CLOSED, Ordering::Relaxed);
    ring.gauge().close();
}

/// The end of a ring that takes items out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`].
///
/// Dropping it closes the ring: pushes are refused from then on. What is inside stays there, and is dropped with the ring or
/// taken after another split. A consumer that must not lose anything [closes](Self::close) the ring first, and pops until
/// [`Closed`](PopError::Closed).
pub struct Consumer<'q, T, K = ()> {
    rx: End<'q, Rx<T>, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    pub(super) const fn new(rx: End<'q, Rx<T>, K>) -> Self {
        Self { rx }
    }

    /// Takes the oldest item out.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): each push that was over has been taken. [`Closed`](PopError::Closed): so it is, and there
    /// will be no other, because the last producer is gone or the ring is [closed](Self::close).
    ///
    /// # Progress
    /// Bounded. While no producer is held up in the middle of a push it looks at one slot; otherwise also at those that are held,
    /// or where they are many at all slots, before each item. Where items stream and this end keeps catching up with the
    /// producers, it may stay behind on purpose for some 32 spin-loop hints.
    ///
    /// # Ordering
    /// All that happened before the push of the item happens before what follows the pop. Items of one producer come out in
    /// the order in which it pushed them, and no item comes before another whose push was over when its own began.
    #[inline]
    pub fn pop(&mut self) -> Result<T, PopError> {
        self.rx.pop()
    }

    /// Takes items out, as many as the ring can hold at most, until there is none.
    ///
    /// Each is taken, and its slot free, when the iterator gives it; dropped early, it leaves the others inside.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::mpsc::Ring;
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push_iter(0..5), 5);
    /// assert_eq!(consumer.drain().sum::<i32>(), 10);
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain { left: self.capacity(), rx: &mut self.rx }
    }

    /// Hands all items that are inside to a closure, and those that come meanwhile, but no more than the capacity. Answers
    /// with how many.
    ///
    /// If the closure panics, the item that it had is gone, and the others are still inside.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::mpsc::Ring;
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push_iter(0..5), 5);
    /// let mut sum = 0;
    /// assert_eq!(consumer.pop_all(|number| sum += number), 5);
    /// assert_eq!(sum, 10);
    /// ```
    pub fn pop_all(&mut self, mut take: impl FnMut(T)) -> usize {
        let mut count = 0;
        self.drain().for_each(|item| {
            take(item);
            count += 1;
        });
        count
    }

    /// Nothing is taken in from now on; what is inside can still be taken out. A push that is under way may still put its
    /// item in, and while one is held up the consumer is told [`Empty`](PopError::Empty), not `Closed`.
    pub fn close(&mut self) {
        self.rx.close();
    }

    /// Meets the producers: `true`, if nothing is inside, and no push under way has a slot. All that this thread did before this call happens
    /// before what follows each push that gets a slot later; and, if the next [`pop`](Self::pop) says `Empty` and not `Closed`, before what
    /// follows the drop of the last producer.
    ///
    /// So whoever wants to sleep says that it does, and calls this, and may sleep after `true` if a pop then finds nothing: a producer that has
    /// pushed, or was dropped, sees that it is to be woken, and needs no fence for that. That pop has left the [pressure](Self::pressure) `Open`, as one
    /// after a fence does, if the ring is not closed. After `false` something is inside, or a producer has a slot and may not see it:
    /// it is in the middle of a push, or its [`push_iter`](super::Producer::push_iter) has asked for an item in vain, and no pop has come by since.
    ///
    /// # Progress
    /// Wait-free: one read-modify-write operation on the word from which each push gets its ticket, and a fence.
    ///
    /// # Examples
    /// A consumer that is woken only when it sleeps:
    /// ```
    /// use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    /// use std::thread;
    ///
    /// use forebay_core::PopError;
    /// use forebay_core::mpsc::{Consumer, Ring};
    ///
    /// static RING: Ring<u32, 64> = Ring::new();
    /// static SLEEPS: AtomicBool = AtomicBool::new(false);
    ///
    /// fn take(consumer: &mut Consumer<'_, u32>) -> Option<u32> {
    ///     loop {
    ///         match consumer.pop() {
    ///             Ok(number) => return Some(number),
    ///             Err(PopError::Closed) => return None,
    ///             Err(PopError::Empty) => SLEEPS.store(true, Relaxed),
    ///         }
    ///         let is_met = consumer.meet();
    ///         match consumer.pop() {
    ///             Ok(number) => return Some(number),
    ///             Err(PopError::Closed) => return None,
    ///             Err(PopError::Empty) if is_met => thread::park(),
    ///             // Somebody is in the middle of a push, and may not see it.
    ///             Err(PopError::Empty) => thread::yield_now(),
    ///         }
    ///     }
    /// }
    ///
    /// let (mut producer, mut consumer) = RING.try_split()?;
    /// let worker = thread::spawn(move || std::iter::from_fn(|| take(&mut consumer)).sum::<u32>());
    /// let wake = || {
    ///     if SLEEPS.load(Relaxed) {
    ///         SLEEPS.store(false, Relaxed);
    ///         worker.thread().unpark();
    ///     }
    /// };
    /// for number in 1..=4 {
    ///     producer.push(number).unwrap();
    ///     wake();
    /// }
    /// // The end goes first.
    /// drop(producer);
    /// wake();
    /// assert_eq!(worker.join().unwrap(), 10);
    /// # Ok::<(), forebay_core::InUse>(())
    /// ```
    #[inline]
    #[must_use]
    pub fn meet(&self) -> bool {
        self.rx.meet()
    }

    /// Whether a pop would find nothing now and change nothing: nothing is inside, no push under way has a slot, the ring is not closed, and
    /// there is no [pressure](Self::pressure) to take back. It costs less than a pop.
    ///
    /// # Progress
    /// Wait-free: three relaxed loads.
    #[inline]
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.rx.is_bare()
    }

    /// Whether nothing is taken in any more: [closed](Self::close), or no producer is left.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // Relaxed, both: what came before is seen by the next pop.
        self.rx.ring.ctl().rest.producers.load(Ordering::Relaxed) == 0
            || self.rx.ring.ctl().tail.load(Ordering::Relaxed) & Ctl::CLOSED != 0
    }

    /// How many items are inside; an item that a producer is just putting in may count.
    ///
    /// It is never above the capacity, and exact at rest, but for slots that [`Producer::push_iter`](super::Producer::push_iter)
    /// asked an item for in vain: those count until a pop comes by.
    #[must_use]
    pub fn len(&self) -> usize {
        // Relaxed: a producer may go on at any time.
        let tail = Ticket::from_word(self.rx.ring.ctl().tail.load(Ordering::Relaxed));
        let slots = self.rx.ring.geometry();
        slots.count() - slots.distance(tail, self.rx.limit)
    }

    /// Whether [`len`](Self::len) is 0.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether [`len`](Self::len) is the capacity.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }

    /// How many items there is room for. Producers may take some at any time, so there can only be less.
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.len()
    }

    /// How many items the ring holds at most.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.rx.end.ring.geometry().count()
    }

    consumer_pressure!(rx);

    /// How many values have been [shed](crate::PushError::Shed) since this was last asked, or since the ring was split. Asked
    /// after each pop, it says how many were lost between two items.
    pub fn lost(&mut self) -> usize {
        // Relaxed: a count. What was shed before the item that was popped last is in it by [MC1].
        let shed = self.rx.ring.ctl().rest.shed.load(Ordering::Relaxed);
        shed.wrapping_sub(core::mem::replace(&mut self.rx.lost, shed))
    }

    /// How many values have been [shed](crate::PushError::Shed) since the ring was made. The count wraps.
    #[must_use]
    pub fn shed(&self) -> usize {
        // Relaxed: a count.
        self.rx.ring.ctl().rest.shed.load(Ordering::Relaxed)
    }

    /// What a push does that finds no room.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.rx.ring.ctl().rest.policy.refusal()
    }

    /// Changes what a push does that finds no room, for all producers.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.rx.ring.ctl().rest.policy.set(refusal.into());
    }
}

impl<T, K> fmt::Debug for Consumer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// Takes items out: see [`Consumer::drain`].
pub struct Drain<'e, T> {
    rx: &'e mut Rx<T>,
    left: usize,
}

impl<T> Iterator for Drain<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        let item = self.rx.pop().ok();
        if item.is_none() {
            self.left = 0;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl<T> FusedIterator for Drain<'_, T> {}

impl<T> fmt::Debug for Drain<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mpsc::Ring;

    /// A quarter of all laps goes by.
    fn go_on(consumer: &mut Consumer<'_, u32>) {
        let rx: &mut Rx<u32> = &mut consumer.rx;
        let quarter = 1 << (usize::BITS - 2);
        let on = |ticket: Ticket| Ticket::from_word(ticket.to_word().wrapping_add(quarter));
        (rx.head, rx.limit, rx.gate, rx.missed) = (on(rx.head), on(rx.limit), on(rx.gate), on(rx.missed));
        let ctl = rx.ring.ctl();
        // Relaxed, both: one thread.
        ctl.tail.fetch_add(quarter, Ordering::Relaxed);
        // Relaxed: as above.
        ctl.limit.fetch_add(quarter, Ordering::Relaxed);
    }

    /// However many tickets go by, it looks at the head alone where nobody is held up, and knows the end.
    #[test]
    fn laps_that_come_around_do_not_make_it_odd() {
        fn holds<const N: usize>() {
            let mut ring = Ring::<u32, N>::new();
            let (mut producer, mut consumer) = ring.split();
            for quarters in 0..8 {
                for number in 0..7 {
                    assert_eq!((producer.push(number), consumer.pop()), (Ok(()), Ok(number)));
                }
                if quarters % 4 == 3 {
                    // The next one is not taken the short way, be it after many that were.
                    consumer.rx.look_at_marks();
                }
                assert_eq!((producer.push(7), consumer.pop()), (Ok(()), Ok(7)));
                assert!(!consumer.rx.odd, "room for {N}, after {quarters} quarters of all laps");
                go_on(&mut consumer);
                producer = producer.clone();
            }
            consumer.close();
            assert_eq!(consumer.pop(), Err(PopError::Closed));
        }
        holds::<1>();
        holds::<3>();
    }

    /// However many go by while one is held up, it looks at the head alone when that is over, and knows the end.
    #[test]
    fn laps_that_come_around_beside_an_open_ticket_do_not_keep_it_odd() {
        for quarters in 0..8 {
            let mut ring = Ring::<u32, 3>::new();
            let (mut producer, mut consumer) = ring.split();
            let mut another = producer.clone();
            let held_up = core::iter::from_fn(|| {
                for _ in 0..quarters {
                    for number in 0..7 {
                        assert_eq!((another.push(number), consumer.pop()), (Ok(()), Ok(number)));
                    }
                    assert!(consumer.rx.odd);
                    go_on(&mut consumer);
                    another = another.clone();
                }
                None
            });
            assert_eq!(producer.push_iter(held_up), 0);
            assert_eq!(consumer.pop(), Err(PopError::Empty));
            assert!(!consumer.rx.odd, "after {quarters} quarters of all laps");
            consumer.close();
            assert_eq!(consumer.pop(), Err(PopError::Closed));
        }
    }
}
