//! The memory of all lanes as the ends see it: shared words, slots, and who may touch them.

use core::cell::UnsafeCell;
use core::fmt;
use core::mem::MaybeUninit;
use core::num::NonZeroU32;
use core::ptr::NonNull;

use super::round::Account;
use crate::Refusal;
use crate::overflow::Policy;
use crate::position::Capacity;
use crate::spsc;
use crate::sync::{AtomicBool, AtomicUsize, CachePadded, Claim, Ordering, SwapBool, SwapUsize};

/// What is shared beside the lanes. Written when an end comes or goes.
pub(super) struct Ctl {
    /// How many openers and producers are out.
    pub(super) producers: SwapUsize,
    /// Whether the consumer's end is out.
    pub(super) consumer: AtomicBool,
    pub(super) claim: Claim,
}

impl Ctl {
    /// Of the count of producers: it goes no further.
    pub(super) const MANY: usize = isize::MAX as usize;

    pub(super) const fn new() -> Self {
        Self { producers: SwapUsize::new(0), consumer: AtomicBool::new(false), claim: Claim::new() }
    }
}

/// What is known of as many lanes as a word has bits.
pub(super) struct Group {
    /// The hints: a bit for each lane that has items, or is to be looked at.
    pub(super) hints: SwapUsize,
    /// The lanes that the consumer has seen opened and not given back. The consumer's own.
    known: UnsafeCell<usize>,
}

impl Group {
    pub(super) const fn new() -> Self {
        Self { hints: SwapUsize::new(0), known: UnsafeCell::new(0) }
    }
}

/// Room for what the ends share of one lane, in the memory that is handed to a [`SliceRing`](super::SliceRing). The items of
/// the lane lie in [slots](spsc::Slot).
///
/// # Memory
/// Some 30 words on a 32-bit microcontroller, some 1000 bytes elsewhere, padded so that lanes share no cache line.
pub struct LaneMemory<T> {
    ring: spsc::LaneCtl,
    pub(super) words: CachePadded<Words>,
    mine: CachePadded<UnsafeCell<MaybeUninit<Private<T>>>>,
    /// The group whose number this lane has, if there is one. It lies here as no constant can say how many groups there are.
    group: CachePadded<Group>,
}

// SAFETY: while it can be moved no ring is made of it, or one whose ends are gone or were forgotten: nobody will use what is in
// it, and nothing in it belongs to a thread.
unsafe impl<T: Send> Send for LaneMemory<T> {}

/// What of a lane is written seldom.
pub(super) struct Words {
    /// [`FREE`](Words::FREE) and so on.
    state: SwapUsize,
    /// Whether the producer need not leave a hint.
    pub(super) hinted: SwapBool,
    /// How often the lane has been given back.
    pub(super) generation: AtomicUsize,
    weight: AtomicUsize,
    pub(super) policy: Policy,
    /// How many values were dropped at full since the lane was opened. Written by the producer alone.
    pub(super) shed: AtomicUsize,
}

/// The consumer's own of a lane.
pub(super) struct Private<T> {
    pub(super) rx: spsc::Consumer<'static, T>,
    pub(super) account: Account,
}

impl Words {
    /// Nobody's, but that the consumer will drop its end of it.
    const FREE: usize = 0;
    /// An opener's.
    const OPENING: usize = 1;
    /// A producer's and the consumer's.
    const OPEN: usize = 2;
    /// There is no consumer, and it will not be opened.
    const SHUT: usize = 3;
}

impl<T> LaneMemory<T> {
    /// A lane that is free.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::fan_in::{LaneMemory, SliceRing, Slot};
    ///
    /// let (mut lanes, mut slots) = ([const { LaneMemory::new() }; 2], [const { Slot::new() }; 8]);
    /// let mut ring: SliceRing<u32> = SliceRing::new(&mut lanes, &mut slots)?;
    /// assert_eq!(ring.split().1.lane_capacity(), 4);
    /// # Ok::<(), forebay_core::CapacityError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ring: spsc::LaneCtl::new(),
            words: CachePadded::new(Words {
                state: SwapUsize::new(Words::FREE),
                hinted: SwapBool::new(false),
                generation: AtomicUsize::new(0),
                // Set when it is opened. A ring that is all zeros at first takes no flash.
                weight: AtomicUsize::new(0),
                policy: Policy::of_refusal(Refusal::Reject),
                shed: AtomicUsize::new(0),
            }),
            mine: CachePadded::new(UnsafeCell::new(MaybeUninit::uninit())),
            group: CachePadded::new(Group::new()),
        }
    }

    /// The consumer's own.
    #[inline(always)]
    pub(super) fn private(&self) -> *mut Private<T> {
        self.mine.get().cast()
    }

    /// Takes a free lane for an opener.
    pub(super) fn try_take(&self) -> bool {
        let state = &self.words.state;
        // Relaxed, twice: what is not free was looked at in vain.
        state.load(Ordering::Relaxed) == Words::FREE
            // [L1] Acquire: pairs with [L4]. Orders: all that the consumer did with the lane before what we do.
            && state.compare_exchange(Words::FREE, Words::OPENING, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// The opener has made the lane ready. Answers with whether it is open now: otherwise the consumer has gone meanwhile.
    pub(super) fn set_open(&self) -> bool {
        // [L2] Release: pairs with [L3]. Orders: the making of the producer's end before the consumer's use of the lane.
        // Relaxed when it fails: nothing is done with the lane then.
        self.words.state.compare_exchange(Words::OPENING, Words::OPEN, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Whether the lane is open, or drained and not given back. Asked by the consumer.
    pub(super) fn is_open(&self) -> bool {
        // [L3] Acquire: pairs with [L2].
        self.words.state.load(Ordering::Acquire) == Words::OPEN
    }

    /// The consumer gives the lane back.
    pub(super) fn set_free(&self) {
        // [L4] Release: pairs with [L1].
        self.words.state.store(Words::FREE, Ordering::Release);
    }

    /// The consumer goes. Answers with whether its end of the lane is its own: an opener that is at work will find out.
    pub(super) fn shut(&self) -> bool {
        // [L5] Acquire: pairs with [L2], as the consumer drops its end of the lane.
        self.words.state.swap(Words::SHUT, Ordering::Acquire) != Words::OPENING
    }

    /// Whether the consumer is gone.
    pub(super) fn is_shut(&self) -> bool {
        // Relaxed: nothing else comes of it.
        self.words.state.load(Ordering::Relaxed) == Words::SHUT
    }

    /// For whoever has all lanes to itself.
    pub(super) fn reset(&self, has_items: bool) {
        // Relaxed, all: nobody else is at work.
        if !has_items && self.words.state.load(Ordering::Relaxed) != Words::FREE {
            self.words.next_generation();
        }
        // Relaxed: as above.
        self.words.state.store(if has_items { Words::OPEN } else { Words::FREE }, Ordering::Relaxed);
        // Relaxed: as above.
        self.words.hinted.store(has_items, Ordering::Relaxed);
        // Relaxed: as above.
        self.words.shed.store(0, Ordering::Relaxed);
    }
}

impl<T> Default for LaneMemory<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for LaneMemory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaneMemory").finish_non_exhaustive()
    }
}

impl Words {
    /// For whoever has the lane to itself.
    pub(super) fn next_generation(&self) {
        // Relaxed, both: [L4] and [L1] order them.
        let next = self.generation.load(Ordering::Relaxed).wrapping_add(1);
        self.generation.store(next, Ordering::Relaxed);
    }

    #[inline(always)]
    pub(super) fn weight(&self) -> u32 {
        // Relaxed: it orders nothing, and any that was or is set will do.
        u32::try_from(self.weight.load(Ordering::Relaxed)).unwrap_or(u32::MAX)
    }

    pub(super) fn set_weight(&self, weight: NonZeroU32) {
        // Relaxed: as above.
        self.weight.store(usize::try_from(weight.get()).unwrap_or(usize::MAX), Ordering::Relaxed);
    }
}

/// The shared words, the lanes and their slots, by address. Copied into all ends, and made anew by the owner when it needs it.
pub(super) struct View<T> {
    ctl: NonNull<Ctl>,
    lanes: NonNull<LaneMemory<T>>,
    slots: NonNull<spsc::Slot<T>>,
    count: usize,
    capacity: Capacity,
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for View<T> {}

impl<T> View<T> {
    /// # Safety
    /// There are `capacity` slots for each lane, and all of them and `ctl` outlive the view and all its copies (I0).
    pub(super) unsafe fn new(ctl: &Ctl, lanes: &[LaneMemory<T>], slots: &[spsc::Slot<T>], capacity: Capacity) -> Self {
        debug_assert!(slots.len() >= lanes.len() * capacity.get());
        // The pointers are made from the slices, so that they may reach all of them.
        Self {
            ctl: NonNull::from(ctl),
            lanes: NonNull::from(lanes).cast(),
            slots: NonNull::from(slots).cast(),
            count: lanes.len(),
            capacity,
        }
    }

    #[inline(always)]
    pub(super) const fn ctl(&self) -> &Ctl {
        // SAFETY: I0: the memory outlives its views.
        unsafe { self.ctl.as_ref() }
    }

    /// How many lanes there are.
    #[inline(always)]
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// How many items each of them holds.
    #[inline(always)]
    pub(super) const fn capacity(&self) -> usize {
        self.capacity.get()
    }

    /// How many groups there are.
    #[inline(always)]
    pub(super) const fn groups(&self) -> usize {
        self.count.div_ceil(BITS)
    }

    /// The group with a number below their count.
    #[inline(always)]
    pub(super) fn group(&self, number: usize) -> &Group {
        debug_assert!(number < self.groups());
        // There are no more groups than lanes.
        &self.lane(number).group
    }

    /// The lane with a number below their count.
    #[inline(always)]
    pub(super) fn lane(&self, number: usize) -> &LaneMemory<T> {
        debug_assert!(number < self.count);
        // SAFETY: the number is below their count.
        let lane = unsafe { self.lanes.add(number) };
        // SAFETY: I0: they outlive the view; all that is written in one is in cells and atomics.
        unsafe { lane.as_ref() }
    }

    /// The ring of the lane with a number below their count.
    pub(super) fn ring(&self, number: usize) -> spsc::Lane<T> {
        debug_assert!(number < self.count);
        let len = self.capacity.get();
        // SAFETY: each lane has so many slots, one after another.
        let first = unsafe { self.slots.add(number * len) };
        let slots = NonNull::slice_from_raw_parts(first, len);
        // SAFETY: I0: they outlive the view; items lie in cells.
        let slots = unsafe { slots.as_ref() };
        // SAFETY: there are so many, and I0.
        unsafe { spsc::Lane::new(&self.lane(number).ring, slots, self.capacity) }
    }

    /// The consumer's own of the lane with a number below their count.
    #[inline(always)]
    pub(super) fn private(&self, number: usize) -> *mut Private<T> {
        self.lane(number).private()
    }

    /// The lanes of a group that the consumer knows.
    ///
    /// # Safety
    /// Called by the consumer, or by whoever has all lanes to itself.
    #[inline(always)]
    pub(super) unsafe fn known(&self, group: usize) -> usize {
        // SAFETY: I3: nobody else touches it.
        unsafe { *self.group(group).known.get() }
    }

    /// # Safety
    /// As [`known`](Self::known).
    #[inline(always)]
    pub(super) unsafe fn set_known(&self, group: usize, known: usize) {
        // SAFETY: I3: nobody else touches it.
        unsafe { *self.group(group).known.get() = known };
    }

    /// The producer of a lane makes sure that the consumer will come by, after it has done something there.
    #[inline(always)]
    pub(super) fn tell(&self, number: usize) {
        // [H1] Acquire: pairs with [H4]. Orders: the consumer's taking away of the hint before our new one, or that could be
        // the one taken away, with the flag left set.
        if !self.lane(number).words.hinted.load(Ordering::Acquire) {
            self.leave_hint(number);
        }
    }

    /// Leaves a hint. By the producer, or by the consumer for itself.
    #[cold]
    pub(super) fn leave_hint(&self, number: usize) {
        // Relaxed: [H2] orders it before whatever comes of the hint.
        self.lane(number).words.hinted.store(true, Ordering::Relaxed);
        self.set_hint(number);
    }

    /// Sets the bit alone: by a producer that is going, for whose successor the flag is.
    pub(super) fn set_hint(&self, number: usize) {
        let (group, bit) = place(number);
        // [H2] Release: pairs with [H3]. Orders: the item, the opening [L2] and the flag before what the consumer does when
        // it has taken the hint away.
        self.group(group).hints.fetch_or(bit, Ordering::Release);
    }

    /// Makes the model checker know the shared words; nothing in an ordinary build. Called while one thread knows them.
    pub(super) fn arm(&self) {
        for number in 0..self.count {
            let words = &self.lane(number).words;
            // Relaxed, all: one thread knows them.
            words.generation.load(Ordering::Relaxed);
            // Relaxed: as above.
            words.shed.load(Ordering::Relaxed);
            let _ = (words.weight(), words.policy.get());
        }
    }
}

/// How many lanes are in a group.
pub(super) const BITS: usize = usize::BITS as usize;

/// Where the bit of a lane is: in which group, and the bit.
#[inline(always)]
pub(super) const fn place(number: usize) -> (usize, usize) {
    (number / BITS, 1 << (number % BITS))
}
