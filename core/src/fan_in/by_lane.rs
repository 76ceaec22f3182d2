//! The consumer's end as the [seam](crate::seam) has it, for those who want to know whose an item is.

#![forbid(unsafe_code)]

use core::fmt;

use super::lanes::Lane;
use super::view::BITS;
use super::{Consumer, LaneId};
use crate::PopError;
use crate::seam::{Pop, says_what_its_end_says};

/// Some lanes of a ring, in a word: two lanes whose numbers differ by a multiple of its bits are not told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneSet(usize);

impl LaneSet {
    /// So many lanes are told apart.
    pub const BITS: usize = BITS;

    /// No lane.
    pub const EMPTY: Self = Self(0);

    /// The lane of this number, and those that are not told apart from it.
    #[must_use]
    #[inline]
    pub const fn of(index: usize) -> Self {
        Self(1 << (index % BITS))
    }

    /// The set in a word, a bit for each lane.
    #[must_use]
    #[inline]
    pub const fn from_bits(bits: usize) -> Self {
        Self(bits)
    }

    /// As a word.
    #[must_use]
    #[inline]
    pub const fn to_bits(self) -> usize {
        self.0
    }

    /// Whether no lane is in it.
    #[must_use]
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in either.
    #[must_use]
    #[inline]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in both.
    #[must_use]
    #[inline]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The numbers of the lanes below a number that are in it.
    ///
    /// # Examples
    /// ```
    /// use forebay_core::fan_in::LaneSet;
    ///
    /// let lanes = LaneSet::of(0).or(LaneSet::of(LaneSet::BITS + 3));
    /// assert!(lanes.below(LaneSet::BITS + 1).eq([0, 3, LaneSet::BITS]), "two of them are not told apart");
    /// ```
    pub fn below(self, count: usize) -> impl Iterator<Item = usize> {
        let rests = core::iter::successors(Some(self.0), |bits| Some(bits & bits.wrapping_sub(1)));
        let rests = rests.take_while(|&bits| bits != 0).map(|bits| bits.trailing_zeros() as usize);
        // One lane for each bit first, as most rings have no more.
        (0..count.div_ceil(BITS))
            .flat_map(move |lap| rests.clone().map(move |rest| lap * BITS + rest))
            .filter(move |&number| number < count)
    }
}

/// A [`Consumer`] for the [seam](crate::seam) that tells which lane an item was in, and which lanes it has been in. Made by
/// [`Consumer::by_lane`].
///
/// # Examples
/// ```
/// use core::num::NonZeroU32;
/// use forebay_core::fan_in::Ring;
/// use forebay_core::seam::Pop;
///
/// let mut ring = Ring::<u32, 8, 2>::new();
/// let (opener, consumer) = ring.split();
/// let mut consumer = consumer.by_lane();
/// let (mut first, mut second) = (opener.open(NonZeroU32::MIN).unwrap(), opener.open(NonZeroU32::MIN).unwrap());
/// first.push(1).unwrap();
/// second.push(2).unwrap();
/// assert_eq!(consumer.pop(), Ok((first.lane(), 1)));
/// assert!(consumer.take_touched().below(2).eq([0]));
/// assert_eq!(consumer.pop(), Ok((second.lane(), 2)));
/// ```
pub struct ByLane<'q, T, K = ()> {
    end: Consumer<'q, T, K>,
}

impl<'q, T, K> Consumer<'q, T, K> {
    /// This end for the [seam](crate::seam), with items that tell their lanes.
    #[must_use]
    pub const fn by_lane(self) -> ByLane<'q, T, K> {
        ByLane { end: self }
    }
}

impl<'q, T, K> ByLane<'q, T, K> {
    /// The lanes in which there may be more room, or another pressure, since this was last asked: those whose items were taken here,
    /// and those that were found empty.
    #[inline]
    pub fn take_touched(&mut self) -> LaneSet {
        core::mem::take(&mut self.end.rx.touched)
    }

    /// The lane of a number, if it is open: see [`Consumer::lane`].
    #[must_use]
    pub fn lane_at(&self, index: usize) -> Option<Lane<'_, T>> {
        let ring = &self.end.rx.ring;
        (index < ring.count() && ring.lane(index).is_open()).then(|| Lane::new(&self.end.rx, index))
    }

    /// The end behind it.
    pub const fn end(&self) -> &Consumer<'q, T, K> {
        &self.end
    }

    /// The end behind it. What is taken out by that is not [noted](Self::take_touched).
    pub const fn end_mut(&mut self) -> &mut Consumer<'q, T, K> {
        &mut self.end
    }

    /// The end behind it.
    pub fn into_end(self) -> Consumer<'q, T, K> {
        self.end
    }
}

impl<T, K> Pop for ByLane<'_, T, K> {
    type Item = (LaneId, T);

    #[inline(always)]
    fn pop(&mut self) -> Result<(LaneId, T), PopError> {
        let item = self.end.pop();
        if let Ok((lane, _)) = &item {
            self.end.rx.touch(lane.index);
        }
        item
    }

    says_what_its_end_says!(Pop);
}

impl<T, K> fmt::Debug for ByLane<'_, T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByLane").field("end", &self.end).finish()
    }
}
