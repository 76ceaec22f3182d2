//! The memory of a ring as its ends see it: shared words, lanes, cells.

use core::convert::Infallible;
use core::mem::MaybeUninit;
use core::num::NonZeroUsize;
use core::ptr::NonNull;

use crate::Overflow;
use crate::gauge::{Depth, Gauge};
use crate::overflow::Policy;
use crate::swap::Cell;
use crate::swap::word::{BAR, Position, Shape, State};
use crate::sync::{
    AtomicBool, CachePadded, Claim, LAPS_WRAP, Ordering, SettingUsize, SwapUsize, SwapWord, Watch, Word,
};

/// What is shared beside the lanes.
pub(super) struct Ctl<const C: usize> {
    /// How many items of each class were popped. Written by the consumer alone.
    popped: CachePadded<[SwapUsize; C]>,
    /// Written where no cell is free.
    lost: CachePadded<[Lost; C]>,
    pub(super) ends: CachePadded<Ends>,
    /// For the model checker.
    watch: Watch,
}

/// How many of a class were lost.
struct Lost {
    evicted: SwapUsize,
    shed: SwapUsize,
}

/// Written when an end comes or goes, when a setting changes and at the watermarks.
pub(super) struct Ends {
    gauge: Gauge,
    pub(super) policy: Policy,
    pub(super) bypass: SettingUsize,
    pub(super) consumer: AtomicBool,
    pub(super) producers: SwapUsize,
    pub(super) claim: Claim,
    /// Whether the consumer has closed the ring.
    closed: AtomicBool,
    /// Whether the words of the lanes have been made.
    made: AtomicBool,
}

impl<const C: usize> Ctl<C> {
    /// Of the count of producers: it goes no further.
    pub(super) const MANY: usize = isize::MAX as usize;

    pub(super) const fn new(overflow: Overflow) -> Self {
        Self {
            popped: CachePadded::new([const { SwapUsize::new(0) }; C]),
            lost: CachePadded::new([const { Lost { evicted: SwapUsize::new(0), shed: SwapUsize::new(0) } }; C]),
            ends: CachePadded::new(Ends {
                gauge: Gauge::new(),
                policy: Policy::new(overflow),
                bypass: SettingUsize::new(super::DEFAULT_BYPASS.get()),
                consumer: AtomicBool::new(false),
                producers: SwapUsize::new(0),
                claim: Claim::new(),
                closed: AtomicBool::new(false),
                made: AtomicBool::new(false),
            }),
            watch: Watch::new(),
        }
    }
}

/// A row of slots that cells go through in order: that of a class, or that of the free cells.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane(usize);

impl Lane {
    /// That of a class.
    #[inline(always)]
    pub(super) const fn of(class: usize) -> Self {
        Self(class)
    }

    /// That of the free cells, where there are so many classes: as if nothing were the least important class.
    #[inline(always)]
    pub(super) const fn free<const C: usize>() -> Self {
        Self(C)
    }
}

/// The shared words, the lanes and the cells, by address. Copied into every end, and made anew by the owner when it needs it.
pub(super) struct View<T, const C: usize> {
    ctl: NonNull<Ctl<C>>,
    /// As many words as there are slots for each class, and then so many for the lane of free cells.
    words: NonNull<SwapWord>,
    /// A cell for each item.
    cells: NonNull<Cell<T>>,
    pub(super) shape: Shape,
}

impl<T, const C: usize> Clone for View<T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, const C: usize> Copy for View<T, C> {}

impl<T, const C: usize> View<T, C> {
    pub(super) const FREE: Lane = Lane::free::<C>();

    /// A view of a ring.
    ///
    /// # Safety
    /// There are a cell for each slot of the shape and `C + 1` words; they and `ctl` outlive the view and all its copies
    /// (invariant P0).
    pub(super) const unsafe fn new(
        ctl: NonNull<Ctl<C>>,
        words: NonNull<SwapWord>,
        cells: NonNull<Cell<T>>,
        shape: Shape,
    ) -> Self {
        Self { ctl, words, cells, shape }
    }

    #[inline(always)]
    pub(super) const fn ctl(&self) -> &Ctl<C> {
        // SAFETY: P0: the ring outlives its views.
        unsafe { self.ctl.as_ref() }
    }

    #[inline(always)]
    pub(super) fn gauge(&self) -> &Gauge {
        &self.ctl().ends.gauge
    }

    #[inline(always)]
    const fn word(&self, lane: Lane, idx: usize) -> &SwapWord {
        debug_assert!(lane.0 <= C && idx < self.shape.slots());
        // SAFETY: there are so many words for each of `C + 1` lanes.
        let word = unsafe { self.words.add(lane.0 * self.shape.slots() + idx) };
        // SAFETY: P0; a word is an atomic, which everybody may look at.
        unsafe { word.as_ref() }
    }

    #[inline(always)]
    const fn cell(&self, cell: usize) -> *mut MaybeUninit<T> {
        debug_assert!(cell < self.shape.slots());
        // SAFETY: cells are named by words alone, which have only numbers of cells.
        let cell = unsafe { self.cells.add(cell) };
        // SAFETY: P0; there is nothing but memory whose owner is known otherwise.
        unsafe { cell.as_ref() }.place()
    }

    /// Puts a value into a cell.
    ///
    /// # Safety
    /// The cell is the caller's (P1) and holds no item.
    #[inline(always)]
    pub(super) unsafe fn write(&self, cell: usize, value: T) {
        self.ctl().watch.write(cell);
        // SAFETY: the caller owns the cell.
        unsafe { self.cell(cell).write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of a cell.
    ///
    /// # Safety
    /// The cell is the caller's (P1) and holds an item, which nobody takes again.
    #[inline(always)]
    pub(super) unsafe fn read(&self, cell: usize) -> T {
        // To the checker it is a write: two who take the same item would be two readers otherwise.
        self.ctl().watch.write(cell);
        // SAFETY: the caller owns the cell.
        let item = unsafe { self.cell(cell).read() };
        // SAFETY: it holds an item.
        unsafe { item.assume_init() }
    }

    #[inline(always)]
    fn load(&self, lane: Lane, at: Position) -> Word {
        // [PR1] Acquire: pairs with [PR2] and [PR3]. Orders: all that was put in and taken out before what is seen before our look
        // at what comes after it, so that we see that, too.
        self.word(lane, at.idx()).load(Ordering::Acquire)
    }

    /// Exchanges a word, and with it a cell comes or goes. Answers with whether the word was there.
    #[inline(always)]
    fn exchange(&self, lane: Lane, at: Position, current: Word, new: Word) -> bool {
        let word = self.word(lane, at.idx());
        // [PR2] AcqRel: pairs with itself, [PR1] and [PR3]. Orders: all that was done with a cell by whoever gave it away before all
        // that is done by whoever got it. On failure Relaxed: we look again.
        word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// A position of a lane at or before its front, by what a word says: the item of the lap before was taken, and all before.
    #[inline(always)]
    fn after_taken(&self, word: Word, idx: usize) -> Position {
        self.shape.next(self.shape.lap_before(self.shape.in_lap(word, idx)))
    }

    /// The front of a lane, from which on nothing was taken, with the word that is there. `guess` is any position that was at or
    /// before it at any time before.
    ///
    /// Where laps come around, a guess of long ago may be taken for a position that is yet to come: so it is made anew from the
    /// slot before it.
    #[inline(always)]
    pub(super) fn front(&self, lane: Lane, mut guess: Position) -> (Position, Word) {
        if LAPS_WRAP {
            let last = self.shape.previous(guess);
            guess = self.after_taken(self.load(lane, last), last.idx());
        }
        let word = self.load(lane, guess);
        let (at, word) =
            if self.shape.state(word, guess) == State::Later { self.front_from(lane, guess) } else { (guess, word) };
        // It is the same, but where laps have come around in one step, and a cell after this one was taken: then it is to be had here.
        (if LAPS_WRAP { self.shape.in_lap(word, at.idx()) } else { at }, word)
    }

    #[cold]
    #[inline(never)]
    fn front_from(&self, lane: Lane, guess: Position) -> (Position, Word) {
        let look = |at| Ok::<_, Infallible>(self.load(lane, at));
        let was_taken = |state| state == State::Later;
        let Ok(front) = self.shape.seek(guess, look, was_taken, |word, idx| self.after_taken(word, idx));
        front
    }

    /// The back of a lane, where the next cell goes, with the word that is there. `guess` is as for the front.
    #[inline(always)]
    pub(super) fn back(&self, lane: Lane, mut guess: Position) -> (Position, Word) {
        if LAPS_WRAP {
            let last = self.shape.previous(guess);
            guess = self.shape.after_last(self.load(lane, last), last.idx());
        }
        let word = self.load(lane, guess);
        if self.shape.state(word, guess) == State::Free { (guess, word) } else { self.back_from(lane, guess) }
    }

    #[cold]
    #[inline(never)]
    fn back_from(&self, lane: Lane, guess: Position) -> (Position, Word) {
        self.shape.seek_tail(guess, |at| self.load(lane, at))
    }

    /// Whether the word at the front of a lane says that there is a cell, and that it may be taken.
    #[inline(always)]
    pub(super) fn is_there(&self, at: Position, word: Word) -> bool {
        word & BAR == 0 && self.shape.state(word, at) == State::Full
    }

    /// Whether the word at the front of the lane of free cells says that the ring is closed.
    #[inline(always)]
    pub(super) const fn is_barred(word: Word) -> bool {
        word & BAR != 0
    }

    /// Whether nothing has been put in at a position that was the back of a lane, and neither closed.
    #[inline(always)]
    pub(super) fn is_empty_at(&self, lane: Lane, at: Position) -> bool {
        self.shape.state(self.load(lane, at), at) == State::Free
    }

    /// Takes the cell from the front of a lane, if it [is there](Self::is_there) and nobody else does.
    #[inline(always)]
    pub(super) fn take(&self, lane: Lane, at: Position, word: Word) -> Option<usize> {
        let taken = self.shape.freed(word, at, 0);
        self.exchange(lane, at, word, taken).then(|| self.shape.cell(word))
    }

    /// Puts a cell of the caller's, with an item, in at the back of a lane; `guess` is for the next one. There is room, as P2 says.
    #[inline(always)]
    pub(super) fn put(&self, lane: Lane, guess: &mut Position, mut cell: usize) {
        loop {
            let (at, word) = self.back(lane, *guess);
            *guess = at;
            let state = self.shape.state(word, at);
            // There is room, but where laps have come around in one step, and an item was passed over: then ours goes in its place, and it
            // goes on.
            if (state == State::Free || LAPS_WRAP && state == State::Before)
                && self.exchange(lane, at, word, self.shape.full(at, cell))
            {
                *guess = self.shape.next(at);
                if state == State::Free {
                    return;
                }
                cell = self.shape.cell(word);
            }
        }
    }

    /// The consumer's, which alone puts cells in there: an empty cell becomes free, or is put out of use.
    #[inline(always)]
    pub(super) fn give_back(&self, back: &mut Position, cell: usize, closed: bool) {
        if LAPS_WRAP {
            // If laps have come around in one step, a cell was passed over perhaps: it stays, as one of this lap.
            loop {
                // Relaxed: where it is of any consequence, [PR2] follows.
                let word = self.word(Self::FREE, back.idx()).load(Ordering::Relaxed);
                let Some(other) = self.shape.full_cell(word) else { break };
                if self.exchange(Self::FREE, *back, word, self.shape.full(*back, other) | word & BAR) {
                    *back = self.shape.next(*back);
                }
            }
        }
        let word = self.shape.full(*back, cell) | if closed { BAR } else { 0 };
        // [PR3] Release: pairs with [PR1] and [PR2]. Orders: our read of the item before the next write of one into the cell.
        self.word(Self::FREE, back.idx()).store(word, Ordering::Release);
        *back = self.shape.next(*back);
    }

    /// Puts all free cells out of use. Answers with how many. The consumer's.
    pub(super) fn close(&self) -> usize {
        // Relaxed: for the pressure, and who asks. The next ends have it by [PR4].
        self.ctl().ends.closed.store(true, Ordering::Relaxed);
        let mut count = 0;
        for idx in 0..self.shape.slots() {
            // Relaxed: nobody learns more from it than that, and whoever acquires this word acquires that of the last [PR3], too, as
            // this is a read-modify-write.
            let word = self.word(Self::FREE, idx).fetch_or(BAR, Ordering::Relaxed);
            count += usize::from(self.shape.full_cell(word).is_some());
        }
        count
    }

    /// Takes in again. For the owner, while no end is at work.
    pub(super) fn open(&self) {
        let ends = &self.ctl().ends;
        // Relaxed, all: the owner has the ring to itself.
        if !ends.closed.load(Ordering::Relaxed) {
            return;
        }
        // Relaxed: as above.
        ends.closed.store(false, Ordering::Relaxed);
        for idx in 0..self.shape.slots() {
            // Relaxed: as above.
            let word = self.word(Self::FREE, idx).load(Ordering::Relaxed);
            // Relaxed: as above.
            self.word(Self::FREE, idx).store(word & !BAR, Ordering::Relaxed);
        }
    }

    /// Whether the consumer has closed the ring, or is gone.
    pub(super) fn is_marked_closed(&self) -> bool {
        // Relaxed: as the store.
        self.ctl().ends.closed.load(Ordering::Relaxed)
    }

    /// Whether any producer is out.
    pub(super) fn has_producers(&self) -> bool {
        // [PR5] Acquire: pairs with [PR6]. Orders: the last pushes before a last look for an item.
        self.ctl().ends.producers.load(Ordering::Acquire) != 0
    }

    /// One more producer.
    pub(super) fn count_producer(&self) {
        let producers = &self.ctl().ends.producers;
        // Relaxed: whoever makes an end has another one, or the ring to itself.
        if producers.fetch_add(1, Ordering::Relaxed) > Ctl::<C>::MANY {
            // Relaxed: as above. Ends that were forgotten count for ever, and the count must not come around to none. Nor does it
            // come down to none: those that were not forgotten are far fewer, as they are somewhere in memory.
            producers.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A producer goes.
    pub(super) fn discount_producer(&self) {
        // [PR6] Release: pairs with [PR5] and [PR7]. Orders: our last pushes before whoever sees us gone.
        self.ctl().ends.producers.fetch_sub(1, Ordering::Release);
    }

    /// How many items of more important classes a class is passed over by at most.
    #[inline(always)]
    pub(super) fn bypass(&self) -> usize {
        // Relaxed: a setting orders nothing.
        self.ctl().ends.bypass.load(Ordering::Relaxed)
    }

    pub(super) fn set_bypass(&self, bypass: NonZeroUsize) {
        // Relaxed: as above.
        self.ctl().ends.bypass.store(bypass.get(), Ordering::Relaxed);
    }

    /// How many cells are free; `guess` is as for the front of their lane.
    pub(super) fn free_from(&self, guess: Position) -> usize {
        let (front, _) = self.front(Self::FREE, guess);
        self.shape.published_from(front, |at| self.load(Self::FREE, at))
    }

    /// How many cells are in a lane; `guess` is as for its front.
    pub(super) fn count_from(&self, lane: Lane, mut guess: Position) -> usize {
        loop {
            let (front, word) = self.front(lane, guess);
            let count = self.shape.published_from(front, |at| self.load(lane, at));
            // If nothing was taken meanwhile, so many there were.
            if count == 0 || self.load(lane, front) == word {
                return count;
            }
            guess = front;
        }
    }

    /// How many items are inside, or on their way in or out; `guess` is as for the front of the free cells.
    pub(super) fn len(&self, guess: Position) -> usize {
        self.shape.slots() - self.count_from(Self::FREE, guess)
    }

    /// The ring, for an end that has such a guess.
    #[inline(always)]
    pub(super) const fn depth(&self, guess: Position) -> impl Depth {
        From { ring: self, guess }
    }

    pub(super) fn count_popped(&self, class: usize) {
        if let Some(count) = self.ctl().popped.get(class) {
            // Relaxed: the consumer's; exact when it is at rest.
            let popped = count.load(Ordering::Relaxed);
            // Relaxed: as above.
            count.store(popped.wrapping_add(1), Ordering::Relaxed);
        }
    }

    #[cold]
    pub(super) fn count_evicted(&self, class: usize) {
        if let Some(lost) = self.ctl().lost.get(class) {
            // Relaxed: a count, exact when all is at rest.
            lost.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[cold]
    pub(super) fn count_shed(&self, class: usize) {
        if let Some(lost) = self.ctl().lost.get(class) {
            // Relaxed: as above.
            lost.shed.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn popped(&self, class: usize) -> usize {
        // Relaxed: as above.
        self.ctl().popped.get(class).map_or(0, |count| count.load(Ordering::Relaxed))
    }

    pub(super) fn evicted(&self, class: usize) -> usize {
        // Relaxed: as above.
        self.ctl().lost.get(class).map_or(0, |lost| lost.evicted.load(Ordering::Relaxed))
    }

    pub(super) fn shed(&self, class: usize) -> usize {
        // Relaxed: as above.
        self.ctl().lost.get(class).map_or(0, |lost| lost.shed.load(Ordering::Relaxed))
    }

    /// Makes the words, if that was not done: all cells are free. For the owner, while no end is at work.
    pub(super) fn make(&self) {
        self.ctl().watch.arm(self.shape.slots());
        if Watch::ACTIVE {
            // The checker must know what it has before there are threads.
            for class in 0..C {
                let _ = (self.popped(class), self.evicted(class), self.shed(class));
            }
            let _ = (self.ctl().ends.policy.get(), self.is_marked_closed());
            let _ = (self.gauge().level(), self.gauge().marks(self.shape.slots()));
        }
        let made = &self.ctl().ends.made;
        // Relaxed, all: the owner has the ring to itself; whoever gets the ends has what it did.
        if made.load(Ordering::Relaxed) {
            return;
        }
        let mut at = Position::START;
        for idx in 0..self.shape.slots() {
            for class in 0..C {
                // Relaxed: as above.
                self.word(Lane::of(class), idx).store(self.shape.free(at, 0), Ordering::Relaxed);
            }
            // Relaxed: as above.
            self.word(Self::FREE, idx).store(self.shape.full(at, idx), Ordering::Relaxed);
            at = self.shape.next(at);
        }
        // Relaxed: as above.
        made.store(true, Ordering::Relaxed);
    }

    /// Drops all items inside. For the owner.
    ///
    /// # Safety
    /// No end is at work, and none will be.
    pub(super) unsafe fn drop_items(&self) {
        struct Rest<T, const C: usize> {
            view: View<T, C>,
            left: usize,
        }

        impl<T, const C: usize> Rest<T, C> {
            fn run(&mut self) {
                let slots = self.view.shape.slots();
                while let Some(left) = self.left.checked_sub(1) {
                    self.left = left;
                    // Relaxed: the owner has the ring to itself.
                    let word = self.view.word(Lane::of(left / slots), left % slots).load(Ordering::Relaxed);
                    if let Some(cell) = self.view.shape.full_cell(word) {
                        // SAFETY: P1: the cell of a lane of items; it was counted off, so that nobody takes it again.
                        drop(unsafe { self.view.read(cell) });
                    }
                }
            }
        }

        impl<T, const C: usize> Drop for Rest<T, C> {
            fn drop(&mut self) {
                self.run();
            }
        }

        // Relaxed: as in `make`.
        if core::mem::needs_drop::<T>() && self.ctl().ends.made.load(Ordering::Relaxed) {
            // Dropping `Rest` after the run finds nothing left, unless the run was cut short by a panic.
            Rest { view: *self, left: C * self.shape.slots() }.run();
        }
    }
}

/// The ring, for an end that knows where the front of the free cells was.
struct From<'r, T, const C: usize> {
    ring: &'r View<T, C>,
    guess: Position,
}

impl<T, const C: usize> Depth for From<'_, T, C> {
    #[inline(always)]
    fn gauge(&self) -> &Gauge {
        self.ring.gauge()
    }

    #[inline(always)]
    fn capacity(&self) -> usize {
        self.ring.shape.slots()
    }

    #[inline(always)]
    fn look(&self) -> Option<usize> {
        // Relaxed: the fence before it orders it, where it is of any consequence.
        let open = self.ring.ctl().ends.consumer.load(Ordering::Relaxed) && !self.ring.is_marked_closed();
        open.then(|| self.ring.shape.slots() - self.ring.free_from(self.guess))
    }
}
