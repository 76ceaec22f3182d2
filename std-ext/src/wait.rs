//! Waiting for the other side of a queue: written once, outside the rings, for threads and for tasks alike.
//!
//! A queue has a [`Waiting`] beside its ring: lines of ends that wait, one [line](Kind) for each thing that can be waited for.
//! Whoever waits takes its place in a line with a [`Waker`], and looks at the ring once more. Whoever has changed the ring looks
//! whether anybody waits for that, and only then [calls](Waiting::call) the first in the line. A thread waits with a waker that
//! unparks it.
//!
//! # No wake-up is lost
//! The ring and the word that says who waits are two places, each written by one side and read by the other:
//!
//! | who waits | who has changed the ring |
//! |---|---|
//! | takes its place, and says so in `kinds`, or in its cell | pushes or pops |
//! | a fence, `W1` | a fence, `W2` |
//! | looks at the ring again | looks at `kinds`, and the cell |
//!
//! Both fences are sequentially consistent, so one of them comes first: either the second look sees the change, or the change is
//! followed by a look that sees the place in the line.
//!
//! A push that was refused, or a pop that has found nothing, has changed the pressure at most, and if so, the ring has made that fence (`G3`):
//! so `W2` is left out there.
//!
//! `W2` is needed between threads alone, and only as long as anybody waits. A thread by which all wait is [at home], and makes none; nor
//! does anybody when nobody has waited for long.
//!
//! [at home]: home
//!
//! # Where they meet
//! A [ring](crate::mpsc) whose pushes all get their tickets from one word has a place where the receiver can [meet] them: it takes its place,
//! and makes an exchange on that word itself. A push that gets its ticket after that sees the receiver's place. One that has got it before is
//! counted in the word, and if all those that are counted have been taken, nothing is overlooked. So a push makes no fence for the receiver, and
//! looks at it by plain loads, however often it waits.
//!
//! If not all have been taken, there mostly is an item, and the receiver need not wait. If it finds none, as a push is under way, it
//! [orders all](Waiting::order_all): by a fence that the system makes on all threads, as where somebody leaves a [home], after which it
//! looks again. So this is done where there is such a fence, and elsewhere each push makes its own.
//!
//! The end of a sender meets the receiver there, too. But a push changes the pressure after it has met; so who waits for that always
//! orders all.
//!
//! [meet]: forebay_core::mpsc::Consumer::meet
//!
//! # Nobody is called for nothing, and no call is lost
//! One place that gets free calls one end. An end that was *called* owes that call: when it goes away without having used it (its
//! future is dropped, its time is over, or it got something before the call came) and there still is something to be had that
//! nobody else has been called for, it calls the next. It still does after it has come back to the line, as its first look may have
//! been out of date, and the second one finds what it had been called for. So does one that has used its call and finds more than
//! that, as those who queued up behind one that comes first have not been called for what was there.
//!
//! When a line is empty, and nobody comes first, those who have been called out of it owe nothing any more: their calls are
//! *settled*. For whoever comes to the line after that looks at the ring when he is in it. He finds what they had been called for,
//! or that somebody has taken it; and what comes later is followed by a call of its own. So one that is called while nobody else
//! waits, and that is how it mostly is, goes out of line by one look at `kinds`.
//!
//! Only while one that [comes first](#fairness) has been called, and has not come, nobody else is called for room, as all others who came
//! would have to queue up behind it. In `kinds` nobody waits for room then. When it goes out of line, it says so again, makes the fence
//! `W1`, and calls the next one if there is room: as whoever waits, it looks at the ring after that, on behalf of those behind it. What
//! concerns all, as the end does, is called out to them all the same.
//!
//! # Fairness
//! The lines are first in, first out. Ends that find room at once don't queue up; an end that was called and came too late because
//! of that goes back to where it was, and after [`PATIENCE`] such calls it is *first come*: until it has been served, or has gone,
//! it is the first to be called, and everybody else who may wait queues up. So who has been called is to come, or to go: one that
//! is kept, and is not polled, holds up the others.
//!
//! # Lanes
//! Where each sender has a [lane](crate::fan_in) of its own, the place that gets free in one is of use to that sender alone. So the
//! seat of lane `n` is that of number `n + 1`, and it is called by its number: a pop finds whom to call at once, whoever else waits. There
//! is nobody to share with, so there is no order among those, no debt when one goes, and none that comes first. Which lanes are waited
//! for is in a word of its own, `lanes`, a bit for each, so that one sender that always waits, as a noisy one does, costs the pops
//! from other lanes a second load and no lock. What a sender in a lane waits for is room, or another pressure: that lane's, too.
//!
//! # Progress
//! Whoever finds nobody that waits for what it has brought takes no lock: it pays two loads, and a fence if it is not at home, and has not
//! met who might wait; a look at the ring that has changed nothing pays nothing. One that waits and is called costs the lock twice, unless it is the receiver. It is held for a few steps and never while
//! foreign code runs: wakers are cloned before, and woken and dropped after.
//!
//! # The receiver
//! Nobody but the receiver waits for items, and so there is no line for that, but a [cell](WakerCell) with its waker, which takes no lock.
//! Its waker stays there until it waits with another one, or goes; it is cloned once. (So a task that has received once, and has the
//! receiver, keeps itself: who gives it up has to drop its future, as executors do.) While a sender is waking it, the cell can't be
//! had. If it wants to wait just then, it does so in a second place, under the lock, and says so in `kinds`: however long a sender is held
//! up there, or whatever the waker does, the receiver waits for none, and no call is lost. It is in one of the two places at most: in
//! the second one from when it could not have the cell until it is called there, or goes out of line.
//!
//! # Panics
//! A waker may panic when it is cloned, which changes nothing. When it panics as it is woken or dropped, that ends there (with
//! `std`; the panic hook has heard of it): whoever happens to call it has nothing to do with it, and may have an item in its hands.
//! (But one that was being woken as the receiver went is left in its cell, and dropped with that.)

mod home;
mod line;
mod lock;
#[cfg(feature = "std")]
mod park;
#[cfg(feature = "std")]
mod patience;
#[cfg(all(test, feature = "std", not(any(forebay_loom, forebay_shuttle))))]
mod tests;

use core::task::Waker;

pub(crate) use forebay_core::waker_cell::{Keep, Registrar, WakerCell};

use self::home::Home;
pub(crate) use self::home::Lull;
pub(crate) use self::line::{InLane, Seat, Seats};
use self::line::{Left, NONE, Table};
use self::lock::Lock;
#[cfg(feature = "std")]
pub(crate) use self::park::{Deadline, block_on};
#[cfg(feature = "std")]
pub(crate) use self::patience::Patience;
use crate::fan_in::LaneSet;
use crate::sync::{AtomicU8, AtomicUsize, Ordering, always_const, barrier, fence, shielded};

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Room, or the end of the receiver.
    Room,
    /// The end of the receiver.
    Closed,
    /// Another pressure.
    Level,
    /// Room in a lane of one's own, or another pressure there, or the end of the receiver.
    Lane,
    /// An item, or the end of all senders. Nobody but the receiver waits for that.
    Item,
}

impl Kind {
    /// How many of them have a line: those before [`Item`](Self::Item).
    const LINES: usize = Self::Item as usize;

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// In `kinds`: somebody is in this line, or may find it closed although what it waits for is there.
    const fn owed(self) -> u8 {
        match self {
            Self::Room => self.bit() | FIRST_COME,
            _ => self.bit(),
        }
    }

    /// Of those with a line: whether what has come is for one of those who wait, and not for all of them.
    const fn is_for_one(self) -> bool {
        matches!(self, Self::Room)
    }
}

/// Some of what can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn of(kind: Kind) -> Self {
        Self(kind.bit())
    }

    #[inline(always)]
    pub(crate) const fn and(self, kind: Kind) -> Self {
        Self(self.0 | kind.bit())
    }

    #[inline(always)]
    const fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }
}

/// In `kinds`: somebody came too late too often, and comes first now.
const FIRST_COME: u8 = 1 << 7;

/// What is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Awaited(u8);

impl Awaited {
    #[inline(always)]
    pub(crate) const fn has(self, kind: Kind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether somebody may be in the line, be it that nobody there is to be called for a single place.
    pub(crate) const fn has_line(self, kind: Kind) -> bool {
        self.0 & kind.owed() != 0
    }

    /// Out of line, so that there is a branch: mostly the receiver does not wait.
    #[cold]
    #[inline(never)]
    const fn and_item(self) -> Self {
        Self(self.0 | Kind::Item.bit())
    }

    #[inline(always)]
    pub(crate) const fn has_any(self, kinds: Kinds) -> bool {
        self.0 & kinds.0 != 0
    }
}

/// How often an end is called and finds that others were faster, before it comes first.
pub(crate) const PATIENCE: u8 = 2;

/// The seat of the receiver. Those after it are the senders'.
pub(crate) const RECEIVER: usize = 0;

/// Whether a push need not fence for a receiver that it [meets](self#where-they-meet): if that comes upon one under way, it can order all.
#[inline(always)]
pub(crate) fn can_meet() -> bool {
    barrier::POSSIBLE && barrier::is_there()
}

/// Who waits for the other side of a queue.
///
/// It has a [seat](Seat) for each end: in a `Vec`, or in an array as many as there can be ends.
#[derive(Debug)]
pub struct Waiting<S> {
    /// Which lines have somebody in them who is to be called, and whether somebody comes first. Written under the lock.
    kinds: AtomicU8,
    /// The seat of that one. Written under the lock.
    first_come: AtomicUsize,
    /// The lanes whose senders wait for what is to be had there, as a [`LaneSet`]. Written under the lock.
    lanes: AtomicUsize,
    /// Where the receiver waits for an item, if it can.
    receiver: WakerCell,
    home: Home,
    table: Lock<Table<S>>,
}

impl<S: Seats> Waiting<S> {
    always_const! {
        /// Nobody waits. The first seat is the receiver's.
        pub(crate) fn new(seats: S) -> Self {
            Self { kinds: AtomicU8::new(0), first_come: AtomicUsize::new(NONE), lanes: AtomicUsize::new(0), receiver: WakerCell::new(), home: Home::new(), table: Lock::new(Table::new(seats)) }
        }
    }

    /// Takes the receiver's seat, and one for a first sender. `None`: some end has a seat.
    pub(crate) fn open(&self) -> Option<usize> {
        let seat = self.table.with(Table::open)?;
        self.home.open();
        Some(seat)
    }

    /// Takes the receiver's seat, and none for a sender. `false`: some end has a seat.
    pub(crate) fn open_lanes(&self) -> bool {
        let is_open = self.table.with(Table::open_lanes);
        if is_open {
            self.home.open();
        }
        is_open
    }

    /// Which channel it is that has seats here, among those there were.
    pub(crate) fn opening(&self) -> usize {
        self.table.with(|table| table.opening())
    }

    /// The seat of the sender in a lane of the channel that was opened then. `None`: somebody has it, or there is another channel.
    pub(crate) fn enter_lane(&self, lane: usize, opening: usize) -> Option<usize> {
        self.table.with(|table| table.enter_lane(lane, opening))
    }

    /// A seat for one more sender. `None`: there is none left.
    pub(crate) fn enter(&self) -> Option<usize> {
        self.table.with(Table::enter)
    }

    /// Gives a seat back: the end is gone, and waits for nothing. It may have owed the others a call.
    pub(crate) fn leave(&self, seat: usize) {
        let left = self.change(|table| table.leave(seat));
        self.settle(left);
    }

    /// Takes a place in a line: at the back, or where it was, if it comes back, after so many items since it last did. After that whoever
    /// waits looks at the ring again.
    pub(crate) fn wait(&self, seat: usize, kind: Kind, waker: &Waker, comes_back: bool, items: u16) {
        self.wait_by(waker, items, |table, waker| table.wait(seat, kind, waker, comes_back));
    }

    /// The same for what is to be had in its lane: another pressure than was seen, or room.
    pub(crate) fn wait_in_lane(&self, seat: usize, wanted: InLane, waker: &Waker, items: u16) {
        self.wait_by(waker, items, |table, waker| table.wait_in_lane(seat, wanted, waker));
    }

    fn wait_by(&self, waker: &Waker, items: u16, wait: impl FnOnce(&mut Table<S>, Waker) -> Left) {
        let kept = waker.clone();
        let left = self.change(|table| wait(table, kept));
        self.settle(left);
        self.order(waker, items);
    }

    /// The receiver waits for an item. After that it is [ordered](Self::order), or meets the producers, and looks at the ring again.
    #[inline(always)]
    pub(crate) fn register_for_item<P: Keep>(&self, registrar: &mut Registrar<P>, waker: &Waker) {
        let registered = if self.is_in_second_place() { Err(waker.clone()) } else { registrar.register(waker) };
        if !matches!(registered, Ok(None)) {
            self.register_otherwise(registered);
        }
    }

    /// With another waker than its last one, or in the second place.
    #[cold]
    #[inline(never)]
    fn register_otherwise(&self, registered: Result<Option<Waker>, Waker>) {
        drop_shielded(match registered {
            Ok(last) => last,
            Err(waker) => self.change(|table| table.set_receiver(Some(waker))),
        });
    }

    /// Sees to it that the next look at the ring overlooks nothing of those who have made no fence: or there is a further look.
    pub(crate) fn order_all(&self, waker: &Waker) {
        if !barrier::heavy() {
            shielded(|| waker.wake_by_ref());
        }
    }

    /// Sees to it that the next look at the ring overlooks nothing, although some make no fence: or there is a further look. So many items
    /// have gone by whoever waits since he last did.
    pub(crate) fn order(&self, waker: &Waker, items: u16) {
        // [W1] SeqCst: pairs with [W2]. Orders: our place in the line before our next look at the ring.
        fence(Ordering::SeqCst);
        if !self.home.come(items) {
            shielded(|| waker.wake_by_ref());
        }
    }

    /// Goes out of a line in which it has waited, if it is still there. `Some`: it owes the others a call, if more of what they wait for is
    /// there than so many have been called for.
    #[inline(always)]
    pub(crate) fn leave_line(&self, seat: usize, kind: Kind) -> Option<usize> {
        if self.may_be_in_line(kind) { self.stop_waiting(seat, kind) } else { None }
    }

    /// Whether one that has waited in a line may be in that still, or owe the others something.
    #[inline(always)]
    fn may_be_in_line(&self, kind: Kind) -> bool {
        // Relaxed: it has said itself that it waits, and sees no older word. If by now nobody does, it has been called, and that is
        // settled.
        self.kinds.load(Ordering::Relaxed) & kind.owed() != 0
    }

    /// Goes out of line where it may be in it.
    #[cold]
    #[inline(never)]
    fn stop_waiting(&self, seat: usize, kind: Kind) -> Option<usize> {
        let left = self.change(|table| match kind {
            Kind::Item => Left { waker: table.set_receiver(None), owes: None },
            _ => table.stop_waiting(seat),
        });
        drop_shielded(left.waker);
        let (kind, called) = left.owes?;
        // [W1] SeqCst: pairs with [W2]. Orders: that the others are to be called again, if we came first, before our look at the ring.
        fence(Ordering::SeqCst);
        if self.home.come(0) {
            Some(called)
        } else {
            self.call(kind);
            None
        }
    }

    /// Does what is left to be done for one that can't look at the ring: if it owes a call, it calls.
    fn settle(&self, Left { waker, owes }: Left) {
        drop_shielded(waker);
        if let Some((kind, _)) = owes {
            self.call(kind);
        }
    }

    /// After a change of the ring: what of these kinds is waited for.
    #[inline(always)]
    pub(crate) fn awaited(&self, kinds: Kinds, lull: &mut Lull) -> Awaited {
        self.home.fence(lull);
        self.who_waits(kinds)
    }

    /// The same after a push that meets the receiver.
    #[inline(always)]
    pub(crate) fn awaited_met(&self, kinds: Kinds) -> Awaited {
        barrier::light();
        self.who_waits(kinds)
    }

    /// The same where a fence has been made since the change.
    #[inline(always)]
    pub(crate) fn who_waits(&self, kinds: Kinds) -> Awaited {
        // Relaxed: a fence is before it; or whoever waits has met us, or orders all.
        let awaited = Awaited(self.kinds.load(Ordering::Relaxed));
        if kinds.has(Kind::Item) && self.receiver.is_waiting() { awaited.and_item() } else { awaited }
    }

    /// The same for an end that looks once, so that its changes need not be counted.
    pub(crate) fn awaited_once(&self, kinds: Kinds) -> Awaited {
        self.awaited(kinds, &mut Lull::new())
    }

    /// The same of some lanes: those whose senders wait.
    #[inline(always)]
    pub(crate) fn awaited_lanes(&self, lanes: LaneSet) -> LaneSet {
        // Relaxed: the fence [W2] is before it.
        LaneSet::from_bits(self.lanes.load(Ordering::Relaxed)).and(lanes)
    }

    /// Whether others have to queue up behind one that comes first.
    #[inline(always)]
    pub(crate) fn has_first_come(&self) -> bool {
        // Relaxed: it is a matter of fairness.
        self.kinds.load(Ordering::Relaxed) & FIRST_COME != 0
    }

    /// Whether an end in a seat is the one that comes first, if there is one.
    pub(crate) fn comes_first(&self, seat: usize) -> bool {
        // Relaxed: that an end comes first, or no longer, it has said itself.
        self.first_come.load(Ordering::Relaxed) == seat
    }

    /// Wakes the first who waits for that; for room, unless one that comes first has been called, and will look for the others.
    #[cold]
    #[inline(never)]
    pub(crate) fn call(&self, kind: Kind) {
        if kind == Kind::Item {
            self.call_receiver();
        } else {
            wake(self.change(|table| table.call_next(kind)));
        }
    }

    #[inline(always)]
    fn call_receiver(&self) {
        let is_called = self.receiver.call(|waker| shielded(|| waker.wake_by_ref()));
        if !is_called && self.is_in_second_place() {
            wake(self.change(|table| table.set_receiver(None)));
        }
    }

    /// Whether the receiver waits under the lock.
    #[inline(always)]
    fn is_in_second_place(&self) -> bool {
        // Relaxed: the receiver sees what it has said itself, or that it has been called since; the others have [W2] before it.
        self.kinds.load(Ordering::Relaxed) & Kind::Item.bit() != 0
    }

    /// Where the receiver registers.
    pub(crate) const fn receiver(&self) -> &WakerCell {
        &self.receiver
    }

    /// Wakes those who wait in some lanes, if what they want is there. That is asked under the lock.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_lanes(&self, lanes: LaneSet, mut is_there: impl FnMut(usize, InLane) -> bool) {
        let count = self.table.with(|table| table.lanes());
        for lane in lanes.below(count) {
            wake(self.change(|table| table.call_lane(lane, |wanted| is_there(lane, wanted))));
        }
    }

    /// Wakes all who wait for that now.
    #[cold]
    #[inline(never)]
    pub(crate) fn call_all(&self, kind: Kind) {
        // By their turns, and not as many as there are: those who were called before may come back, and go before them.
        let latest = self.table.with(Table::latest);
        while self.call_up_to(kind, latest) {}
    }

    /// Wakes the first who waits for that, if its turn is not after this one. Answers with whether it is there.
    fn call_up_to(&self, kind: Kind, latest: u64) -> bool {
        wake(self.change(|table| table.call(kind, latest)))
    }

    fn change<R: Default>(&self, change: impl FnOnce(&mut Table<S>) -> R) -> R {
        self.table.with(|table| {
            let before = (table.first_come(), table.awaited_lanes());
            let result = change(table);
            self.publish(table, before);
            result
        })
    }

    /// Says outside what has changed under the lock, with who came first and which lanes were waited for before.
    #[cfg_attr(target_os = "none", inline(never))]
    fn publish(&self, table: &mut Table<S>, (first_come, lanes): (usize, LaneSet)) {
        // Relaxed: [W1] comes after it where it says more than before.
        self.kinds.store(table.kinds(), Ordering::Relaxed);
        if table.first_come() != first_come {
            // Relaxed: it is a matter of fairness.
            self.first_come.store(table.first_come(), Ordering::Relaxed);
        }
        if table.awaited_lanes() != lanes {
            // Relaxed: as that of `kinds`.
            self.lanes.store(table.awaited_lanes().to_bits(), Ordering::Relaxed);
        }
    }
}

/// Answers with whether there is one.
fn wake(waker: Option<Waker>) -> bool {
    waker.is_some_and(|waker| {
        shielded(|| waker.wake());
        true
    })
}

fn drop_shielded(waker: Option<Waker>) {
    if let Some(waker) = waker {
        shielded(|| drop(waker));
    }
}
