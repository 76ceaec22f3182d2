//! The consumer's end.

use core::fmt;
use core::iter::FusedIterator;

use super::view::View;
use super::word::{Position, State};
use crate::gauge::methods::consumer_pressure;
use crate::gauge::{self, Depth, Seen, WatermarkError, Watermarks, settle};
use crate::owner::End;
use crate::sync::{LAPS_WRAP, Word};
use crate::{Overflow, PopError, Pressure};

/// A jump in a storm was in vain if fewer items than this were received before the next one was lost.
const FEW: usize = 16;

/// No slot.
const NOWHERE: usize = usize::MAX;

/// The algorithm of the consumer's end.
///
/// A pop at `gate`, which is a slot from the head on, less than a lap away, may reach the low watermark: it looks at the
/// pressure, and finds the next gate. One that snatches in haste puts its look off, as `swap.rs` says: it leaves no gate, and the pop that
/// ends the haste, or is the last of the [`FEW`], is at one again.
pub(super) struct Rx<T> {
    ring: View<T>,
    /// Its own cell: it holds no item.
    mine: usize,
    /// The next position to be read. The oldest item is at it, or after it if it was evicted.
    head: Position,
    /// How many items before `head` were not received.
    lost: usize,
    /// What `lost` was when it was asked for.
    told: usize,
    /// Whether a race for the oldest item was lost of late.
    haste: bool,
    /// How many items were received since one was lost.
    calm: usize,
    /// At how many pops in a row a jump was in vain: up to [`MOST_JUMPS`](Self::MOST_JUMPS).
    jumps: u8,
    /// From where on, and up to where, items before `head` may still be inside.
    left_behind: Option<(Position, Position)>,
    /// Whether the ring was closed by this end.
    closed: bool,
    /// The next slot where it looks at the pressure.
    gate: usize,
}

// SAFETY: the end receives items from another thread, so they must be `Send`. The shared words are atomics, and the cell
// that it touches is its own (I2).
unsafe impl<T: Send> Send for Rx<T> {}

impl<T> Rx<T> {
    /// After so many of those it snatches.
    const MOST_JUMPS: u8 = 2;

    /// # Safety
    /// This becomes the only consumer's end of the ring, and no other end is at work yet.
    #[inline(always)]
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        ring.open();
        let (mine, lost) = (ring.sit_down_to_read(), ring.lost());
        let head = ring.head();
        let left_behind = ring.left_behind(head);
        ring.gauge().open();
        settle(ring.depth(Some(head)));
        let gate = head.idx();
        Self { ring, mine, head, lost, told: lost, haste: false, calm: 0, jumps: 0, left_behind, closed: false, gate }
    }

    #[inline(always)]
    fn pop(&mut self) -> Result<T, PopError> {
        if LAPS_WRAP {
            self.refresh();
        }
        let ring = self.ring;
        let mut word = ring.load(self.head);
        let mut looked = false;
        loop {
            match ring.shape.state(word, self.head) {
                State::Full => {
                    let free = ring.shape.freed(word, self.head, self.mine);
                    match ring.exchange(self.head, word, free) {
                        Ok(()) => return Ok(self.received(word)),
                        Err(now) => word = now,
                    }
                }
                // An item of the lap before is one that was left behind: we have been there.
                State::Free | State::Before => {
                    self.look_again()?;
                    word = ring.load(self.head);
                }
                State::Barred => return Err(self.found_nothing(PopError::Closed)),
                State::Later => {
                    if self.is_to_snatch() {
                        if let Some(word) = self.snatch(word) {
                            return Ok(self.received(word));
                        }
                    }
                    word = self.overtaken(word, looked);
                    looked = true;
                }
            }
        }
    }

    /// Our cell went into the slot at `head`, and the one that was there is ours, with an item.
    #[inline(always)]
    fn received(&mut self, word: Word) -> T {
        self.mine = self.ring.shape.cell(word);
        // SAFETY: I2: the cell that we got for ours, with the item at `head`.
        let item = unsafe { self.ring.read(self.mine) };
        let idx = self.head.idx();
        self.head = self.ring.shape.next(self.head);
        self.ring.set_head(self.head);
        if self.haste {
            self.calm += 1;
            self.haste = self.calm <= self.ring.shape.slots();
            if self.gate == NOWHERE && (self.calm >= FEW || !self.haste) {
                self.gate = idx;
            }
        }
        if idx == self.gate {
            self.watch();
        }
        item
    }

    /// The item at `head` was evicted. Goes to one that is inside; answers with the word there. If that `again` is true in one pop,
    /// a race was lost.
    ///
    /// That is the oldest one, unless that race was lost before: then it's one that can be had before it is evicted, and
    /// those before it are left behind.
    #[cold]
    fn overtaken(&mut self, word: Word, again: bool) -> Word {
        let shape = self.ring.shape;
        // What was evicted before `word` was stored ends a lap before it.
        let oldest = shape.lap_before(shape.after_last(word, self.head.idx()));
        if again {
            self.haste = true;
        } else {
            let in_vain = self.haste && self.calm < FEW;
            self.jumps = if in_vain { (self.jumps + 1).min(Self::MOST_JUMPS) } else { 0 };
        }
        self.calm = 0;
        self.left_behind = None;
        if LAPS_WRAP || !self.haste {
            if let Some((oldest, word)) = self.oldest_from(oldest) {
                self.go_to(oldest);
                return word;
            }
            self.haste = true;
        }
        let to = shape.advance(oldest, shape.slots() / 2);
        if to != oldest {
            self.left_behind = Some((oldest, to));
        }
        self.go_to(to);
        self.ring.load(to)
    }

    /// The item at `head` was evicted: whether there is no use in looking into any other slot. The only one has the oldest item.
    #[inline]
    const fn is_to_snatch(&self) -> bool {
        let in_vain = self.haste && self.calm < FEW && self.jumps == Self::MOST_JUMPS;
        !LAPS_WRAP && (in_vain || self.ring.shape.slots() == 1)
    }

    /// The item at `head` was evicted. Takes the one that is in the same slot now, as `word` says or says no more, and leaves all
    /// before it behind. Answers with the word that it was taken by, or `None` if there is no item.
    ///
    /// The slot is ours more likely than any other: the load has just fetched it, or the exchange that failed.
    #[cold]
    #[inline(never)]
    fn snatch(&mut self, mut word: Word) -> Option<Word> {
        let shape = self.ring.shape;
        while shape.full_cell(word).is_some() {
            let at = shape.in_lap(word, self.head.idx());
            match self.ring.exchange(at, word, shape.freed(word, at, self.mine)) {
                Ok(()) => {
                    // It was published, so what is a lap before the next one was evicted. It is a lap or more after the old
                    // head: from `oldest` on nothing was taken out here.
                    let oldest = shape.lap_before(shape.next(at));
                    self.left_behind = (oldest != at).then_some((oldest, at));
                    self.go_to(at);
                    self.calm = 0;
                    if self.haste {
                        self.gate = NOWHERE;
                    }
                    return Some(word);
                }
                // A race was lost.
                Err(now) => (self.haste, word) = (true, now),
            }
        }
        None
    }

    /// There is nobody to be raced with just now.
    fn calm_down(&mut self) {
        self.haste = false;
        if self.gate == NOWHERE {
            self.gate = self.head.idx();
        }
    }

    /// Lowers the pressure, if the ring is that empty, and finds the next gate.
    #[cold]
    #[inline(never)]
    fn watch(&mut self) {
        let (span, _) = gauge::span(self.depth());
        self.gate = self.ring.shape.advance(self.head, span).idx();
    }

    /// The ring, as its gauge has to know it.
    #[inline(always)]
    fn depth(&self) -> impl Depth {
        self.ring.depth(Some(self.head))
    }

    /// The level of the pressure is to be looked at with the next pop.
    fn look_at_marks(&mut self) {
        self.gate = self.head.idx();
    }

    /// Goes on to a position without the items before it.
    fn go_to(&mut self, to: Position) {
        if to != self.head {
            // Beyond the gate perhaps, and with fewer items inside than it was made for, if some were left behind.
            self.gate = to.idx();
        }
        self.lost = self.lost.wrapping_add(self.ring.shape.distance(self.head, to));
        self.ring.set_lost(self.lost);
        self.head = to;
    }

    /// From a position before which all was evicted to the oldest item, with the word that is there. `None` if that takes
    /// more looks than it can where nobody evicts: the race is lost.
    ///
    /// The search ends before the last item, which is less than a lap on.
    fn oldest_from(&self, from: Position) -> Option<(Position, Word)> {
        let shape = self.ring.shape;
        let mut looks = 2 * (usize::BITS - shape.slots().leading_zeros()) + 4;
        let look = |at| {
            if !LAPS_WRAP {
                looks = looks.checked_sub(1).ok_or(())?;
            }
            Ok::<_, ()>(self.ring.load(at))
        };
        let was_evicted = |state| state == State::Later;
        shape.seek(from, look, was_evicted, |word, idx| shape.lap_before(shape.after_last(word, idx))).ok()
    }

    /// Where laps come around: goes on to where the oldest item is or was, less than a lap ago, if it was overtaken.
    fn refresh(&mut self) {
        let shape = self.ring.shape;
        let last = shape.previous(self.head);
        let word = self.ring.load(last);
        // If the slot before the head is free, we freed it, and nobody was there since: we were not overtaken.
        if shape.full_cell(word).is_some() {
            self.go_to(shape.lap_before(shape.after_last(word, last.idx())));
        }
    }

    /// There was no item at `head`: is that for good?
    #[cold]
    fn look_again(&mut self) -> Result<(), PopError> {
        let ring = &self.ring;
        if ring.has_producers() && !ring.is_noticed() {
            return Err(self.found_nothing(PopError::Empty));
        }
        if matches!(ring.shape.state(ring.load(self.head), self.head), State::Full | State::Later) {
            // One was left before the last producer went, or saw the mark.
            return Ok(());
        }
        Err(self.found_nothing(PopError::Closed))
    }

    /// There was no item at `head`: answers with why.
    #[cold]
    fn found_nothing(&mut self, why: PopError) -> PopError {
        self.calm_down();
        if !self.ring.gauge().is_open() || self.left_behind.is_some() {
            self.tidy_up();
        }
        why
    }

    /// There was no item: lowers the pressure, and takes out what was left behind.
    #[cold]
    #[inline(never)]
    fn tidy_up(&mut self) {
        settle(self.depth());
        self.sweep();
    }

    fn close(&mut self) {
        if !self.closed {
            self.closed = true;
            self.ring.close(self.head);
            self.calm_down();
            self.ring.gauge().close();
        }
    }

    /// Takes out what was left behind, from the latest on until all before was evicted.
    fn sweep(&mut self) {
        while let Some((from, to)) = self.left_behind {
            let shape = self.ring.shape;
            let at = shape.previous(to);
            let word = self.ring.load(at);
            let free = shape.freed(word, at, self.mine);
            if shape.state(word, at) != State::Full || self.ring.exchange(at, word, free).is_err() {
                self.left_behind = None;
                return;
            }
            self.left_behind = (at != from).then_some((from, at));
            self.mine = shape.cell(word);
            // SAFETY: I2: the cell that we got for ours, with the item at `at`. All is noted: a drop may panic.
            drop(unsafe { self.ring.read(self.mine) });
        }
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        self.close();
        self.ring.stand_up_from_reading(self.mine);
    }
}

/// The end of a ring that takes items out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It
/// is [`Send`] if the items are, and never [`Sync`].
///
/// Counts such as [`len`](Self::len) may be out of date at once: others push, and may evict.
///
/// Dropping it [closes](Self::close) the ring: pushes are refused from then on. What is inside stays there, and is dropped with
/// the ring or taken after another split. A consumer that must not lose anything closes the ring first, and pops until
/// [`Closed`](PopError::Closed).
pub struct Consumer<'q, T, K = ()> {
    rx: End<'q, Rx<T>, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    pub(super) const fn new(rx: End<'q, Rx<T>, K>) -> Self {
        Self { rx }
    }

    /// Takes the oldest item out. [Under a storm](super#a-reader-in-a-storm) it may leave items behind and take a later one;
    /// those count as lost.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): there was no item. [`Closed`](PopError::Closed): so it was, and there will be none until the
    /// ring is split again, because no producer is left or the ring is [closed](Self::close).
    ///
    /// # Panics
    /// If there was no item, what was left behind is dropped here: if such a drop panics. The ring goes on.
    ///
    /// # Progress
    /// Lock-free: it is held up only by pushes that evict the item it is after.
    ///
    /// # Ordering
    /// All that happened before the push of the item happens before what follows the pop.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PopError, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let _ = producer.push('a');
    /// assert_eq!(consumer.pop(), Ok('a'));
    /// assert_eq!(consumer.pop(), Err(PopError::Empty));
    /// drop(producer);
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Result<T, PopError> {
        self.rx.pop()
    }

    /// How many items were lost to this consumer since it asked last, up to the item that it received last: evicted or left
    /// behind between the items that it received. Asked after each pop, it says how many were missing before that item. Before
    /// the first pop it is 0. What was [shed](Self::shed) never was in the ring, and isn't in it (in `mpsc`, where nothing else
    /// can be lost, it is).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{Overflow, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 2>::with_overflow(Overflow::DropOldest);
    /// let (mut producer, mut consumer) = ring.split();
    /// for number in 0..5 {
    ///     let _ = producer.push(number);
    /// }
    /// assert_eq!((consumer.pop(), consumer.lost()), (Ok(3), 3));
    /// assert_eq!((consumer.pop(), consumer.lost()), (Ok(4), 0));
    /// ```
    pub fn lost(&mut self) -> usize {
        let lost = self.rx.lost.wrapping_sub(self.rx.told);
        self.rx.told = self.rx.lost;
        lost
    }

    /// Hands all items that are inside to a closure, and those that come meanwhile, but no more than the capacity. Answers
    /// with how many.
    ///
    /// If the closure panics, the item that it had is gone, and the others are still inside.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::swap::Ring;
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// for number in 0..5 {
    ///     let _ = producer.push(number);
    /// }
    /// let mut sum = 0;
    /// assert_eq!(consumer.pop_all(|number| sum += number), 5);
    /// assert_eq!(sum, 10);
    /// ```
    pub fn pop_all(&mut self, mut take: impl FnMut(T)) -> usize {
        let mut count = 0;
        while count < self.capacity() {
            let Ok(item) = self.pop() else { break };
            take(item);
            count += 1;
        }
        count
    }

    /// Takes items out, as many as the ring can hold at most, until there is none.
    ///
    /// Each is taken, and its slot free, when the iterator gives it; dropped early, it leaves the others inside.
    ///
    /// # Panics
    /// [`next`](Iterator::next) does as [`pop`](Self::pop).
    ///
    /// # Examples
    /// ```
    /// use forebay_core::swap::Ring;
    ///
    /// let mut ring = Ring::<_, 8>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// assert_eq!(producer.push_iter(0..5, drop).pushed, 5);
    /// assert_eq!(consumer.drain().sum::<i32>(), 10);
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain { left: self.capacity(), rx: &mut self.rx }
    }

    /// Nothing is taken in from now on: each push that begins after this gives its value back as
    /// [`Closed`](crate::PushError::Closed), under every policy, room or not. What is inside can still be taken out.
    ///
    /// A push that is under way either has put its item in when this returns, or is refused, and [`pop`](Self::pop) says
    /// [`Closed`](PopError::Closed) as soon as the ring is empty. With *one* producer (a ring made for one, not one that happens
    /// to have one) there is an exception: its push may be under way for longer, and as long as that can be, `pop` says
    /// [`Empty`](PopError::Empty): until the producer has had a push refused, or is gone.
    ///
    /// # Progress
    /// Wait-free: while it is under way there are at most as many pushes as the capacity.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::{PopError, PushError, swap::Ring};
    ///
    /// let mut ring = Ring::<_, 4, 2>::new();
    /// let (mut producer, mut consumer) = ring.split();
    /// let _ = producer.push('a');
    /// consumer.close();
    /// assert_eq!(producer.push('b'), Err(PushError::Closed('b')));
    /// assert_eq!(consumer.pop(), Ok('a'));
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    pub fn close(&mut self) {
        self.rx.close();
    }

    /// How many items are inside: at most the capacity.
    ///
    /// # Progress
    /// Lock-free, in a number of steps that grows with the logarithm of the capacity.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rx.ring.count(None).0
    }

    /// Whether nothing is inside.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether every slot has an item.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// How many items the ring holds at most: exactly as many as it was made for.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.rx.end.ring.shape.slots()
    }

    /// What a push does at full.
    #[must_use]
    pub fn overflow(&self) -> Overflow {
        self.rx.ring.ctl().ends.policy.get()
    }

    /// Changes what pushes do at full, from now on. One that is under way may or may not obey.
    pub fn set_overflow(&self, overflow: Overflow) {
        self.rx.ring.ctl().ends.policy.set(overflow);
    }

    consumer_pressure!(rx);

    /// Whether nothing is taken in any more: [closed](Self::close), or no producer is left. What is inside can still be taken
    /// out, and a ring for one producer says [`Closed`](PopError::Closed) only when that one has noticed, or is gone.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.rx.closed || !self.rx.ring.has_producers()
    }

    /// How many items were evicted or left behind by the consumer, since the ring was made. It wraps.
    ///
    /// Exact when no push or pop is under way.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn evicted(&self) -> usize {
        self.rx.ring.evicted(None)
    }

    /// How many values were [shed](crate::PushError::Shed), by all producers, since the ring was made. It wraps.
    #[must_use]
    pub fn shed(&self) -> usize {
        self.rx.ring.shed()
    }

    /// How many items there is room for, by [`len`](Self::len). Producers may take some at any time, so there can only be less.
    ///
    /// # Progress
    /// As [`len`](Self::len).
    #[must_use]
    pub fn free(&self) -> usize {
        self.capacity() - self.len()
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
