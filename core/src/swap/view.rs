//! The memory of a ring as its ends see it: shared words, slots, cells, and the seats of the producers.

use core::cell::UnsafeCell;
use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::TooManyProducers;
use super::word::{BAR, Position, Shape, State};
use crate::Overflow;
use crate::gauge::Gauge;
use crate::overflow::Policy;
use crate::sync::{AtomicBool, CachePadded, Claim, LAPS_WRAP, Ordering, SwapUsize, SwapWord, Watch, Word};

/// Room for one item.
#[repr(transparent)]
pub(crate) struct Cell<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Cell<T> {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    /// Where the item is, for whoever owns the cell.
    #[inline(always)]
    pub(crate) const fn place(&self) -> *mut MaybeUninit<T> {
        self.0.get()
    }
}

/// A seat whose producer is out. Otherwise the word of a seat is the cell that waits for its next producer.
const TAKEN: Word = Word::MAX;

/// What is shared beside the slots.
pub(super) struct Ctl {
    /// What the consumer tells. Written by it alone.
    pub(super) reader: CachePadded<Reader>,
    /// Written when an end comes or goes, when the policy changes and at the watermarks, so that a push at full can read it
    /// without traffic.
    pub(super) ends: CachePadded<Ends>,
    /// How many values were shed.
    shed: CachePadded<SwapUsize>,
    /// For the model checker.
    watch: Watch,
}

pub(super) struct Reader {
    /// The next position to be read: nothing before it will be. Items may have been evicted at it and after it.
    head: SwapWord,
    /// How many items before `head` were not received.
    lost: SwapUsize,
}

pub(super) struct Ends {
    gauge: Gauge,
    pub(super) policy: Policy,
    pub(super) consumer: AtomicBool,
    pub(super) producers: SwapUsize,
    pub(super) claim: Claim,
    /// Whether the consumer has closed the ring.
    closed: AtomicBool,
    /// Whether the only producer has seen that.
    noticed: AtomicBool,
    /// Whether the words of the slots have been made.
    made: AtomicBool,
}

impl Ctl {
    pub(super) const fn new(overflow: Overflow) -> Self {
        Self {
            reader: CachePadded::new(Reader { head: SwapWord::new(0), lost: SwapUsize::new(0) }),
            ends: CachePadded::new(Ends {
                gauge: Gauge::new(),
                policy: Policy::new(overflow),
                consumer: AtomicBool::new(false),
                producers: SwapUsize::new(0),
                claim: Claim::new(),
                closed: AtomicBool::new(false),
                noticed: AtomicBool::new(false),
                made: AtomicBool::new(false),
            }),
            shed: CachePadded::new(SwapUsize::new(0)),
            watch: Watch::new(),
        }
    }
}

/// A right to a seat among the producers: it has been counted.
pub(super) struct Admission(());

/// The shared words, the slots and the cells, by address. Copied into every end, and made anew by the owner when it needs it.
pub(super) struct View<T> {
    ctl: NonNull<Ctl>,
    /// A word for each slot, then for each producer's seat, then for the consumer's.
    words: NonNull<SwapWord>,
    cells: NonNull<Cell<T>>,
    pub(super) shape: Shape,
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
    /// There are as many words and cells as the shape says that there are cells; they and `ctl` outlive the view and all
    /// its copies (invariant I0).
    pub(super) const unsafe fn new(
        ctl: NonNull<Ctl>,
        words: NonNull<SwapWord>,
        cells: NonNull<Cell<T>>,
        shape: Shape,
    ) -> Self {
        Self { ctl, words, cells, shape }
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

    /// The word of a slot or, after those, of a seat.
    #[inline(always)]
    const fn word(&self, idx: usize) -> &SwapWord {
        debug_assert!(idx < self.shape.cells());
        // SAFETY: there are as many words as cells, and the callers' numbers are below that.
        let word = unsafe { self.words.add(idx) };
        // SAFETY: I0; a word is an atomic, which everybody may look at.
        unsafe { word.as_ref() }
    }

    #[inline(always)]
    const fn cell(&self, cell: usize) -> *mut MaybeUninit<T> {
        debug_assert!(cell < self.shape.cells());
        // SAFETY: cells are named by words and ends, which have only numbers of cells.
        let cell = unsafe { self.cells.add(cell) };
        // SAFETY: I0; there is nothing but memory whose owner is known otherwise.
        unsafe { cell.as_ref() }.place()
    }

    /// Puts a value into a cell.
    ///
    /// # Safety
    /// The cell is the caller's (I2) and holds no item.
    #[inline(always)]
    pub(super) unsafe fn write(&self, cell: usize, value: T) {
        self.ctl().watch.write(cell);
        // SAFETY: the caller owns the cell.
        unsafe { self.cell(cell).write(MaybeUninit::new(value)) };
    }

    /// Takes the value out of a cell.
    ///
    /// # Safety
    /// The cell is the caller's (I2) and holds an item, which nobody takes again.
    #[inline(always)]
    pub(super) unsafe fn read(&self, cell: usize) -> T {
        // To the checker it is a write: two who take the same item would be two readers otherwise.
        self.ctl().watch.write(cell);
        // SAFETY: the caller owns the cell.
        let item = unsafe { self.cell(cell).read() };
        // SAFETY: it holds an item.
        unsafe { item.assume_init() }
    }

    /// The word of the slot of a position.
    #[inline(always)]
    pub(super) fn load(&self, at: Position) -> Word {
        // [S1] Acquire: pairs with [S2] and [S3]. Orders: the publication of all items before one that is seen before our
        // look at what comes after it, so that we see those too.
        self.word(at.idx()).load(Ordering::Acquire)
    }

    /// Exchanges the word of a slot, and with it a cell. Answers with the word that was there instead.
    #[inline(always)]
    pub(super) fn exchange(&self, at: Position, current: Word, new: Word) -> Result<(), Word> {
        // [S2] AcqRel: pairs with itself, [S1] and [S3]. Orders: all that was done with a cell by whoever gave it away before
        // all that is done by whoever got it, both ways. On failure Acquire: as [S1].
        match self.word(at.idx()).compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(now) => Err(now),
        }
    }

    /// The same where nobody else may change the word.
    #[inline(always)]
    pub(super) fn replace(&self, at: Position, new: Word) {
        // [S3] Release: pairs with [S1] and [S2]. Orders: our write of the item before the consumer's read of it. The cell
        // that we get was acquired by [S1], or by [S2]'s failure.
        self.word(at.idx()).store(new, Ordering::Release);
    }

    /// From a position at or before the tail to the tail, with the word that is there: that of a slot that is free, or has
    /// the item of a lap before.
    #[cold]
    pub(super) fn tail_from(&self, at: Position) -> (Position, Word) {
        self.shape.seek_tail(at, |at| self.load(at))
    }

    /// A position at or before the tail, from one that was so at any time before.
    ///
    /// Where laps come around, a position of long ago may be taken for one that is yet to come: so it is made anew from
    /// the slot before it.
    #[inline(always)]
    pub(super) fn refresh(&self, tail: Position) -> Position {
        if !LAPS_WRAP {
            return tail;
        }
        let last = self.shape.previous(tail);
        self.shape.after_last(self.load(last), last.idx())
    }

    /// Where the consumer is.
    #[inline(always)]
    pub(super) fn head(&self) -> Position {
        // [S4] Acquire: pairs with [S5]. Orders: the publication of what the consumer took before our look for the tail,
        // which is never found before the head therefore.
        self.shape.position(self.ctl().reader.head.load(Ordering::Acquire))
    }

    /// The consumer's, to tell where it is and how many items it has lost.
    #[inline(always)]
    pub(super) fn set_head(&self, head: Position) {
        // [S5] Release: pairs with [S4].
        self.ctl().reader.head.store(self.shape.to_word(head), Ordering::Release);
    }

    pub(super) fn lost(&self) -> usize {
        // Relaxed: a count, exact when it is at rest.
        self.ctl().reader.lost.load(Ordering::Relaxed)
    }

    /// The consumer's.
    pub(super) fn set_lost(&self, lost: usize) {
        // Relaxed: as above.
        self.ctl().reader.lost.store(lost, Ordering::Relaxed);
    }

    pub(super) fn shed(&self) -> usize {
        // Relaxed: as above.
        self.ctl().shed.load(Ordering::Relaxed)
    }

    #[cold]
    pub(super) fn count_shed(&self) {
        // Relaxed: as above.
        self.ctl().shed.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the item of the lap before a position, which is there, is one that the consumer has left behind for good.
    #[inline(always)]
    pub(super) fn is_left_behind(&self, at: Position) -> bool {
        // Where laps come around, the consumer leaves nothing behind.
        !LAPS_WRAP && self.shape.lap_before(at).is_before(self.head())
    }

    /// How many items are inside, and how many were evicted where the consumer has not been yet. `tail` is any position at
    /// or before the tail; without one it's the head.
    pub(super) fn count(&self, tail: Option<Position>) -> (usize, usize) {
        let shape = self.shape;
        // The head first: found after it, the tail isn't before it.
        let head = self.head();
        let (tail, word) = self.tail_from(self.refresh(tail.unwrap_or(head)));
        let oldest = shape.lap_before(tail);
        if shape.full_cell(word).is_some() && (LAPS_WRAP || !oldest.is_before(head)) {
            (shape.slots(), shape.distance(head, oldest))
        } else {
            // The consumer may have gone on since we looked for it.
            (shape.distance(head, tail).min(shape.slots()), 0)
        }
    }

    /// How many items were evicted, by whomever, or left behind.
    pub(super) fn evicted(&self, tail: Option<Position>) -> usize {
        let (_, ahead) = self.count(tail);
        self.lost().wrapping_add(ahead)
    }

    /// Makes the words, if that was not done. For the owner, while no end is at work.
    pub(super) fn make(&self) {
        self.ctl().watch.arm(self.shape.cells());
        if Watch::ACTIVE {
            // The checker must know what it has before there are threads.
            let _ = (self.head(), self.lost(), self.shed(), self.ctl().ends.policy.get());
            let _ = (self.is_marked_closed(), self.is_noticed());
            let _ = (self.gauge().level(), self.gauge().marks(self.shape.slots()));
        }
        let made = &self.ctl().ends.made;
        // Relaxed, all: the owner has the ring to itself; whoever gets the ends has what it did.
        if made.load(Ordering::Relaxed) {
            return;
        }
        for idx in 0..self.shape.cells() {
            let word = if idx < self.shape.slots() { self.shape.free(Position::START, idx) } else { idx as Word };
            // Relaxed: as above.
            self.word(idx).store(word, Ordering::Relaxed);
        }
        // Relaxed: as above.
        made.store(true, Ordering::Relaxed);
    }

    /// The cells of ends that were forgotten go back to their seats. For the owner, while no end is at work.
    pub(super) fn reseat(&self) {
        let is_named = |cell| {
            (0..self.shape.cells()).any(|idx| {
                // Relaxed: the owner has the ring to itself.
                let word = self.word(idx).load(Ordering::Relaxed);
                if idx < self.shape.slots() { self.shape.cell(word) == cell } else { word == cell as Word }
            })
        };
        let mut cell = 0;
        for seat in self.shape.slots()..self.shape.cells() {
            // Relaxed: as above.
            if self.word(seat).load(Ordering::Relaxed) == TAKEN {
                while is_named(cell) {
                    cell += 1;
                }
                // Relaxed: as above.
                self.word(seat).store(cell as Word, Ordering::Relaxed);
            }
        }
        // Relaxed: as above.
        self.ctl().ends.producers.store(0, Ordering::Relaxed);
    }

    /// Drops all items inside. For the owner, while no end is at work, and none will be.
    ///
    /// # Safety
    /// No end is at work, and none will be.
    pub(super) unsafe fn drop_items(&self) {
        struct Rest<T> {
            view: View<T>,
            idx: usize,
        }

        impl<T> Rest<T> {
            fn run(&mut self) {
                while self.idx < self.view.shape.slots() {
                    // Relaxed: the owner has the ring to itself.
                    let word = self.view.word(self.idx).load(Ordering::Relaxed);
                    self.idx += 1;
                    if let Some(cell) = self.view.shape.full_cell(word) {
                        // SAFETY: the cell of a slot with an item; it was counted off, so that nobody takes it again.
                        drop(unsafe { self.view.read(cell) });
                    }
                }
            }
        }

        impl<T> Drop for Rest<T> {
            fn drop(&mut self) {
                self.run();
            }
        }

        // Relaxed: as in `make`.
        if core::mem::needs_drop::<T>() && self.ctl().ends.made.load(Ordering::Relaxed) {
            // Dropping `Rest` after the run finds nothing left, unless the run was cut short by a panic.
            Rest { view: *self, idx: 0 }.run();
        }
    }

    const fn consumer_seat(&self) -> usize {
        self.shape.slots() + self.shape.producers()
    }

    /// The consumer's cell. For the owner, while no end is at work.
    pub(super) fn sit_down_to_read(&self) -> usize {
        // Relaxed, all: the owner has the ring to itself.
        let cell = self.word(self.consumer_seat()).load(Ordering::Relaxed);
        // Relaxed: as above.
        self.word(self.consumer_seat()).store(TAKEN, Ordering::Relaxed);
        // Relaxed: as above.
        self.ctl().ends.consumer.store(true, Ordering::Relaxed);
        cell as usize
    }

    /// The consumer goes.
    pub(super) fn stand_up_from_reading(&self, cell: usize) {
        // Relaxed: [S6] follows.
        self.word(self.consumer_seat()).store(cell as Word, Ordering::Relaxed);
        // [S6] Release: pairs with [S13]. Orders: all that we did, and our cell, before whoever sees us gone.
        self.ctl().ends.consumer.store(false, Ordering::Release);
    }

    /// Whether the ring has one producer at most, which puts items into free slots without looking at them again.
    #[inline(always)]
    pub(super) const fn has_one_seat(&self) -> bool {
        self.shape.producers() == 1
    }

    /// From now on nothing is published. For the consumer, once; `head` is any position at or before the tail.
    ///
    /// The only producer is left a mark. What several do is barred at the tail, and before that in some slot, wherever it
    /// is: so there are only as many more pushes as there are slots.
    pub(super) fn close(&self, head: Position) {
        // Relaxed: the producer learns nothing else from it. The next ends have it by [S6].
        self.ctl().ends.closed.store(true, Ordering::Relaxed);
        if self.has_one_seat() {
            return;
        }
        let mut at = self.refresh(head);
        while !self.bar(at) {
            (at, _) = self.tail_from(at);
        }
    }

    /// Bars the slot of a position. Answers with whether it had not been published.
    fn bar(&self, at: Position) -> bool {
        // Relaxed: what was there is acquired by the next [S1]. Whoever acquires this word acquires that of its last [S2], too,
        // as for a read-modify-write.
        let word = self.word(at.idx()).fetch_or(BAR, Ordering::Relaxed);
        !matches!(self.shape.state(word, at), State::Full | State::Later)
    }

    /// Takes in again. For the owner, while no end is at work.
    pub(super) fn open(&self) {
        let ends = &self.ctl().ends;
        // Relaxed, all: the owner has the ring to itself.
        ends.noticed.store(false, Ordering::Relaxed);
        // Relaxed: as above.
        if !ends.closed.load(Ordering::Relaxed) {
            return;
        }
        // Relaxed: as above.
        ends.closed.store(false, Ordering::Relaxed);
        for idx in 0..self.shape.slots() {
            // Relaxed: as above.
            let word = self.word(idx).load(Ordering::Relaxed);
            // Relaxed: as above.
            self.word(idx).store(word & !BAR, Ordering::Relaxed);
        }
    }

    /// Whether the consumer has left the only producer a mark.
    #[inline(always)]
    pub(super) fn is_marked_closed(&self) -> bool {
        // Relaxed: as the store.
        self.ctl().ends.closed.load(Ordering::Relaxed)
    }

    /// The only producer has seen the mark: it has published its last item.
    #[cold]
    pub(super) fn notice(&self) {
        // [S14] Release: pairs with [S7]. Orders: our last pushes before the consumer's last look.
        self.ctl().ends.noticed.store(true, Ordering::Release);
    }

    /// Whether the only producer has seen the mark.
    pub(super) fn is_noticed(&self) -> bool {
        // [S7] Acquire: pairs with [S14]. Orders: the last pushes before a second look for an item.
        self.ctl().ends.noticed.load(Ordering::Acquire)
    }

    /// Whether there is a consumer that has not closed the ring.
    pub(super) fn has_consumer(&self) -> bool {
        // Relaxed: the fence before it orders it, where it is of any consequence.
        self.ctl().ends.consumer.load(Ordering::Relaxed) && !self.is_marked_closed()
    }

    /// Whether nothing is taken in. `tail` is any position at or before the tail.
    pub(super) fn is_closed(&self, tail: Position) -> bool {
        if self.has_one_seat() {
            return self.is_marked_closed();
        }
        let (tail, word) = self.tail_from(self.refresh(tail));
        self.shape.state(word, tail) == State::Barred
    }

    /// Where the last consumer has left items behind, and they may still be inside: positions that end at one of them. For
    /// the owner, while no end is at work.
    pub(super) fn left_behind(&self, head: Position) -> Option<(Position, Position)> {
        let from = self.shape.lap_before(head);
        let mut to = head;
        while !LAPS_WRAP && to != from {
            let at = self.shape.previous(to);
            if self.shape.state(self.load(at), at) == State::Full {
                return Some((from, to));
            }
            to = at;
        }
        None
    }

    /// Whether any producer is out.
    pub(super) fn has_producers(&self) -> bool {
        // [S8] Acquire: pairs with [S9]. Orders: the last pushes before a second look for an item.
        self.ctl().ends.producers.load(Ordering::Acquire) != 0
    }

    /// Counts the first producer. For the owner, while no end is at work.
    pub(super) fn admit_first(&self) -> Admission {
        // Relaxed: whoever gets the ends has what the owner did.
        self.ctl().ends.producers.store(1, Ordering::Relaxed);
        Admission(())
    }

    /// Counts one more producer.
    pub(super) fn admit(&self) -> Result<Admission, TooManyProducers> {
        let producers = &self.ctl().ends.producers;
        // Relaxed: [S10] looks again.
        let mut count = producers.load(Ordering::Relaxed);
        while count < self.shape.producers() {
            // [S10] Acquire: pairs with [S9]. Orders: that a seat was left before our search for it. On failure Relaxed:
            // we look again.
            match producers.compare_exchange(count, count + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Ok(Admission(())),
                Err(now) => count = now,
            }
        }
        Err(TooManyProducers)
    }

    /// Takes a seat, and the cell that waits there. Those who are counted and those who sit are never more than there are
    /// seats, so there is one; others may take it before us only by getting on themselves.
    pub(super) fn sit_down(&self, _: Admission) -> (usize, usize) {
        loop {
            for seat in self.shape.slots()..self.consumer_seat() {
                // Relaxed: [S11] looks again.
                let cell = self.word(seat).load(Ordering::Relaxed);
                // [S11] Acquire: pairs with [S12]. Orders: all that was done with the cell before what we do. On failure
                // Relaxed: somebody else was there first.
                if cell != TAKEN
                    && self.word(seat).compare_exchange(cell, TAKEN, Ordering::Acquire, Ordering::Relaxed).is_ok()
                {
                    return (seat, cell as usize);
                }
            }
        }
    }

    /// A producer goes, and leaves its cell at its seat.
    pub(super) fn stand_up(&self, seat: usize, cell: usize) {
        // [S12] Release: pairs with [S11]. Orders: all that was done with the cell before what the next one does.
        self.word(seat).store(cell as Word, Ordering::Release);
        // [S9] Release: pairs with [S8], [S10] and [S15]. Orders: our last pushes, and our seat, before whoever sees us gone.
        self.ctl().ends.producers.fetch_sub(1, Ordering::Release);
    }
}
