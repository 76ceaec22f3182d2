//! Who needs no fence when the ring is changed: the thread by which all ends wait, or for a while, everybody.
//!
//! The fences of [waiting](super) order what *two* threads do. Where the ends of a channel are tasks of one thread, they are of no use,
//! and cost as much as all the rest. So whoever waits notes by which thread. One by which all have waited for a while, with two
//! exchanges of the word at least and one item fewer than `TRIAL`, is *at home*: it does without the fence `W2`. All other threads make
//! that fence. An end that waits by another thread first sets the word to "nobody is at home", and has the system make a
//! [fence](crate::sync::barrier) on all threads: that takes microseconds, but is mostly done once for two waits at most. Those alone
//! count: so a receiver is at home, too, whose senders are in other threads and never wait.
//! (A receiver that [meets](super#where-they-meet) all pushes does not come here, as those have no fence to save. So that home is of the
//! pops, and of those that wait for room.)
//!
//! And where threads are so busy that nobody waits, each of them would fence for nobody. So an end that has made `LULL` changes while
//! nobody has waited says that *all* are at home: then nobody makes that fence, until somebody waits, and leaves that as any other home. (If
//! a thread is at home, its waits are not counted. So another one leaves that home first, and waits for a second lull.)
//!
//! Tasks that go from one thread to another would make and leave one home after another. So after a home of a thread that was left too
//! soon to have been worth it, after fewer than `WORTH` items as its waits count them, it takes twice as many items to make the next
//! one, up to a bound. After one that was worth it, it takes half as many. (The items are those that have gone by an end since it last waited, and one at least.)
//!
//! ```text
//!  usize::BITS-1                                   BITS             0
//!     +----------------------------------------------+--------------+
//!     | number of the thread by which was waited last| its items    |
//!     +----------------------------------------------+--------------+
//! ```
//!
//! | word | who goes without a fence |
//! |---|---|
//! | fewer than `TRIAL`, of a thread or at first of none | nobody |
//! | `TRIAL`: that is its home | that thread |
//! | `TRIAL` of no thread, [`ALL`](threads) | everybody |
//! | `LEFT` in place of the count, with the number of who has left the home: the barrier may not have been run | nobody |
//! | `NEVER`: there is no barrier | nobody |
//!
//! # Why it is enough
//! Let one end of thread *p* go without the fence: it changes the ring, makes a light fence, loads this word, finds *p* at home there, or
//! all, and looks who waits. Let another end, of thread *w*, take its place in the line (or leave it, as the one that came first, to those
//! behind), [come](Home::come) here, and look at the ring again. Then either that look sees the change, or the first end sees the place.
//! For let *c* be the exchange by which was written what the first end loads, and *d* the last exchange, or load, of the other end here.
//!
//! - *w is p.* One of the two came before the other in the same thread.
//! - *d is a load of what somebody else has left.* It does not know how far that one is, and makes a heavy fence of its own: of that and
//!   the light one of *p*, one is first. But it does not take the home on from there: what *p* loads later might have been left anew, after
//!   its fence.
//! - *d is before c, and p is at home.* As *c* has been the last of two exchanges at least of thread *p* in a row, *d* is before all of
//!   these, and does not see the one before *c*. So `W1` of the other end comes before the `W1` which *p* has made between that one and
//!   *c*: the first end sees the place. (This is where `TRIAL` must be at least 2: the first of them writes 1.)
//! - *d is before c, and all are at home.* If *d* was an exchange, the load of *p* comes after it and what is before it (`W1`, `HO2`), as all
//!   that changes the word in between is exchanges. If it was the load of one that is at home, somebody has left that home since, as *c* is never made from
//!   a home: by an exchange that *d* does not see, and then a heavy fence, which comes after the light one that *w* has made before *d*
//!   therefore; and the load of *p* comes after that heavy fence (`HO1`, `HO2`). In each case the first end sees the place.
//! - *d is after c.* The home has been left in between: by an exchange to `LEFT`, a heavy fence, and the exchange `HO1` from there on,
//!   all by one thread, as nobody else changes what it has left. The first end loads what was there before: so its light fence comes
//!   before that heavy one, after which its change is seen. If it is not *d* itself that has left the home, *d* comes after who has
//!   (`HO1`), as all that changes the word is exchanges; or *d* loads what its own thread has written, after who has.
//!
//! When the system does not make the fence, although it did when it was asked first, the one that waits is woken at once, to try
//! again: it polls, but nothing is lost. The word is `LEFT` by nobody then, and the next one goes on from there.

#[cfg(not(feature = "std"))]
use self::nowhere::Word;
#[cfg(feature = "std")]
use self::threads::Word;
use crate::sync::{Ordering, always_const, fence};

#[derive(Debug)]
pub(super) struct Home(Word);

impl Home {
    always_const! {
        pub(super) fn new() -> Self {
            Self(Word::new())
        }
    }

    /// For a channel that is being made: nobody has an end of it.
    pub(super) fn open(&self) {
        self.0.open();
    }

    /// After a change of the ring, and before a look at who waits.
    #[inline(always)]
    pub(super) fn fence(&self, lull: &mut Lull) {
        if let Err(word) = self.0.find() {
            self.fence_elsewhere(word, lull);
        }
    }

    /// The same where this thread is not at home: out of line, so that those at home have little code.
    #[cold]
    #[inline(never)]
    fn fence_elsewhere(&self, word: usize, lull: &mut Lull) {
        self.0.count(word, lull);
        // [W2] SeqCst: pairs with [W1]. Orders: our change of the ring before our look at who waits.
        fence(Ordering::SeqCst);
    }

    /// Whether this thread is at home, which has just changed the ring.
    #[cfg(test)]
    pub(super) fn is_here(&self) -> bool {
        self.0.find().is_ok()
    }

    /// For one that has taken its place in a line, and made its fence, and will look at the ring; so many items have gone by it since it
    /// last did. `false`: that look may overlook what it is not called for.
    pub(super) fn come(&self, items: u16) -> bool {
        self.0.come(items)
    }
}

/// For how many changes of one end nobody has waited, as far as it knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lull {
    /// The lower half of what the word was.
    #[cfg(feature = "std")]
    word: u32,
    #[cfg(feature = "std")]
    changes: u32,
}

impl Lull {
    /// Of an end that is new, or has waited.
    pub(crate) const fn new() -> Self {
        Self {
            #[cfg(feature = "std")]
            word: 0,
            #[cfg(feature = "std")]
            changes: 0,
        }
    }
}

#[cfg(feature = "std")]
mod threads {
    use super::Lull;
    use crate::sync::{AtomicUsize, Ordering, always_const, barrier};

    #[derive(Debug)]
    pub(super) struct Word {
        word: AtomicUsize,
        /// How often it takes twice as much to make a home, up to [`DOUBLED`].
        doubled: Rough,
        /// How much there was since a home was made: at home, and then on the way to the next one.
        steps: Rough,
    }

    /// A number of which it is no matter if a change is lost. In models it is 0 for ever: no home is judged, and there is no execution more.
    #[derive(Debug)]
    struct Rough(#[cfg(not(forebay_loom))] AtomicUsize);

    impl Rough {
        always_const! {
            fn new() -> Self {
                Self(#[cfg(not(forebay_loom))] AtomicUsize::new(0))
            }
        }

        #[cfg(not(forebay_loom))]
        fn get(&self) -> usize {
            // Relaxed: any number will do.
            self.0.load(Ordering::Relaxed)
        }

        #[cfg(not(forebay_loom))]
        fn set(&self, number: usize) {
            // Relaxed: any number will do.
            self.0.store(number, Ordering::Relaxed);
        }

        #[cfg(forebay_loom)]
        const fn get(&self) -> usize {
            0
        }

        #[cfg(forebay_loom)]
        const fn set(&self, _number: usize) {}
    }

    /// How many of its bits count.
    const BITS: u32 = 8;
    /// How many items go by with waits of one thread, and none of another in between, before it is at home. Its first wait counts as one.
    const TRIAL: usize = if cfg!(forebay_loom) { 2 } else { 8 };
    const _: () = assert!(2 <= TRIAL && TRIAL < LEFT);
    /// After how many changes of one end all are at home: to leave that takes as long as some hundred fences, and tasks that fill and
    /// drain a ring by turns wait once in as many changes as it has room for.
    const LULL: u32 = if cfg!(forebay_loom) { 2 } else { 4096 };
    /// How often [`TRIAL`] is doubled at most: tasks that go from one thread to another now and then would leave one home after another.
    const DOUBLED: usize = 7;
    /// How many items go by at a home that was worth it: by trial with tasks of tokio on two threads and two cores that waited for each item.
    /// (There, to leave it takes 2 µs where another thread of the process runs, and 0.1 µs where none does, as often when a task has gone
    /// to another thread.)
    const WORTH: usize = 16;
    const MASK: usize = (1 << BITS) - 1;
    /// Nobody has waited.
    const NONE: usize = 0;
    const NEVER: usize = 1;
    /// In place of the count.
    const LEFT: usize = MASK;
    /// In place of the number of a thread: all.
    const ALL: usize = usize::MAX >> BITS;

    /// The word when the thread with this number is at home. No thread has the number 0.
    #[inline(always)]
    const fn home_of(number: usize) -> usize {
        number << BITS | TRIAL
    }

    /// The word after the first wait of the thread with this number.
    const fn first_of(number: usize) -> usize {
        number << BITS | 1
    }

    /// The word when the thread with this number has left a home. 0: nobody goes on from there by himself, so who comes next may.
    const fn left_by(number: usize) -> usize {
        number << BITS | LEFT
    }

    /// Whose items are counted, or who has left.
    const fn number_in(word: usize) -> usize {
        word >> BITS
    }

    impl Word {
        always_const! {
            pub(super) fn new() -> Self {
                Self { word: AtomicUsize::new(NEVER), doubled: Rough::new(), steps: Rough::new() }
            }
        }

        pub(super) fn open(&self) {
            // If there is none now, there never was.
            if barrier::ask() {
                // Relaxed: the ends are handed on from here.
                self.word.store(NONE, Ordering::Relaxed);
            }
        }

        /// Counts a wait after so many items. Answers with how much there was before it, and is now.
        fn step(&self, items: u16) -> (usize, usize) {
            let before = self.steps.get();
            let after = before.wrapping_add(usize::from(items).clamp(1, TRIAL << DOUBLED));
            self.steps.set(after);
            (before, after)
        }

        /// How far such a wait leads on the way to a home: not all do, where homes were left too soon.
        fn progress(&self, items: u16) -> usize {
            let (before, after) = self.step(items);
            let doubled = self.doubled.get();
            (after >> doubled).saturating_sub(before >> doubled)
        }

        /// The home of a thread is left: the next one is made sooner if this one was worth it, and later if not.
        fn judge(&self) {
            let doubled = self.doubled.get();
            let was_worth_it = self.steps.get() >= WORTH;
            self.doubled.set(if was_worth_it { doubled.saturating_sub(1) } else { (doubled + 1).min(DOUBLED) });
        }

        /// Whether this thread is at home; if not, by which word.
        #[inline(always)]
        pub(super) fn find(&self) -> Result<(), usize> {
            if !barrier::POSSIBLE {
                return Err(NEVER);
            }
            barrier::light();
            // [HO2] Acquire: pairs with [W1], which comes before an exchange here, and with [HO1]. Orders: the places of those who have
            // waited before all were at home, before our look at who waits. That somebody leaves a home is a matter of the light fence
            // and the heavy one.
            let word = self.word.load(Ordering::Acquire);
            if word == home_of(ALL) || word == home_of(barrier::number_if_any()) { Ok(()) } else { Err(word) }
        }

        /// Counts a change by one that is not at home by this word.
        pub(super) fn count(&self, word: usize, lull: &mut Lull) {
            if word as u32 != lull.word {
                *lull = Lull { word: word as u32, changes: 0 };
            }
            lull.changes += 1;
            if lull.changes >= LULL {
                lull.changes = 0;
                self.after_a_lull(word);
            }
        }

        /// All are at home from now on, if nobody waits meanwhile; or if another thread is at home, nobody, and after another lull all are.
        fn after_a_lull(&self, word: usize) {
            if word == NEVER || word & MASK == LEFT {
                return;
            }
            if word == home_of(number_in(word)) {
                // If somebody else has left it, or the system makes no fence, so be it.
                let _ = self.leave(word, barrier::number(ALL - 1));
                return;
            }
            // Relaxed, both: [HO2] reads what [W1] and [HO1] have released, as an exchange goes on with it. When it fails somebody waits.
            let _ = self.word.compare_exchange(word, home_of(ALL), Ordering::Relaxed, Ordering::Relaxed);
        }

        /// Nobody is at home any more. Answers with whether the system has made the fence; or with the word, if it is another one by now.
        fn leave(&self, word: usize, number: usize) -> Result<bool, usize> {
            // Relaxed, both: the heavy fence pairs with the light ones.
            self.word.compare_exchange(word, left_by(number), Ordering::Relaxed, Ordering::Relaxed)?;
            if word & MASK != LEFT && word != home_of(ALL) {
                self.judge();
            }
            let is_fenced = barrier::heavy();
            // One without a number of its own can't tell what it has left from what others like it have.
            if number != 0 {
                let next = if is_fenced { first_of(number) } else { left_by(0) };
                // [HO1] Release: pairs with itself, below, and [HO2]. Orders: our heavy fence before the look at the ring of those that
                // come later. Relaxed when it fails, which it does not: nobody else changes that.
                let _ = self.word.compare_exchange(left_by(number), next, Ordering::Release, Ordering::Relaxed);
            }
            Ok(is_fenced)
        }

        pub(super) fn come(&self, items: u16) -> bool {
            if !barrier::POSSIBLE {
                return true;
            }
            let number = barrier::number(ALL - 1);
            barrier::light();
            // Relaxed: a guess, unless it is never left, or is our own.
            let mut word = self.word.load(Ordering::Relaxed);
            while word != NEVER && word != home_of(number) {
                if word == home_of(number_in(word)) || word == left_by(0) {
                    match self.leave(word, number) {
                        Ok(is_fenced) => return is_fenced,
                        Err(other) => word = other,
                    }
                    continue;
                }
                if word & MASK == LEFT {
                    return barrier::heavy();
                }
                let next = match number {
                    // There have been too many threads.
                    0 => NONE,
                    // An exchange all the same, which reads the latest word.
                    _ if number_in(word) == number => number << BITS | TRIAL.min((word & MASK) + self.progress(items)),
                    _ => first_of(number),
                };
                // [HO1] Acquire: pairs with itself, above. Orders: the heavy fence of whoever has left a home before our look at the
                // ring; and that of those that come later, as an exchange goes on with the release that it reads. Relaxed when it
                // fails: it is tried again. What we have done before [W1], our place, is released by that.
                match self.word.compare_exchange(word, next, Ordering::Acquire, Ordering::Relaxed) {
                    Ok(_) => {
                        if next == home_of(number) {
                            self.steps.set(0);
                        }
                        return true;
                    }
                    Err(other) => word = other,
                }
            }
            if word != NEVER {
                self.step(items);
            }
            true
        }
    }
}

#[cfg(not(feature = "std"))]
mod nowhere {
    use super::Lull;

    #[derive(Debug)]
    pub(super) struct Word;

    impl Word {
        pub(super) const fn new() -> Self {
            Self
        }

        pub(super) const fn open(&self) {}

        #[inline(always)]
        pub(super) const fn find(&self) -> Result<(), usize> {
            Err(0)
        }

        pub(super) const fn count(&self, _word: usize, _lull: &mut Lull) {}

        pub(super) const fn come(&self, _items: u16) -> bool {
            true
        }
    }
}
