//! The channels that a relay may run through, behind one face.

use std::num::NonZeroU32;

use forebay::channel::{
    self, BuildError, FanInReceiver, FanInSender, MpscReceiver, MpscSender, RecvError, SpscReceiver, SpscSender,
    SwapReceiver, SwapSender,
};
use forebay::fan_in::LaneId;
use forebay::{PopError, Pressure, PushError, Pushed, Seen, Watermarks};

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
    /// The newest record and nothing else. It has room for one reader only.
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

    /// The ends: one for each reader, which sends records, and the one that receives them.
    pub(crate) fn ends<T>(&self, readers: usize) -> Result<(Vec<Tx<T>>, Rx<T>), BuildError> {
        let channel = channel::builder(self.kind.capacity());
        let channel = self.marks.map_or(channel.clone(), |marks| channel.watermarks(marks.high(), marks.low()));
        let on_full = match self.kind {
            Kind::Fixed(_, OnFull::Block | OnFull::DropIncoming) if readers == 1 => {
                let (tx, rx) = channel.spsc()?;
                return Ok((vec![Tx::Alone(tx)], Rx::Alone(rx)));
            }
            Kind::Fixed(_, OnFull::Block | OnFull::DropIncoming) => {
                let (tx, rx) = channel.mpsc()?;
                return Ok((vec![tx; readers].into_iter().map(Tx::Several).collect(), Rx::Several(rx)));
            }
            Kind::Fair(..) => {
                let weight = |reader| self.weights.get(reader).map_or(1, |weight: &NonZeroU32| weight.get());
                let (txs, rx) = channel.weights((0..readers).map(weight)).fan_in()?;
                let ids = txs.iter().map(|tx| tx.end().lane()).collect();
                return Ok((txs.into_iter().map(Tx::Lane).collect(), Rx::Lanes(rx, ids)));
            }
            Kind::Fixed(_, on_full) | Kind::Switched(_, on_full) => on_full,
            Kind::Latest => OnFull::DropOldest,
        };
        let (first, rx) = channel.overflow(on_full.overflow()).senders(readers).swap()?;
        let another = |_| first.try_clone().expect("the channel was made for as many");
        let mut all: Vec<_> = (1..readers).map(another).map(Tx::Evicting).collect();
        all.push(Tx::Evicting(first));
        Ok((all, Rx::Evicting(rx)))
    }
}

/// The end that sends records.
pub(crate) enum Tx<T> {
    /// For one reader, where nothing is evicted.
    Alone(SpscSender<T>),
    /// For several readers, where nothing is evicted.
    Several(MpscSender<T>),
    /// Where records may be evicted, or may come to be.
    Evicting(SwapSender<T>),
    /// A lane of one's own.
    Lane(FanInSender<T>),
}

/// The end that receives them.
#[allow(clippy::large_enum_variant, reason = "there is one in a relay")]
pub(crate) enum Rx<T> {
    Alone(SpscReceiver<T>),
    Several(MpscReceiver<T>),
    Evicting(SwapReceiver<T>),
    /// All lanes, and which those are, by the readers' numbers.
    Lanes(FanInReceiver<T>, Vec<LaneId>),
}

/// The same for any of these.
macro_rules! each {
    ($end:expr, [$($kind:ident)+], $name:ident => $does:expr $(, $pattern:pat => $instead:expr)?) => {
        match $end {
            $(Self::$kind($name) => $does,)+
            $($pattern => $instead,)?
        }
    };
}

impl<T> Tx<T> {
    /// Sends a record if there is room now, or as the policy says. Only a ring that is [switched](Kind::Switched), or
    /// [fair](Kind::Fair), gets any other than at first.
    ///
    /// One that had to go for another one comes back as [`Evicted`](Pushed::Evicted).
    pub(crate) fn try_send(&mut self, record: T, on_full: OnFull) -> Result<Pushed<T>, PushError<T>> {
        let sent = match self {
            Self::Alone(tx) => tx.try_send(record).map(|()| Pushed::Stored),
            Self::Several(tx) => tx.try_send(record).map(|()| Pushed::Stored),
            Self::Lane(tx) => tx.try_send(record).map(|()| Pushed::Stored),
            Self::Evicting(tx) => {
                if tx.overflow() != on_full.overflow() {
                    tx.set_overflow(on_full.overflow());
                }
                tx.try_send(record)
            }
        };
        match sent {
            Err(PushError::Full(record)) if on_full == OnFull::DropIncoming => Err(PushError::Shed(record)),
            sent => sent,
        }
    }

    /// Waits until there is room, or nobody takes records any more. Others may be faster.
    pub(crate) async fn ready(&mut self) {
        each!(self, [Alone Several Evicting Lane], tx => tx.ready().await);
    }

    pub(crate) fn pressure(&self) -> Pressure {
        each!(self, [Alone Several Evicting Lane], tx => tx.pressure())
    }

    /// How pressed the ring is, or the lane, if that has changed since it was last seen.
    pub(crate) fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
        each!(self, [Alone Several Evicting Lane], tx => tx.end().pressure_since(seen))
    }
}

impl<T> Rx<T> {
    pub(crate) fn try_recv(&mut self) -> Result<T, PopError> {
        each!(self, [Alone Several Evicting], rx => rx.try_recv(),
            Self::Lanes(rx, _) => rx.try_recv().map(|(_, record)| record))
    }

    pub(crate) async fn recv(&mut self) -> Result<T, RecvError> {
        each!(self, [Alone Several Evicting], rx => rx.recv().await,
            Self::Lanes(rx, _) => rx.recv().await.map(|(_, record)| record))
    }

    /// How many records are inside, in this lane.
    pub(crate) fn len(&self, lane: usize) -> usize {
        each!(self, [Alone Several Evicting], rx => rx.len(),
            // One that is not open any more has none.
            Self::Lanes(rx, ids) => rx.end().end().lane(ids[lane]).map_or(0, |lane| lane.len()))
    }

    /// How pressed the ring is, or this lane, if that has changed since it was last seen.
    pub(crate) fn pressure_since(&self, lane: usize, seen: &mut Seen) -> Option<Pressure> {
        each!(self, [Alone Several Evicting], rx => rx.end().pressure_since(seen),
            Self::Lanes(rx, ids) => rx.end().end().lane(ids[lane])?.pressure_since(seen))
    }

    /// How many records gave way to newer ones, by the ring's own count. Exact while nobody puts records in.
    pub(crate) fn evicted(&self) -> u64 {
        match self {
            Self::Evicting(rx) => rx.end().evicted() as u64,
            Self::Alone(_) | Self::Several(_) | Self::Lanes(..) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends 1 to 3 into what holds two, or one, then takes all.
    #[track_caller]
    fn overfill(
        kind: Kind,
        readers: usize,
        on_full: OnFull,
        outcomes: [Result<Pushed<u32>, PushError<u32>>; 3],
        records: &[u32],
        lost: u64,
    ) {
        let (mut txs, mut rx) = Plan::of(kind).ends(readers).unwrap();
        assert_eq!(txs.len(), readers);
        assert_eq!([1, 2, 3].map(|record| txs[0].try_send(record, on_full)), outcomes);
        assert_eq!(rx.len(0), records.len());
        let taken: Vec<_> = std::iter::from_fn(|| rx.try_recv().ok()).collect();
        assert_eq!((&taken[..], rx.len(0), rx.evicted()), (records, 0, lost));
    }

    #[test]
    fn each_rule_loses_what_it_says() {
        const STORED: Result<Pushed<u32>, PushError<u32>> = Ok(Pushed::Stored);
        let evicted = |record| Ok(Pushed::Evicted(record));
        for readers in [1, 2, 5] {
            for kind in [Kind::Fixed, Kind::Switched, Kind::Fair] {
                let overfill =
                    |on_full, third| overfill(kind(2, on_full), readers, on_full, [STORED, STORED, third], &[1, 2], 0);
                overfill(OnFull::Block, Err(PushError::Full(3)));
                overfill(OnFull::DropIncoming, Err(PushError::Shed(3)));
            }
            let kind = Kind::Fixed(2, OnFull::DropOldest);
            overfill(kind, readers, OnFull::DropOldest, [STORED, STORED, evicted(1)], &[2, 3], 1);
        }
        overfill(Kind::Latest, 1, OnFull::DropOldest, [STORED, evicted(1), evicted(2)], &[3], 2);
    }

    #[test]
    fn a_switched_ring_obeys_the_policy_of_the_moment() {
        let (mut txs, mut rx) = Plan::of(Kind::Switched(1, OnFull::Block)).ends(2).unwrap();
        assert_eq!(txs[0].try_send(1, OnFull::Block), Ok(Pushed::Stored));
        assert_eq!(txs[0].try_send(2, OnFull::Block), Err(PushError::Full(2)));
        assert_eq!(txs[1].try_send(2, OnFull::DropOldest), Ok(Pushed::Evicted(1)));
        assert_eq!(txs[1].try_send(3, OnFull::DropIncoming), Err(PushError::Shed(3)));
        assert_eq!(txs[0].try_send(3, OnFull::Block), Err(PushError::Full(3)));
        assert_eq!((rx.try_recv(), rx.evicted()), (Ok(2), 1));
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
            drop(rx);
            channel::block_on(txs[0].ready());
            assert!(txs[0].try_send(1, OnFull::Block).unwrap_err().is_closed(), "{kind:?}");
        }
    }

    #[test]
    fn lanes_are_served_by_their_weights() {
        let weights = [1, 3].map(|weight| NonZeroU32::new(weight).unwrap()).into();
        let plan = Plan { weights, ..Plan::of(Kind::Fair(8, OnFull::Block)) };
        let (mut txs, mut rx) = plan.ends(2).unwrap();
        for (number, tx) in txs.iter_mut().enumerate() {
            (0..8).for_each(|_| assert_eq!(tx.try_send(number, OnFull::Block), Ok(Pushed::Stored)));
        }
        let lanes: Vec<_> = std::iter::from_fn(|| rx.try_recv().ok()).collect();
        assert_eq!(lanes, [0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]);
        drop(txs);
        assert_eq!((rx.try_recv(), rx.len(0), rx.len(1)), (Err(PopError::Closed), 0, 0));
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
                assert_eq!(tx.try_send(0, OnFull::Block), Ok(Pushed::Stored));
                assert_eq!(tx.pressure_since(&mut above), expected, "{kind:?}");
                assert_eq!(rx.pressure_since(last, &mut below), expected, "{kind:?}");
            }
            for expected in [None, None, Some(Pressure::Open), None] {
                rx.try_recv().unwrap();
                assert_eq!(rx.pressure_since(last, &mut below), expected, "{kind:?}");
            }
        }
    }
}
