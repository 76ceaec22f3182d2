//! The consumer's end.

use core::fmt;
use core::iter::FusedIterator;
use core::ptr::NonNull;

use super::LaneId;
use super::by_lane::LaneSet;
use super::lanes::{self, Lanes};
use super::round::{Account, Rounds};
use super::view::{BITS, LaneMemory, Private, View, place};
use crate::owner::End;
use crate::sync::{Ordering, SEVERAL_CORES, fence};
use crate::{PopError, spsc};

/// So many items are served at least before an idle lane is looked at. One where that shows more.
const UNLOOKED: u32 = if SEVERAL_CORES { 16 } else { 1 };

/// What an item costs.
trait Cost<T> {
    /// Whether it is 1, whatever the item: it needn't be looked at before it is taken.
    const FLAT: bool;

    fn of(&self, item: &T) -> u32;
}

/// All cost the same.
struct Each;

impl<T> Cost<T> for Each {
    const FLAT: bool = true;

    fn of(&self, _: &T) -> u32 {
        1
    }
}

impl<T, F: Fn(&T) -> u32> Cost<T> for F {
    const FLAT: bool = false;

    fn of(&self, item: &T) -> u32 {
        self(item).max(1)
    }
}

/// The algorithm of the consumer's end.
pub(super) struct Rx<T> {
    pub(super) ring: View<T>,
    rounds: Rounds,
    /// The lane whose turn it is, or was last: its number, and where it is.
    at: usize,
    lane: NonNull<LaneMemory<T>>,
    /// Whether it still is, and the lane has something to spend.
    in_turn: bool,
    /// The lane from which on those are that have not had their turn in this round.
    next: usize,
    /// The lane from which on the next idle one is looked for.
    idle: usize,
    /// How many items were served since one was looked at.
    unlooked: u32,
    /// How many values were shed by lanes that have been given back.
    shed: usize,
    /// The lanes that were found empty, and those that whoever wants to know it has taken something out of.
    pub(super) touched: LaneSet,
}

// SAFETY: the end receives items from other threads, so they must be `Send`. The shared words are atomics, and the lanes' ends and
// the slots that it touches are its own (I2, I3).
unsafe impl<T: Send> Send for Rx<T> {}

impl<T> Rx<T> {
    /// # Safety
    /// This becomes the only consumer's end of the ring, and no other end is at work.
    pub(super) unsafe fn new(ring: View<T>) -> Self {
        ring.arm();
        for group in 0..ring.groups() {
            // Relaxed: whoever makes the ends has the ring to itself.
            ring.group(group).hints.store(0, Ordering::Relaxed);
            // SAFETY: as above.
            unsafe { ring.set_known(group, 0) };
        }
        for number in 0..ring.count() {
            let lane = ring.ring(number);
            lane.forget_producer();
            // SAFETY: the lane has no ends at work.
            let rx = unsafe { lane.consumer() };
            // SAFETY: I3: the consumer's own, which is made now. What was there before has been dropped or forgotten.
            unsafe { ring.private(number).write(Private { rx, account: Account::EMPTY }) };
            let has_items = lane.settled() > 0;
            ring.lane(number).reset(has_items);
            if has_items {
                Self::note(ring, number);
                ring.set_hint(number);
            }
        }
        // Relaxed: as above.
        ring.ctl().consumer.store(true, Ordering::Relaxed);
        let lane = NonNull::from(ring.lane(0));
        Self {
            ring,
            rounds: Rounds::new(),
            at: 0,
            lane,
            in_turn: false,
            next: 0,
            idle: 0,
            unlooked: 0,
            shed: 0,
            touched: LaneSet::EMPTY,
        }
    }

    /// The consumer's own of a lane.
    ///
    /// # Safety
    /// The lane is open, and there is no other reference to this.
    #[inline(always)]
    unsafe fn private(&mut self, number: usize) -> &mut Private<T> {
        // SAFETY: I3: it was made with this end, and is the consumer's alone; the rest as the caller says.
        unsafe { &mut *self.ring.private(number) }
    }

    /// From now on the lane is known to be open. For the consumer.
    fn note(ring: View<T>, number: usize) {
        let (group, bit) = place(number);
        // SAFETY: I3: the consumer's own.
        let known = unsafe { ring.known(group) };
        // SAFETY: as above.
        unsafe { ring.set_known(group, known | bit) };
    }

    fn is_known(&self, number: usize) -> bool {
        let (group, bit) = place(number);
        // SAFETY: I3: the consumer's own.
        unsafe { self.ring.known(group) & bit != 0 }
    }

    #[inline(always)]
    fn pop_by<C: Cost<T>>(&mut self, cost: &C) -> Result<(LaneId, T), PopError> {
        let item = match self.serve(cost) {
            Some(item) => item,
            None => self.look_again(cost)?,
        };
        // Relaxed: the consumer alone writes it, when it gives the lane back.
        let generation = self.lane().words.generation.load(Ordering::Relaxed);
        Ok((LaneId { index: self.at, generation }, item))
    }

    /// The lane whose turn it is, or was last.
    #[inline(always)]
    fn lane(&self) -> &LaneMemory<T> {
        // SAFETY: I0: it is one of the ring's.
        unsafe { self.lane.as_ref() }
    }

    #[inline(always)]
    pub(super) fn id(&self, number: usize) -> LaneId {
        // Relaxed: the consumer alone writes it, when it gives the lane back.
        LaneId { index: number, generation: self.ring.lane(number).words.generation.load(Ordering::Relaxed) }
    }

    /// The next item of the lanes that are hinted at, of that lane whose turn it is then.
    #[inline(always)]
    fn serve<C: Cost<T>>(&mut self, cost: &C) -> Option<T> {
        loop {
            if self.in_turn {
                // SAFETY: I3: a lane whose turn it is is open, and there is no other reference to this.
                let lane = unsafe { &mut *self.lane().private() };
                match lane.take(cost) {
                    Ok(item) => {
                        self.in_turn = !lane.account.is_spent();
                        self.rounds.serve();
                        // Should it come around, an idle lane is looked at some items later.
                        self.unlooked = self.unlooked.wrapping_add(1);
                        return Some(item);
                    }
                    Err(Left::Nothing) => self.rest(self.at),
                    Err(Left::Dearer(cost)) => self.end_turn(self.at, cost),
                }
                self.in_turn = false;
            }
            if !self.step() {
                return None;
            }
        }
    }

    #[inline(always)]
    pub(super) fn touch(&mut self, number: usize) {
        self.touched = self.touched.or(LaneSet::of(number));
    }

    /// The lane whose turn it is can't pay for its next item.
    #[cold]
    fn end_turn(&mut self, number: usize, cost: u32) {
        let (weight, round) = (self.ring.lane(number).words.weight(), self.rounds.number());
        // SAFETY: a lane whose turn it is is open.
        let turns = unsafe { self.private(number) }.account.save_up(cost, weight, round);
        self.rounds.wait(turns);
    }

    /// Begins the turn of the next lane that is hinted at. Answers with whether there is one.
    #[inline(always)]
    fn step(&mut self) -> bool {
        let mut is_new_round = false;
        loop {
            if let Some(number) = self.hinted_from(self.next) {
                self.next = number + 1;
                if self.is_known(number) || self.meet(number) {
                    (self.at, self.lane, self.in_turn) = (number, NonNull::from(self.ring.lane(number)), true);
                    let (weight, round) = (self.lane().words.weight(), self.rounds.number());
                    // SAFETY: I3: it is known to be open, and there is no other reference to this.
                    let lane = unsafe { &mut *self.lane().private() };
                    lane.account.begin(weight, round);
                    return true;
                }
            } else if is_new_round {
                return false;
            } else {
                is_new_round = true;
                self.next = 0;
                self.rounds.end();
                if self.unlooked >= UNLOOKED {
                    self.visit_idle();
                }
            }
        }
    }

    /// The first lane from a number on that is hinted at.
    #[inline(always)]
    fn hinted_from(&self, number: usize) -> Option<usize> {
        // Relaxed: whatever it leads to is looked at by itself.
        self.first_from(number, |rx, group| rx.ring.group(group).hints.load(Ordering::Relaxed))
    }

    /// The lanes of a group that are known, but not hinted at.
    #[inline(always)]
    fn idle(&self, group: usize) -> usize {
        // SAFETY: I3: the consumer's own.
        let known = unsafe { self.ring.known(group) };
        // Relaxed: as above.
        known & !self.ring.group(group).hints.load(Ordering::Relaxed)
    }

    /// The first number from another one on whose bit is set in the word of its group.
    #[inline(always)]
    fn first_from(&self, number: usize, word: impl Fn(&Self, usize) -> usize) -> Option<usize> {
        if number >= self.ring.count() {
            return None;
        }
        let group = number / BITS;
        let bits = word(self, group) & usize::MAX << (number % BITS);
        if bits != 0 {
            return Some(group * BITS + bits.trailing_zeros() as usize);
        }
        // Most rings have one group.
        let next = (group + 1) * BITS;
        if next < self.ring.count() { self.first_beyond(group + 1, word) } else { None }
    }

    /// The first number whose bit is set in the word of its group, from a group on.
    fn first_beyond(&self, group: usize, word: impl Fn(&Self, usize) -> usize) -> Option<usize> {
        (group..self.ring.groups()).find_map(|group| {
            let bits = word(self, group);
            (bits != 0).then(|| group * BITS + bits.trailing_zeros() as usize)
        })
    }

    /// Takes a hint away.
    fn take_hint(&self, number: usize) {
        let (group, bit) = place(number);
        // [H3] Acquire: pairs with [H2]. Orders: all that was done before any hint that we take away before our look.
        self.ring.group(group).hints.fetch_and(!bit, Ordering::Acquire);
    }

    /// Looks at a lane that is hinted at and not known. Answers with whether it is open.
    #[cold]
    fn meet(&mut self, number: usize) -> bool {
        self.take_hint(number);
        // After that: if it is opened just now, its producer leaves a new hint.
        if !self.ring.lane(number).is_open() {
            return false;
        }
        Self::note(self.ring, number);
        self.ring.leave_hint(number);
        true
    }

    /// The lane whose turn it is is empty: it gives up its turn, and its hint if it is still empty then, and it is given back
    /// if its producer is gone.
    fn rest(&mut self, number: usize) {
        let ring = self.ring;
        self.touch(number);
        self.take_hint(number);
        // [H4] Release: pairs with [H1].
        ring.lane(number).words.hinted.store(false, Ordering::Release);
        // [H5] SeqCst: pairs with [G3] of the lane. Orders: what we took before our look at the pressure, which is not looked at
        // again before there is an item.
        fence(Ordering::SeqCst);
        // SAFETY: it is open.
        let lane = unsafe { self.private(number) };
        let look = lane.rx.read_slot().map(drop);
        // Its producer may have set others, or be another one by the next pop.
        lane.rx.look_at_marks();
        match look {
            Ok(()) => ring.leave_hint(number),
            Err(PopError::Empty) => {}
            Err(PopError::Closed) => self.give_back(number),
        }
    }

    /// A lane whose producer is gone has been drained: it may be opened anew.
    #[cold]
    fn give_back(&mut self, number: usize) {
        let ring = self.ring;
        let words = &ring.lane(number).words;
        // Relaxed: its producer is gone, and [C4] of its ring orders its count.
        self.shed = self.shed.wrapping_add(words.shed.load(Ordering::Relaxed));
        // It may have set its flag after we had cleared it, and then gone (I5). Relaxed: likewise, and [L4] orders it.
        words.hinted.store(false, Ordering::Relaxed);
        words.next_generation();
        let (group, bit) = place(number);
        // SAFETY: I3: the consumer's own.
        let known = unsafe { ring.known(group) };
        // SAFETY: as above.
        unsafe { ring.set_known(group, known & !bit) };
        ring.lane(number).set_free();
    }

    /// Looks at an idle lane, whatever the hints say. Answers with whether there is an item.
    fn visit(&mut self, number: usize) -> bool {
        // SAFETY: it is known, so it is open.
        let has_items = !unsafe { self.private(number) }.rx.is_empty();
        if has_items {
            self.ring.leave_hint(number);
        }
        has_items
    }

    /// Looks at one further idle lane, if there are any.
    #[cold]
    fn visit_idle(&mut self) {
        self.unlooked = 0;
        if let Some(number) = self.first_from(self.idle, Self::idle).or_else(|| self.first_from(0, Self::idle)) {
            self.idle = number + 1;
            self.visit(number);
        }
    }

    /// There was no hint: looks at all lanes.
    #[cold]
    fn look_again<C: Cost<T>>(&mut self, cost: &C) -> Result<T, PopError> {
        // [A2] Acquire: pairs with [A1]. Orders: all that the last producers did before our looks.
        let closed = self.ring.ctl().producers.load(Ordering::Acquire) == 0;
        for group in 0..self.ring.groups() {
            let mut idle = self.idle(group);
            while idle != 0 {
                self.visit(group * BITS + idle.trailing_zeros() as usize);
                idle &= idle - 1;
            }
        }
        let why = if closed { PopError::Closed } else { PopError::Empty };
        self.serve(cost).ok_or(why)
    }

    /// The lanes that are open. Each may be looked at.
    pub(super) fn open_from(&self, number: usize) -> Option<usize> {
        (number..self.ring.count()).find(|&number| self.ring.lane(number).is_open())
    }

    /// The consumer's end of an open lane.
    pub(super) fn end_of(&self, number: usize) -> &spsc::Consumer<'static, T> {
        // SAFETY: I3: made with this end, and changed by its methods that take `&mut self` only.
        let private = unsafe { &*self.ring.private(number) };
        &private.rx
    }
}

/// What is in a lane that didn't give its next item.
enum Left {
    Nothing,
    /// It can't pay for it: what it costs.
    Dearer(u32),
}

impl<T> Private<T> {
    /// Takes the next item, if the lane can pay for it.
    #[inline(always)]
    fn take<C: Cost<T>>(&mut self, cost: &C) -> Result<T, Left> {
        if C::FLAT {
            let item = self.rx.pop().map_err(|_| Left::Nothing)?;
            let paid = self.account.pay(1);
            debug_assert!(paid, "a lane in its turn has something to spend");
            return Ok(item);
        }
        let slot = self.rx.read_slot().map_err(|_| Left::Nothing)?;
        let cost = cost.of(&slot);
        if self.account.pay(cost) { Ok(slot.take()) } else { Err(Left::Dearer(cost)) }
    }
}

impl<T> Drop for Rx<T> {
    fn drop(&mut self) {
        for number in 0..self.ring.count() {
            if self.ring.lane(number).shut() {
                // SAFETY: I3: our own, made with us, and dropped once.
                unsafe { self.ring.private(number).drop_in_place() };
            }
        }
        // [A4] Release: pairs with [A5]. Orders: all that we did before what the next ends do.
        self.ring.ctl().consumer.store(false, Ordering::Release);
    }
}

/// The end of a ring that takes items out. There is one at a time.
///
/// `'q` is how long the ring is borrowed, and `K` what keeps the ring alive where the ends own it (nothing, by default). It is
/// [`Send`] if the items are, and never [`Sync`].
///
/// Dropping it closes the ring: no lane is opened from then on, and once a lane is full, its producer's pushes are refused with
/// [`Closed`](crate::PushError::Closed). What is inside stays there, and is dropped with the ring or taken after another split.
pub struct Consumer<'q, T, K = ()> {
    pub(super) rx: End<'q, Rx<T>, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    pub(super) const fn new(rx: End<'q, Rx<T>, K>) -> Self {
        Self { rx }
    }

    /// Takes out the oldest item of the lane whose turn it is, and tells which lane that is.
    ///
    /// As long as a lane has items, it has as many taken out in a round as its [weight](super::Opener::open) says, one after
    /// another.
    ///
    /// # Errors
    /// [`Empty`](PopError::Empty): each push that was over has been taken. [`Closed`](PopError::Closed): so it is, and there
    /// will be no other, because all producers and openers are gone.
    ///
    /// # Progress
    /// Lock-free: it looks at another lane only if one that a producer has just pushed to, opened or left had nothing. `Empty` and
    /// `Closed` are answered after a look at each lane that is open.
    ///
    /// # Ordering
    /// All that happened before the push of the item happens before what follows the pop. Items of one lane come out in the order
    /// in which they were pushed; between lanes there is no order.
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay_core::{PopError, fan_in::Ring};
    ///
    /// let mut ring = Ring::<char, 8, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let mut light = opener.open(NonZeroU32::MIN).unwrap();
    /// let mut heavy = opener.open(NonZeroU32::new(3).unwrap()).unwrap();
    /// light.push_slice(&['a'; 4]);
    /// heavy.push_slice(&['b'; 8]);
    /// let order: String = std::iter::from_fn(|| consumer.pop().ok()).map(|(_, item)| item).collect();
    /// assert_eq!(order, "abbbabbbabba");
    /// drop((light, heavy, opener));
    /// assert_eq!(consumer.pop(), Err(PopError::Closed));
    /// ```
    #[inline]
    pub fn pop(&mut self) -> Result<(LaneId, T), PopError> {
        self.rx.pop_by(&Each)
    }

    /// The same, but lanes are served by what their items cost, in bytes, say: in a round, each lane has as much as its weight.
    ///
    /// A lane whose next item costs more than it has left saves that for its next turns, and no more than it needs for that item. So
    /// of lanes that all have items waiting, each gets its share of the cost, off by less than its weight and its dearest item.
    /// It goes quickest with weights that are at least the highest cost.
    ///
    /// `cost` is asked what an item costs before it is taken, maybe more than once, and should give the same answer then; 0
    /// counts as 1.
    ///
    /// # Panics
    /// If `cost` does. The item is still inside then.
    ///
    /// # Errors
    /// As [`pop`](Self::pop).
    ///
    /// # Progress
    /// As [`pop`](Self::pop). Rounds in which all lanes would only save up are skipped, so that it does not depend on the cost.
    ///
    /// # Examples
    /// ```
    /// use core::num::NonZeroU32;
    /// use forebay_core::fan_in::Ring;
    ///
    /// let mut ring = Ring::<&[u8], 8, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let quantum = NonZeroU32::new(1500).unwrap();
    /// let (mut short, mut long) = (opener.open(quantum).unwrap(), opener.open(quantum).unwrap());
    /// short.push_slice(&[&[0; 500][..]; 8]);
    /// long.push_slice(&[&[1; 1500][..]; 8]);
    /// let mut bytes = [0; 2];
    /// for _ in 0..8 {
    ///     let (_, item) = consumer.pop_by(|item| item.len() as u32).unwrap();
    ///     bytes[usize::from(item[0])] += item.len();
    /// }
    /// assert_eq!(bytes, [3000, 3000]);
    /// ```
    #[inline]
    pub fn pop_by(&mut self, cost: impl Fn(&T) -> u32) -> Result<(LaneId, T), PopError> {
        self.rx.pop_by(&cost)
    }

    /// Takes items out by [`pop`](Self::pop), as many as the ring can hold at most, until there is none.
    ///
    /// Each is taken, and its slot free, when the iterator gives it; dropped early, it leaves the others inside.
    ///
    /// # Examples
    /// ```
    /// # use core::num::NonZeroU32;
    /// # use forebay_core::fan_in::Ring;
    /// let mut ring = Ring::<u32, 8, 2>::new();
    /// let (opener, mut consumer) = ring.split();
    /// let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    /// producer.push_slice(&[1, 2, 3]);
    /// assert_eq!(consumer.drain().map(|(_, number)| number).sum::<u32>(), 6);
    /// ```
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain { left: self.capacity(), rx: &mut self.rx }
    }

    /// The lanes that are open, or whose items have not all been taken out: to look at their counters and pressure.
    ///
    /// # Progress
    /// It goes through all lanes.
    ///
    /// # Examples
    /// ```
    /// # use core::num::NonZeroU32;
    /// # use forebay_core::{Pressure, fan_in::Ring};
    /// let mut ring = Ring::<u32, 4, 3>::new();
    /// let (opener, consumer) = ring.split();
    /// let mut noisy = opener.open(NonZeroU32::MIN).unwrap();
    /// let _quiet = opener.open(NonZeroU32::MIN).unwrap();
    /// noisy.push_iter(0..);
    /// let levels: Vec<Pressure> = consumer.lanes().map(|lane| lane.pressure()).collect();
    /// assert_eq!(levels, [Pressure::Stop, Pressure::Open]);
    /// ```
    pub fn lanes(&self) -> Lanes<'_, T> {
        Lanes::new(&self.rx)
    }

    /// A lane, if it is still open, or its items have not all been taken out, or no pop has come by since.
    #[must_use]
    pub fn lane(&self, id: LaneId) -> Option<lanes::Lane<'_, T>> {
        let is_open = id.index < self.rx.ring.count() && self.rx.ring.lane(id.index).is_open();
        let lane = is_open.then(|| lanes::Lane::new(&self.rx, id.index))?;
        (lane.id() == id).then_some(lane)
    }

    /// How many items are in all lanes. Producers may put some in at any time, so there can only be more.
    ///
    /// # Progress
    /// It goes through all lanes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes().map(|lane| lane.len()).sum()
    }

    /// Whether there was no item in any lane.
    ///
    /// # Progress
    /// It goes through all lanes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes().all(|lane| lane.is_empty())
    }

    /// How many items all lanes hold together.
    #[must_use]
    pub fn capacity(&self) -> usize {
        // No more than there are slots.
        self.rx.ring.count() * self.lane_capacity()
    }

    /// How many items each lane holds: exactly what was asked for.
    #[must_use]
    pub fn lane_capacity(&self) -> usize {
        self.rx.ring.capacity()
    }

    /// How many values were [shed](crate::PushError::Shed) in all lanes since the ring was split.
    ///
    /// # Progress
    /// It goes through all lanes.
    #[must_use]
    pub fn shed(&self) -> usize {
        self.lanes().fold(self.rx.shed, |shed, lane| shed.wrapping_add(lane.shed()))
    }

    /// Whether all producers and openers are gone. Once they are, it stays so, unless the ring is split anew. There may still be
    /// items inside: [`pop`](Self::pop) tells when they are used up.
    ///
    /// # Ordering
    /// If it says so, all that was pushed is there for the next pop.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        // [A3] Acquire: pairs with [A1]. Orders: the last producers' pushes before our next look.
        self.rx.ring.ctl().producers.load(Ordering::Acquire) == 0
    }
}

impl<T, K> fmt::Debug for Consumer<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .field("lanes", &self.rx.ring.count())
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
    type Item = (LaneId, T);

    #[inline]
    fn next(&mut self) -> Option<(LaneId, T)> {
        self.left = self.left.checked_sub(1)?;
        let served = self.rx.pop_by(&Each).ok();
        if served.is_none() {
            self.left = 0;
        }
        served
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
