//! The producers' ends.

use core::convert::Infallible;
use core::fmt;
use core::hint::spin_loop;

use super::ticket::{Grant, Stamp, Ticket};
use super::view::{Ctl, View};
use crate::gauge::methods::producer_pressure;
use crate::gauge::{Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::sync::{Ordering, SEVERAL_CORES, SMALL};
use crate::{Pressure, PushError, Refusal};

/// The algorithm of a producer's end.
///
/// `next` is the ticket after this end's last one, or with [`FOREIGN`] one at which it has seen the tail. Tickets before `limit` have a
/// slot, by what this end has last seen of the consumer, and so a push with a ticket before `gate` does not fill the ring up to the high
/// watermark.
pub(super) struct Tx<T> {
    ring: View<T>,
    next: usize,
    limit: Ticket,
    gate: Ticket,
}

// SAFETY: the end carries items to another thread, so they must be `Send`. The shared words are atomics, and the slots that
// it touches are its own (I2).
unsafe impl<T: Send> Send for Tx<T> {}

/// Why no ticket was dealt out.
enum No {
    Room,
    Closed,
}

/// Tickets that have been dealt out to this end: `count` from `first` on, at most `M`.
#[derive(Clone, Copy)]
struct Dealt<const M: usize> {
    first: Ticket,
    /// The one after them.
    next: Ticket,
    count: usize,
    /// Their slots. The grants last only until the consumer has stepped over the tickets.
    slots: [usize; M],
}

impl<const M: usize> Dealt<M> {
    fn slots(&self) -> &[usize] {
        // There are no more than fit; said so that no panic is left in the image.
        self.slots.get(..self.count).unwrap_or(&self.slots)
    }
}

impl<T> Tx<T> {
    /// # Safety
    /// No other end pushes or pops meanwhile, and the ring is not being split or dropped by anybody while this end is there.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        // Relaxed: whoever makes the ends has the ring to itself.
        let limit = Ticket::from_word(ring.ctl().limit.load(Ordering::Relaxed));
        // SAFETY: as the caller says.
        unsafe { Self::beside(ring, limit) }
    }

    /// An end that knows no more than the limit of another one: its first push looks where the watermarks are.
    ///
    /// # Safety
    /// The ring is not being split or dropped by anybody while this end is there.
    unsafe fn beside(ring: View<T>, limit: Ticket) -> Self {
        // Relaxed: whoever makes an end has another one, or the ring to itself.
        let producers = ring.ctl().rest.producers.fetch_add(1, Ordering::Relaxed);
        if producers > Ctl::MANY {
            // Relaxed: as above. Ends that were forgotten count for ever, and the count must not come around to none. Nor does it
            // come down to none: those that were not forgotten are far fewer, as they are somewhere in memory.
            ring.ctl().rest.producers.fetch_sub(1, Ordering::Relaxed);
        }
        let tail = Ticket::from_word(load_tail(&ring));
        Self { ring, next: tail.to_word() | FOREIGN, limit, gate: tail }
    }

    /// Has up to `max` tickets dealt out to this end, which is 1 to `M`, and gets at least 1.
    #[inline(always)]
    fn claim<const M: usize>(&mut self, ring: &View<T>, max: usize) -> Result<Dealt<M>, No> {
        let slots = ring.geometry();
        let mut word = if GUESSES { self.next().to_word() } else { load_tail(ring) };
        let mut backoff = Backoff::new();
        loop {
            let first = Ticket::from_word(word);
            // There is but one bit beside the ticket.
            if word != first.to_word() {
                return Err(No::Closed);
            }
            let Some(slot) = slots.granted(first, load_grant(ring, first)) else {
                let tail = load_tail(ring);
                if tail == word {
                    if GUESSES && first != self.next() {
                        self.next = word | FOREIGN;
                    }
                    return Err(No::Room);
                }
                // It has been dealt out by now.
                word = tail;
                continue;
            };
            let (mut granted, mut next, mut count) = ([slot; M], slots.next(first), 1);
            while count < max {
                let Some(slot) = slots.granted(next, load_grant(ring, next)) else { break };
                granted[count] = slot;
                next = slots.next(next);
                count += 1;
            }
            // [MP3] Release: pairs with [MP2]. Orders: the grants that we have seen before another producer's look at
            // them. Acquire: pairs with [MC8]. Orders: what the consumer did before it met us there, before what follows our push.
            // Relaxed when it fails: it is looked at again.
            match ring.ctl().tail.compare_exchange_weak(word, next.to_word(), Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return Ok(Dealt { first, next, count, slots: granted }),
                Err(_) => backoff.wait(),
            }
            word = load_tail(ring);
        }
    }

    /// Where it has last seen the tail.
    #[inline(always)]
    const fn next(&self) -> Ticket {
        Ticket::from_word(self.next)
    }

    /// Makes sure that the consumer finds what will be published at a ticket although the one before it may be open. After that
    /// was dealt out to us, so that others need not wait for these looks; and before the stamp (I5).
    #[inline(always)]
    fn look_back(&self, ring: &View<T>, first: Ticket) {
        if first.to_word() != self.next {
            let before = ring.geometry().previous(first);
            if is_open(ring, before) {
                self.tell_gap(before);
            }
        }
    }

    /// Leaves a note, if the ticket before ours stays open.
    #[cold]
    #[inline(never)]
    fn tell_gap(&self, before: Ticket) {
        let ring = &self.ring;
        if SEVERAL_CORES {
            // Mostly the other producer is just about to put its item in.
            for _ in 0..PATIENCE {
                spin_loop();
                if !is_open(ring, before) {
                    return;
                }
            }
        }
        // [MP5] Release: pairs with [MC4]. Orders: [MP3] before the consumer's look at the tail after it has taken the note
        // away. An exchange, so that this holds for every note that was left since the last time.
        ring.ctl().rest.gap.swap(true, Ordering::Release);
    }

    /// Makes the item of a ticket visible, or with a void stamp that there is none. `next` is the ticket after it.
    ///
    /// # Safety
    /// The ticket was dealt out to this end with this slot, and the item has been put in.
    #[inline(always)]
    unsafe fn publish(&mut self, ring: &View<T>, slot: usize, stamp: Stamp, next: Ticket) {
        self.next = next.to_word();
        // [MP4] Release: pairs with [MC1] and [MP6]. Orders: our write of the item before the consumer's read of it; the note
        // of a gap [MP5] before whatever follows the end of a later push.
        ring.stamp(slot).store(stamp.to_word(), Ordering::Release);
    }

    /// Under a policy, or that of the ring.
    #[inline(always)]
    fn push(&mut self, value: T, under: Option<Refusal>) -> Result<(), PushError<T>> {
        let ring = self.ring;
        let dealt = match self.claim::<1>(&ring, 1) {
            Ok(dealt) => dealt,
            Err(No::Room) => return Err(self.at_full(value, under)),
            Err(No::Closed) => return Err(PushError::Closed(value)),
        };
        // SAFETY: I2: the ticket was dealt out to us.
        unsafe { ring.write(dealt.slots[0], value) };
        self.look_back(&ring, dealt.first);
        // SAFETY: dealt out to us, and written above.
        unsafe { self.publish(&ring, dealt.slots[0], Stamp::FULL, dealt.next) };
        if self.gate.is_before(dealt.next) {
            self.watch();
        }
        Ok(())
    }

    /// What a push does that finds no room.
    #[cold]
    #[inline(never)]
    fn at_full(&self, value: T, under: Option<Refusal>) -> PushError<T> {
        self.press();
        match under.unwrap_or_else(|| self.ring.ctl().rest.policy.refusal()) {
            Refusal::DropIncoming => {
                // Relaxed: a count.
                self.ring.ctl().rest.shed.fetch_add(1, Ordering::Relaxed);
                PushError::Shed(value)
            }
            Refusal::Reject => PushError::Full(value),
        }
    }

    /// Raises the pressure on a ring that has been seen full.
    fn press(&self) {
        if !self.depth().follows() && self.ring.gauge().is_below(0, 0) {
            settle(&self.ring);
        }
    }

    /// Does what a push besides that is not before the gate: it raises the pressure, if the ring is that full, and finds the
    /// next gate. Beyond the high mark there is none, and each push looks whether the pressure is still on.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        if SMALL || self.may_raise() {
            // Relaxed: a count.
            self.limit = Ticket::from_word(self.ring.ctl().limit.load(Ordering::Relaxed));
            if SMALL || self.may_raise() {
                settle(&self.ring);
            }
        }
        self.set_gate();
    }

    /// Whether the level is below what it is at least with our item, and those before it, by what we know.
    fn may_raise(&self) -> bool {
        let (slots, gauge) = (self.ring.geometry(), self.ring.gauge());
        !self.depth().follows() && gauge.is_below(slots.count() - slots.held(self.next(), self.limit), gauge.below())
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        &self.ring
    }

    /// The marks have been changed.
    fn look_at_marks(&mut self) {
        self.set_gate();
    }

    /// The first ticket whose push may fill the ring up to the high mark, by what we know.
    fn set_gate(&mut self) {
        let slots = self.ring.geometry();
        if self.depth().follows() {
            // There is nothing to raise: it is met once in half of all laps.
            self.gate = self.next().farthest();
            return;
        }
        let high = slots.count() - self.ring.gauge().below();
        self.gate = slots.advance(slots.lap_before(self.limit), high - 1);
    }

    /// What `look` says of the next ticket, while that is not dealt out.
    fn at_tail<R>(&self, look: impl Fn(Ticket) -> R) -> R {
        let mut word = load_tail(&self.ring);
        loop {
            let answer = look(Ticket::from_word(word));
            let tail = load_tail(&self.ring);
            if tail == word {
                return answer;
            }
            word = tail;
        }
    }

    /// Whether the ticket `ahead` of the next one has a slot; `ahead` is below the number of slots.
    fn is_granted(&self, ahead: usize) -> bool {
        self.at_tail(|tail| self.has_slot(self.ring.geometry().advance(tail, ahead)))
    }

    /// How many tickets from the next one on have a slot.
    fn free(&self) -> usize {
        let slots = self.ring.geometry();
        self.at_tail(|tail| {
            // Those before `with` have one, and from `without` on none has: each was so at some moment, and in between there
            // was one when just those before the answer had.
            let (mut with, mut without) = (0, slots.count());
            while with < without {
                let middle = with + (without - with) / 2;
                if self.has_slot(slots.advance(tail, middle)) { with = middle + 1 } else { without = middle }
            }
            with
        })
    }

    /// Whether a ticket has a slot that is at most as many tickets after the tail as there are slots.
    fn has_slot(&self, ticket: Ticket) -> bool {
        self.ring.geometry().granted(ticket, load_grant(&self.ring, ticket)).is_some()
    }

    /// Puts in items of an iterator, up to `max`, on tickets that are dealt out together. Answers with how many, and whether
    /// there can be more.
    fn push_batch(&mut self, max: usize, items: &mut impl Iterator<Item = T>) -> (usize, bool) {
        let ring = self.ring;
        let dealt = match self.claim::<BATCH>(&ring, max) {
            Ok(dealt) => dealt,
            Err(No::Room) => {
                self.press();
                return (0, false);
            }
            Err(No::Closed) => return (0, false),
        };
        self.look_back(&ring, dealt.first);
        let slots = dealt.slots();
        let mut rest = Rest { tx: self, next: dealt.first, slots };
        for (count, &slot) in slots.iter().enumerate() {
            let Some(item) = items.next() else { return (count, false) };
            rest.put(slot, item);
        }
        (dealt.count, true)
    }
}

/// Tickets of a batch that have not been used yet. Those that are left in the end are given back, and the pressure is looked at.
struct Rest<'e, T> {
    tx: &'e mut Tx<T>,
    next: Ticket,
    slots: &'e [usize],
}

impl<T> Rest<'_, T> {
    fn put(&mut self, slot: usize, item: T) {
        // SAFETY: I2: a slot of the batch, not used before.
        unsafe { self.tx.ring.write(slot, item) };
        // SAFETY: the slot of the next ticket, written above.
        unsafe { self.publish(slot, Stamp::FULL) };
    }

    /// # Safety
    /// It is the slot of the next ticket, and with a full stamp, the item has been put in.
    unsafe fn publish(&mut self, slot: usize, stamp: Stamp) {
        let ring = self.tx.ring;
        let next = ring.geometry().next(self.next);
        // SAFETY: the ticket was dealt out to us; the rest as the caller says.
        unsafe { self.tx.publish(&ring, slot, stamp, next) };
        self.next = next;
        if let [_, later @ ..] = self.slots {
            self.slots = later;
        }
    }
}

impl<T> Drop for Rest<'_, T> {
    fn drop(&mut self) {
        while let Some(&slot) = self.slots.first() {
            // SAFETY: the slot of the next ticket, and not a full stamp.
            unsafe { self.publish(slot, Stamp::VOID) };
        }
        if self.tx.gate.is_before(self.next) {
            self.tx.watch();
        }
    }
}

/// Of `next`: the ticket before it is not this end's.
const FOREIGN: usize = 2;

/// Whether an end takes the tail to be where it has last seen it, until it learns better: its exchange then need not wait for a look,
/// which waits for its last exchange. Elsewhere tickets come around, and an end that was idle for long would be mistaken.
const GUESSES: bool = usize::BITS >= 64 && !SMALL;

/// The most tickets that are dealt out at once.
const BATCH: usize = 32;

/// How often a producer looks whether the one before it has put its item in, before it leaves a note.
const PATIENCE: usize = 16;

/// A pause after a ticket was lost to another producer: short, and bounded. None where it may have been a guess.
struct Backoff(u32);

impl Backoff {
    const MOST: u32 = 5;

    #[inline(always)]
    const fn new() -> Self {
        Self(0)
    }

    #[inline(always)]
    fn wait(&mut self) {
        if SEVERAL_CORES {
            for _ in u32::from(GUESSES)..1 << self.0 {
                spin_loop();
            }
            self.0 = (self.0 + 1).min(Self::MOST);
        }
    }
}

#[inline(always)]
pub(super) fn load_tail<T>(ring: &View<T>) -> usize {
    // [MP2] Acquire: pairs with [MP3]. Orders: the grants that another producer had seen before our look at the next one, so
    // that the ring is never called full by an old grant and a new tail.
    ring.ctl().tail.load(Ordering::Acquire)
}

#[inline(always)]
fn load_grant<T>(ring: &View<T>, ticket: Ticket) -> Grant {
    // [MP1] Acquire: pairs with [MC3] and [MC7]. Orders: the consumer's read of an item before our write to its slot; the
    // dealing out of the tickets that it has seen used before our next look at the tail.
    Grant::from_word(ring.grant(ticket).load(Ordering::Acquire))
}

/// Whether the ticket has been dealt out and not been used yet, and the consumer may not have come by. It may say so of one that
/// has been used up.
#[inline(always)]
pub(super) fn is_open<T>(ring: &View<T>, ticket: Ticket) -> bool {
    // If its turn has been granted to a later ticket, the consumer has stepped over it or has used it up.
    let Some(slot) = ring.geometry().granted(ticket, load_grant(ring, ticket)) else { return false };
    // [MP6] Acquire: pairs with [MP4]. Orders: what the producer before us did, its note of a gap [MP5] included, before
    // what follows our push.
    Stamp::from_word(ring.stamp(slot).load(Ordering::Acquire)) == Stamp::NONE
}

impl<T> Drop for Tx<T> {
    fn drop(&mut self) {
        // [MP7] Release: pairs with [MC5]. Orders: our last [MP4] before the consumer's last look.
        self.ring.ctl().rest.producers.fetch_sub(1, Ordering::Release);
        // [MP8] SeqCst: pairs with [MC8], and is so for the same reason. Orders: that we are gone before the consumer's look whether
        // anybody is left, or what it did before it met us before what follows our end. It leaves the word as it is, so that it does no
        // harm to the next ends, whoever is making them.
        self.ring.ctl().tail.fetch_or(0, Ordering::SeqCst);
    }
}

/// An end of a ring that puts items in. There can be many: [`clone`](Clone::clone) it.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`]: each thread, and each interrupt, has its own.
///
/// When the last one is dropped, the consumer still gets what is inside, and then [`Closed`](crate::PopError::Closed).
pub struct Producer<'q, T, K = ()> {
    tx: End<'q, Tx<T>, K>,
}

impl<'q, T, K> Producer<'q, T, K> {
    pub(super) const fn new(tx: End<'q, Tx<T>, K>) -> Self {
        Self { tx }
    }

    /// Puts a value in.
    ///
    /// # Errors
    /// The value comes back. [`Full`](PushError::Full) or [`Shed`](PushError::Shed): no slot is free, and the
    /// [policy](Self::refusal) says which. [`Closed`](PushError::Closed): the consumer is gone or has closed the ring.
    ///
    /// # Progress
    /// Lock-free: if it has to try again, another producer has got a ticket. A producer that is held up for ever between any
    /// two steps costs the ring its slot, and nobody waits for it longer than some spin-loop hints.
    ///
    /// # Ordering
    /// All that happened before the push happens before what follows the pop of the item. What came before a pop happens
    /// before what follows a push into the freed slot.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PushError, mpsc::Ring};
    ///
    /// let mut ring = Ring::<_, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let mut another = producer.clone();
    /// producer.push('a')?;
    /// another.push('b')?;
    /// assert_eq!(producer.push('c'), Err(PushError::Full('c')));
    /// assert_eq!(consumer.pop(), Ok('a'));
    /// producer.push('c')?;
    /// # Ok::<(), PushError<char>>(())
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), PushError<T>> {
        self.tx.push(value, None)
    }

    /// Puts a value in as [`push`](Self::push), but at full under this policy, whatever the ring's is.
    ///
    /// # Errors
    /// As [`push`](Self::push), by that policy.
    ///
    /// # Progress
    /// As [`push`](Self::push).
    ///
    /// # Ordering
    /// As [`push`](Self::push).
    ///
    /// # Examples
    /// A value that its producer has waited with for long enough:
    /// ```
    /// use forebay_core::{PushError, Refusal, mpsc::Ring};
    ///
    /// let mut ring = Ring::<_, 1>::new();
    /// let (mut producer, _consumer) = ring.split();
    /// producer.push('a')?;
    /// assert_eq!(producer.push('b'), Err(PushError::Full('b')));
    /// assert_eq!(producer.push_under(Refusal::DropIncoming, 'b'), Err(PushError::Shed('b')));
    /// assert_eq!(producer.shed(), 1);
    /// # Ok::<(), PushError<char>>(())
    /// ```
    #[inline]
    pub fn push_under(&mut self, refusal: Refusal, value: T) -> Result<(), PushError<T>> {
        self.tx.push(value, Some(refusal))
    }

    /// Puts in items of an iterator as long as there are some and there is room, and answers with how many. The others
    /// stay in the iterator.
    ///
    /// Tickets are taken for as many items at once as the iterator says that it has at least and there is room for, up to 32:
    /// much cheaper than one by one. Items of others may come out between them. Does nothing at full, whatever the policy,
    /// but a [closed](Self::is_closed) ring takes nothing either.
    ///
    /// The iterator is asked for an item when there is a slot for it. If it has none then, though its
    /// [`size_hint`](Iterator::size_hint) did not say so, that slot counts as taken until the consumer looks for an item, and
    /// others may find a small ring full with nothing inside: so wake a consumer that sleeps after each call, whatever the
    /// answer. Iterators that say how many there are (ranges, slices, `map`, `zip`, a `Vec`) never do this. One that says 0
    /// (`filter`, `flat_map`, [`from_fn`](core::iter::from_fn)) has a ticket at a time, and the last one in vain: there
    /// [`push`](Self::push) in a loop is as fast and does without. One that says too much has up to 32 in vain.
    ///
    /// # Panics
    /// If the iterator does. What it gave before is in the ring, and nobody has to wait for the rest; the other slots of its
    /// batch count as taken until the consumer comes by.
    ///
    /// # Progress
    /// Lock-free, as [`push`](Self::push); while the iterator works out an item it holds the slots of this batch.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::mpsc::Ring;
    ///
    /// let mut ring = Ring::<_, 4>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let mut numbers = 1..;
    /// assert_eq!(producer.push_iter(&mut numbers), 4);
    /// assert_eq!(consumer.pop(), Ok(1));
    /// assert_eq!(numbers.next(), Some(5));
    /// ```
    pub fn push_iter(&mut self, items: impl IntoIterator<Item = T>) -> usize {
        let mut items = items.into_iter();
        let mut count = 0;
        loop {
            let (least, most) = items.size_hint();
            if most == Some(0) {
                return count;
            }
            let (put, more) = self.tx.push_batch(least.clamp(1, BATCH), &mut items);
            count += put;
            if !more {
                return count;
            }
        }
    }

    /// What a push does that finds no room.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        self.tx.ring.ctl().rest.policy.refusal()
    }

    /// Changes what a push does that finds no room, for all producers.
    pub fn set_refusal(&self, refusal: Refusal) {
        self.tx.ring.ctl().rest.policy.set(refusal.into());
    }

    /// How many values have been [shed](PushError::Shed) since the ring was made. The count wraps.
    #[must_use]
    pub fn shed(&self) -> usize {
        // Relaxed: a count.
        self.tx.ring.ctl().rest.shed.load(Ordering::Relaxed)
    }

    producer_pressure! {
        tx;
        pressure: {
            /// It is [`Closed`](Pressure::Closed) when the consumer is gone or has closed the ring.
        }, {
            ///
            /// A producer that is held up in the middle of a push can't keep it up on a ring with room: it is `Open` once a pop has found
            /// nothing. Till then the slots that are held count as items.
        }, {
            /// ```
            /// use forebay_core::{Pressure, Watermarks, mpsc::Ring};
            ///
            /// let mut ring = Ring::<u32, 8>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// producer.set_watermarks(Watermarks::new(6, 2)?)?;
            /// let another = producer.clone();
            /// let mut pushed = 0;
            /// while producer.pressure() == Pressure::Open {
            ///     producer.push(pushed).unwrap();
            ///     pushed += 1;
            /// }
            /// assert_eq!((pushed, another.pressure()), (6, Pressure::Slow));
            /// assert_eq!(consumer.drain().take(3).count(), 3);
            /// assert_eq!(producer.pressure(), Pressure::Slow, "three are left");
            /// assert_eq!(consumer.pop(), Ok(3));
            /// assert_eq!(producer.pressure(), Pressure::Open);
            /// # Ok::<(), forebay_core::WatermarkError>(())
            /// ```
        }
        pressure_since: {
            /// ```
            /// use forebay_core::{Pressure, Seen, mpsc::Ring};
            ///
            /// let mut ring = Ring::<u32, 2>::new();
            /// let (mut producer, mut consumer) = ring.split();
            /// let mut seen = Seen::default();
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// producer.push_iter([1, 2]);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop));
            /// assert_eq!(consumer.pressure_since(&mut seen), None);
            /// consumer.pop_all(drop);
            /// producer.push_iter([1, 2]);
            /// assert_eq!(consumer.pressure_since(&mut seen), Some(Pressure::Stop), "it was open in between");
            /// ```
        }
        set_watermarks: {
            /// So it is from the first push of every producer that has pushed nothing yet, and from the consumer's first pop. Ends that
            /// have been used go by the old marks until they look again, within a lap: so set them first, or at each end.
        }
    }

    /// Whether nothing is taken in any more, because the consumer is gone or has closed the ring.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        load_tail(&self.tx.ring) & Ctl::CLOSED != 0
    }

    /// How many items are inside; an item that another producer is just putting in may count.
    ///
    /// It was so at some moment of the call, and is never above the capacity: the slots that the consumer had not given back.
    /// Exact at rest, but for slots that [`push_iter`](Self::push_iter) asked an item for in vain: those count until a pop comes
    /// by.
    ///
    /// # Progress
    /// Lock-free: it begins anew if another producer has got a ticket meanwhile. A number of loads that grows with the
    /// logarithm of the capacity, all of words that pushes and pops write: a look at each of many pushes costs more than they do.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::mpsc::Ring;
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push_iter(0..5), 5);
    /// assert_eq!((producer.len(), producer.free()), (5, 3));
    /// assert_eq!(consumer.pop(), Ok(0));
    /// assert_eq!((producer.len(), producer.free()), (4, 4));
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.capacity() - self.tx.free()
    }

    /// Whether nothing was inside, at some moment of the call. Another producer may push at any time.
    ///
    /// # Progress
    /// Lock-free, as [`len`](Self::len), with three loads.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tx.is_granted(self.capacity() - 1)
    }

    /// Whether there was no room, at some moment of the call: a push then would have been refused. There may be some at any
    /// time.
    ///
    /// # Progress
    /// Lock-free, as [`len`](Self::len), with three loads.
    #[must_use]
    pub fn is_full(&self) -> bool {
        !self.tx.is_granted(0)
    }

    /// How many items could have been pushed, at some moment of the call. There may be room for more at any time, and other
    /// producers may take it.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn free(&self) -> usize {
        self.tx.free()
    }

    /// How many items the ring holds at most.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.tx.end.ring.geometry().count()
    }

    /// Whether at least so many items are inside, which are no more than the ring holds at most: as [`len`](Self::len)` >= count`,
    /// with three loads.
    #[inline]
    pub(crate) fn holds(&self, count: usize) -> bool {
        count == 0 || !self.tx.is_granted(self.capacity() - count)
    }
}

impl<T, K: Clone> Clone for Producer<'_, T, K> {
    /// Another end. Any number can be out.
    fn clone(&self) -> Self {
        // SAFETY: this end is there, so nobody splits or drops the ring.
        let another = |tx: &Tx<T>| Ok::<_, Infallible>(unsafe { Tx::beside(tx.ring, tx.limit) });
        // SAFETY: that is one of the same ring.
        let Ok(tx) = unsafe { self.tx.beside(another) };
        Self { tx }
    }
}

impl<T, K> fmt::Debug for Producer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("is_closed", &self.is_closed())
            .finish()
    }
}
