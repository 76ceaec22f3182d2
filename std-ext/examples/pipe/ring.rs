//! The rings that a relay may run through, behind one face. None of them waits.

use std::num::NonZeroU32;

use forebay::expiry::Stamped;
use forebay::fan_in::{self, LaneId};
use forebay::latest::{self, OwnedReader, OwnedWriter};
use forebay::seam::{Pop, Push};
use forebay::{CapacityError, PopError, Pressure, PushError, Pushed, Seen, Watermarks, mpsc, spsc, swap};

use crate::policy::OnFull;
use crate::rules::Rules;

/// What lies between the readers and the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ring for as many records, which obeys one [`OnFull`] for all its life.
    Fixed(usize, OnFull),
    /// The same, but it obeys that one at first and can be switched.
    Switched(usize, OnFull),
    /// A lane for as many records for each reader, served in turn. It can be switched, but never evicts.
    Fair(usize, OnFull),
    /// The newest record and nothing else. It is never full, and has room for one reader only.
    Latest,
}

impl Kind {
    /// How many records it holds, or each of its lanes.
    pub(crate) const fn capacity(self) -> usize {
        match self {
            Self::Fixed(capacity, _) | Self::Switched(capacity, _) | Self::Fair(capacity, _) => capacity,
            Self::Latest => 1,
        }
    }

    /// How many lanes it has if as many readers put records in.
    pub(crate) const fn lanes(self, readers: usize) -> usize {
        match self {
            Self::Fair(..) => readers,
            Self::Fixed(..) | Self::Switched(..) | Self::Latest => 1,
        }
    }

    /// Whether it can be pressed.
    pub(crate) const fn has_level(self) -> bool {
        !matches!(self, Self::Latest)
    }
}

/// A kind of ring, and what is set before records go in.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    /// Where the level changes, if not where the ring says.
    pub(crate) marks: Option<Watermarks>,
    /// The shares of the lanes; 1 for those that are not there.
    pub(crate) weights: Vec<NonZeroU32>,
    /// What stands before and behind it.
    pub(crate) rules: Rules,
}

impl Plan {
    #[cfg(test)]
    pub(crate) const fn of(kind: Kind) -> Self {
        Self { kind, marks: None, weights: Vec::new(), rules: Rules::NONE }
    }

    /// The ends: one for each reader, which puts records in, and the one that takes them out.
    pub(crate) fn ends<T>(&self, readers: usize) -> Result<(Vec<Tx<T>>, Rx<T>), CapacityError> {
        const CHECKED: &str = "the command line is checked";
        let marks = self.marks;
        Ok(match self.kind {
            Kind::Fixed(capacity, on_full) if readers == 1 && on_full != OnFull::DropOldest => {
                let (mut ring, rx) = spsc::ring(capacity)?;
                marks.map_or(Ok(()), |marks| ring.set_watermarks(marks)).expect(CHECKED);
                (vec![Tx::Alone { ring, sheds: on_full == OnFull::DropIncoming }], Rx::Alone(rx))
            }
            Kind::Fixed(capacity, on_full) if on_full != OnFull::DropOldest => {
                let (ring, mut rx) = mpsc::ring(capacity)?;
                marks.map_or(Ok(()), |marks| rx.set_watermarks(marks)).expect(CHECKED);
                ring.set_refusal(on_full.refusal());
                (vec![ring; readers].into_iter().map(Tx::Several).collect(), Rx::Several(rx))
            }
            Kind::Fixed(capacity, on_full) | Kind::Switched(capacity, on_full) => {
                let ring = swap::HeapRing::with_overflow(capacity, readers, on_full.overflow())?;
                let (first, mut rx) = ring.into_ends();
                marks.map_or(Ok(()), |marks| rx.set_watermarks(marks)).expect(CHECKED);
                let another = |_| first.try_clone().expect("the ring was made for as many");
                let mut all: Vec<_> = (1..readers).map(another).map(Tx::Evicting).collect();
                all.push(Tx::Evicting(first));
                (all, Rx::Evicting(rx))
            }
            Kind::Fair(capacity, on_full) => {
                let (opener, rx) = fan_in::ring(readers, capacity)?;
                let mut lanes = Vec::new();
                for number in 0..readers {
                    let weight = self.weights.get(number).copied().unwrap_or(NonZeroU32::MIN);
                    let mut lane = opener.open(weight).expect("there is one for each");
                    marks.map_or(Ok(()), |marks| lane.set_watermarks(marks)).expect(CHECKED);
                    lane.set_refusal(on_full.refusal());
                    lanes.push(lane);
                }
                // The places of the lanes, and so what `pop` tells, are the readers' numbers.
                let ids = lanes.iter().map(fan_in::Producer::lane).collect();
                (lanes.into_iter().map(Tx::Lane).collect(), Rx::Lanes(rx, ids))
            }
            Kind::Latest => {
                assert_eq!(readers, 1, "{CHECKED}");
                let (tx, rx) = latest::triple_buffer();
                (vec![Tx::Latest(tx)], Rx::Latest(rx))
            }
        })
    }
}

/// The end that puts records in.
pub(crate) enum Tx<T> {
    /// For one reader, where nothing is evicted. It `sheds` at full, or gives the record back.
    Alone {
        ring: spsc::OwnedProducer<T>,
        sheds: bool,
    },
    /// For several readers, where nothing is evicted.
    Several(mpsc::OwnedProducer<T>),
    /// Where records may be evicted, or may come to be.
    Evicting(swap::OwnedProducer<T>),
    /// A lane of one's own.
    Lane(fan_in::OwnedProducer<T>),
    Latest(OwnedWriter<T>),
}

impl<T> Tx<T> {
    /// The ring or the lane, if it is one that can be full.
    fn ring(&self) -> Option<&dyn Push<Item = T>> {
        match self {
            Self::Alone { ring, .. } => Some(ring),
            Self::Several(ring) => Some(ring),
            Self::Evicting(ring) => Some(ring),
            Self::Lane(lane) => Some(lane),
            Self::Latest(_) => None,
        }
    }

    /// Obeys this policy from now on. Only a ring that is [switched](Kind::Switched), or [fair](Kind::Fair), gets any other
    /// than at first.
    pub(crate) fn obey(&self, on_full: OnFull) {
        match self {
            Self::Evicting(ring) if ring.overflow() != on_full.overflow() => ring.set_overflow(on_full.overflow()),
            Self::Lane(lane) if lane.refusal() != on_full.refusal() => lane.set_refusal(on_full.refusal()),
            Self::Evicting(_) | Self::Lane(_) | Self::Alone { .. } | Self::Several(_) | Self::Latest(_) => {}
        }
    }

    /// How pressed the ring is, or the lane, if that has changed since it was last seen.
    pub(crate) fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
        match self {
            Self::Alone { ring, .. } => ring.pressure_since(seen),
            Self::Several(ring) => ring.pressure_since(seen),
            Self::Evicting(ring) => ring.pressure_since(seen),
            Self::Lane(lane) => lane.pressure_since(seen),
            Self::Latest(_) => None,
        }
    }
}

/// A record that had to go for another one comes back as [`Evicted`](Pushed::Evicted). The newest record alone is in the way of none.
impl<T> Push for Tx<T> {
    type Item = T;

    fn push(&mut self, record: T) -> Result<Pushed<T>, PushError<T>> {
        match self {
            Self::Alone { ring, sheds } => match ring.push(record) {
                Ok(()) => Ok(Pushed::Stored),
                Err(PushError::Full(record)) if *sheds => Err(PushError::Shed(record)),
                Err(error) => Err(error),
            },
            Self::Several(ring) => ring.push(record).map(|()| Pushed::Stored),
            Self::Lane(lane) => lane.push(record).map(|()| Pushed::Stored),
            Self::Evicting(ring) => ring.push(record),
            Self::Latest(buffer) if buffer.is_closed() => Err(PushError::Closed(record)),
            Self::Latest(buffer) => Ok(buffer.write(record).map_or(Pushed::Stored, Pushed::Evicted)),
        }
    }

    fn capacity(&self) -> usize {
        self.ring().map_or(1, Push::capacity)
    }

    fn len(&self) -> usize {
        self.ring().map_or(0, Push::len)
    }

    fn is_full(&self) -> bool {
        self.ring().is_some_and(Push::is_full)
    }

    fn is_closed(&self) -> bool {
        match self {
            Self::Latest(buffer) => buffer.is_closed(),
            _ => self.ring().is_some_and(Push::is_closed),
        }
    }

    fn pressure(&self) -> Pressure {
        self.ring().map_or(Pressure::Open, Push::pressure)
    }
}

/// The end that takes records out.
#[allow(clippy::large_enum_variant, reason = "there is one in a relay")]
pub(crate) enum Rx<T> {
    Alone(spsc::OwnedConsumer<T>),
    Several(mpsc::OwnedConsumer<T>),
    Evicting(swap::OwnedConsumer<T>),
    /// All lanes, and which those are, by the readers' numbers.
    Lanes(fan_in::OwnedConsumer<T>, Vec<LaneId>),
    Latest(OwnedReader<T>),
}

impl<T> Rx<T> {
    /// The ring or the lanes, if it is more than one record.
    fn ring(&self) -> Option<&dyn Pop<Item = T>> {
        match self {
            Self::Alone(ring) => Some(ring),
            Self::Several(ring) => Some(ring),
            Self::Evicting(ring) => Some(ring),
            Self::Lanes(lanes, _) => Some(lanes),
            Self::Latest(_) => None,
        }
    }

    /// The next record, and of which lane it is: of the first one where there are no lanes.
    pub(crate) fn pop(&mut self) -> Result<(usize, T), PopError> {
        let record = match self {
            Self::Alone(ring) => ring.pop(),
            Self::Several(ring) => ring.pop(),
            Self::Evicting(ring) => ring.pop(),
            Self::Lanes(lanes, _) => return lanes.pop().map(|(lane, record)| (lane.index(), record)),
            Self::Latest(buffer) => buffer.read(),
        };
        record.map(|record| (0, record))
    }

    /// How many records are inside, in this lane.
    pub(crate) fn len(&self, lane: usize) -> usize {
        match self {
            Self::Alone(ring) => ring.len(),
            Self::Several(ring) => ring.len(),
            Self::Evicting(ring) => ring.len(),
            // One that is not open any more has none.
            Self::Lanes(lanes, ids) => lanes.lane(ids[lane]).map_or(0, |lane| lane.len()),
            Self::Latest(buffer) => usize::from(!buffer.is_empty()),
        }
    }

    /// How pressed the ring is, or this lane, if that has changed since it was last seen.
    pub(crate) fn pressure_since(&self, lane: usize, seen: &mut Seen) -> Option<Pressure> {
        match self {
            Self::Alone(ring) => ring.pressure_since(seen),
            Self::Several(ring) => ring.pressure_since(seen),
            Self::Evicting(ring) => ring.pressure_since(seen),
            Self::Lanes(lanes, ids) => lanes.lane(ids[lane])?.pressure_since(seen),
            Self::Latest(_) => None,
        }
    }

    /// How many records were missing before the one that was taken last.
    pub(crate) fn missed(&mut self) -> u64 {
        match self {
            Self::Evicting(ring) => ring.lost() as u64,
            // The writer of the newest value is told of each.
            Self::Alone(_) | Self::Several(_) | Self::Lanes(..) | Self::Latest(_) => 0,
        }
    }

    /// How many records were evicted, by the ring's own count. Exact while nobody puts records in.
    pub(crate) fn evicted(&self) -> u64 {
        match self {
            Self::Evicting(ring) => ring.evicted() as u64,
            Self::Alone(_) | Self::Several(_) | Self::Lanes(..) | Self::Latest(_) => 0,
        }
    }

    /// How many records gave way to a newer one, by the buffer's own count. Exact while nobody puts records in.
    pub(crate) fn conflated(&self) -> u64 {
        match self {
            Self::Latest(buffer) => buffer.conflated() as u64,
            Self::Alone(_) | Self::Several(_) | Self::Evicting(_) | Self::Lanes(..) => 0,
        }
    }
}

/// Each record with its lane, and when it came in.
impl<T> Pop for Rx<Stamped<T>> {
    type Item = Stamped<(usize, T)>;

    fn pop(&mut self) -> Result<Self::Item, PopError> {
        self.pop().map(|(lane, Stamped { value, at })| Stamped { value: (lane, value), at })
    }

    fn capacity(&self) -> usize {
        self.ring().map_or(1, Pop::capacity)
    }

    fn len(&self) -> usize {
        match self {
            Self::Latest(buffer) => usize::from(!buffer.is_empty()),
            _ => self.ring().map_or(0, Pop::len),
        }
    }

    fn is_closed(&self) -> bool {
        match self {
            Self::Latest(buffer) => buffer.is_closed(),
            _ => self.ring().is_some_and(Pop::is_closed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pushes 1 to 3 into what holds two, or one, then takes all.
    #[track_caller]
    fn overfill(
        kind: Kind,
        readers: usize,
        outcomes: [Result<Pushed<u32>, PushError<u32>>; 3],
        records: &[u32],
        lost: (u64, u64),
    ) {
        let (mut txs, mut rx) = Plan::of(kind).ends(readers).unwrap();
        assert_eq!(txs.len(), readers);
        let tx = &mut txs[0];
        assert_eq!([1, 2, 3].map(|record| tx.push(record)), outcomes);
        assert_eq!(rx.len(0), records.len());
        let taken: Vec<_> = std::iter::from_fn(|| rx.pop().ok()).collect();
        assert_eq!(taken, records.iter().map(|&record| (0, record)).collect::<Vec<_>>());
        assert_eq!((rx.len(0), tx.is_full()), (0, false));
        assert_eq!((rx.evicted(), rx.conflated()), lost);
    }

    #[test]
    fn each_rule_loses_what_it_says() {
        const STORED: Result<Pushed<u32>, PushError<u32>> = Ok(Pushed::Stored);
        let evicted = |record| Ok(Pushed::Evicted(record));
        let ring = |on_full| Kind::Fixed(2, on_full);
        for readers in [1, 2, 5] {
            overfill(ring(OnFull::Block), readers, [STORED, STORED, Err(PushError::Full(3))], &[1, 2], (0, 0));
            overfill(ring(OnFull::DropIncoming), readers, [STORED, STORED, Err(PushError::Shed(3))], &[1, 2], (0, 0));
            let fair = |on_full| Kind::Fair(2, on_full);
            overfill(fair(OnFull::Block), readers, [STORED, STORED, Err(PushError::Full(3))], &[1, 2], (0, 0));
            overfill(fair(OnFull::DropIncoming), readers, [STORED, STORED, Err(PushError::Shed(3))], &[1, 2], (0, 0));
            overfill(ring(OnFull::DropOldest), readers, [STORED, STORED, evicted(1)], &[2, 3], (1, 0));
        }
        overfill(Kind::Latest, 1, [STORED, evicted(1), evicted(2)], &[3], (0, 2));
    }

    #[test]
    fn a_switched_ring_obeys_the_policy_of_the_moment() {
        let (mut txs, mut rx) = Plan::of(Kind::Switched(1, OnFull::Block)).ends(2).unwrap();
        assert_eq!(txs[0].push(1), Ok(Pushed::Stored));
        assert_eq!(txs[0].push(2), Err(PushError::Full(2)));
        txs[1].obey(OnFull::DropOldest);
        assert_eq!(txs[0].push(2), Ok(Pushed::Evicted(1)));
        txs[0].obey(OnFull::DropIncoming);
        assert_eq!(txs[1].push(3), Err(PushError::Shed(3)));
        txs[1].obey(OnFull::Block);
        assert_eq!(txs[1].push(3), Err(PushError::Full(3)));
        assert_eq!((rx.pop(), rx.evicted()), (Ok((0, 2)), 1));
    }

    #[test]
    fn whoever_has_nobody_to_take_records_is_told_so() {
        let ring = |on_full| Kind::Fixed(1, on_full);
        for (kind, readers) in [
            (ring(OnFull::Block), 1),
            (ring(OnFull::Block), 2),
            (ring(OnFull::DropOldest), 2),
            (Kind::Fair(1, OnFull::Block), 2),
            (Kind::Latest, 1),
        ] {
            let (mut txs, rx) = Plan::of(kind).ends(readers).unwrap();
            let tx = &mut txs[0];
            drop(rx);
            let _ = tx.push(1);
            assert!(tx.is_closed() && tx.push(2).unwrap_err().is_closed(), "{kind:?}");
        }
    }

    #[test]
    fn lanes_are_served_by_their_weights_and_switched_alone_by_their_own_end() {
        let weights = [1, 3].map(|weight| NonZeroU32::new(weight).unwrap()).into();
        let plan = Plan { weights, ..Plan::of(Kind::Fair(8, OnFull::Block)) };
        let (mut txs, mut rx) = plan.ends(2).unwrap();
        txs[0].obey(OnFull::DropIncoming);
        for (number, tx) in txs.iter_mut().enumerate() {
            (0..8).for_each(|record| assert_eq!(tx.push(record), Ok(Pushed::Stored)));
            let refused = tx.push(8).unwrap_err();
            assert_eq!((refused.is_shed(), refused.is_full()), (number == 0, number == 1));
        }
        let lanes: Vec<_> = std::iter::from_fn(|| rx.pop().ok()).map(|(lane, _)| lane).collect();
        assert_eq!(lanes, [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]);
        drop(txs);
        assert_eq!((rx.pop(), rx.len(0), rx.len(1)), (Err(PopError::Closed), 0, 0));
    }

    #[test]
    fn every_ring_has_its_level_between_the_marks() {
        let marks = Some(Watermarks::new(3, 1).unwrap());
        for (kind, readers) in [
            (Kind::Fixed(4, OnFull::Block), 1),
            (Kind::Fixed(4, OnFull::DropIncoming), 2),
            (Kind::Fixed(4, OnFull::DropOldest), 1),
            (Kind::Switched(4, OnFull::Block), 2),
            (Kind::Fair(4, OnFull::Block), 2),
        ] {
            let (mut txs, mut rx) = Plan { marks, ..Plan::of(kind) }.ends(readers).unwrap();
            let last = kind.lanes(readers) - 1;
            let tx = txs.last_mut().unwrap();
            let (mut above, mut below) = (Seen::default(), Seen::default());
            for expected in [None, None, Some(Pressure::Slow), Some(Pressure::Stop)] {
                assert_eq!(tx.push(0), Ok(Pushed::Stored));
                assert_eq!(tx.pressure_since(&mut above), expected, "{kind:?}");
                assert_eq!(rx.pressure_since(last, &mut below), expected, "{kind:?}");
            }
            for expected in [None, None, Some(Pressure::Open), None] {
                rx.pop().unwrap();
                assert_eq!(rx.pressure_since(last, &mut below), expected, "{kind:?}");
            }
        }
    }
}
