//! The rings that a relay may run through, behind one face. None of them waits.

use forebay::latest::{self, OwnedReader, OwnedWriter};
use forebay::{CapacityError, PopError, PushError, Pushed, Refusal, mpsc, spsc, swap};

use crate::policy::OnFull;

/// What lies between the readers and the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ring for as many records, which obeys one [`OnFull`] for all its life.
    Fixed(usize, OnFull),
    /// The same, but it obeys that one at first and can be switched.
    Switched(usize, OnFull),
    /// The newest record and nothing else. It is never full, and has room for one reader only.
    Latest,
}

impl Kind {
    /// How many records it holds.
    pub(crate) const fn capacity(self) -> usize {
        match self {
            Self::Fixed(capacity, _) | Self::Switched(capacity, _) => capacity,
            Self::Latest => 1,
        }
    }

    /// The ends: one for each reader, which puts records in, and the one that takes them out.
    pub(crate) fn ends<T>(self, readers: usize) -> Result<(Vec<Tx<T>>, Rx<T>), CapacityError> {
        Ok(match self {
            Self::Fixed(capacity, on_full) if readers == 1 && on_full != OnFull::DropOldest => {
                let (ring, rx) = spsc::ring(capacity)?;
                (vec![Tx::Alone { ring, sheds: on_full == OnFull::DropIncoming }], Rx::Alone(rx))
            }
            Self::Fixed(capacity, on_full) if on_full != OnFull::DropOldest => {
                let (ring, rx) = mpsc::ring(capacity)?;
                ring.set_refusal(if on_full == OnFull::Block { Refusal::Reject } else { Refusal::DropIncoming });
                (vec![ring; readers].into_iter().map(Tx::Several).collect(), Rx::Several(rx))
            }
            Self::Fixed(capacity, on_full) | Self::Switched(capacity, on_full) => {
                let (first, rx) = swap::HeapRing::with_overflow(capacity, readers, on_full.overflow())?.into_ends();
                let another = |_| first.try_clone().expect("the ring was made for as many");
                let mut all: Vec<_> = (1..readers).map(another).map(Tx::Evicting).collect();
                all.push(Tx::Evicting(first));
                (all, Rx::Evicting(rx))
            }
            Self::Latest => {
                assert_eq!(readers, 1, "the command line is checked");
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
    Latest(OwnedWriter<T>),
}

impl<T> Tx<T> {
    /// Puts a record in. A record that had to go for it comes back as [`Evicted`](Pushed::Evicted).
    pub(crate) fn push(&mut self, record: T) -> Result<Pushed<T>, PushError<T>> {
        match self {
            Self::Alone { ring, sheds } => match ring.push(record) {
                Ok(()) => Ok(Pushed::Stored),
                Err(PushError::Full(record)) if *sheds => Err(PushError::Shed(record)),
                Err(error) => Err(error),
            },
            Self::Several(ring) => ring.push(record).map(|()| Pushed::Stored),
            Self::Evicting(ring) => ring.push(record),
            Self::Latest(buffer) if buffer.is_closed() => Err(PushError::Closed(record)),
            Self::Latest(buffer) => Ok(buffer.write(record).map_or(Pushed::Stored, Pushed::Evicted)),
        }
    }

    /// Obeys this policy from now on. Only a ring that is [switched](Kind::Switched) gets any other than at first.
    pub(crate) fn obey(&self, on_full: OnFull) {
        match self {
            Self::Evicting(ring) if ring.overflow() != on_full.overflow() => ring.set_overflow(on_full.overflow()),
            Self::Evicting(_) | Self::Alone { .. } | Self::Several(_) | Self::Latest(_) => {}
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Alone { ring, .. } => ring.is_full(),
            Self::Several(ring) => ring.is_full(),
            Self::Evicting(ring) => ring.is_full(),
            Self::Latest(_) => false,
        }
    }

    /// Whether nobody will take records any more.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Alone { ring, .. } => ring.is_closed(),
            Self::Several(ring) => ring.is_closed(),
            Self::Evicting(ring) => ring.is_closed(),
            Self::Latest(buffer) => buffer.is_closed(),
        }
    }
}

/// The end that takes records out.
#[allow(clippy::large_enum_variant, reason = "there is one in a relay")]
pub(crate) enum Rx<T> {
    Alone(spsc::OwnedConsumer<T>),
    Several(mpsc::OwnedConsumer<T>),
    Evicting(swap::OwnedConsumer<T>),
    Latest(OwnedReader<T>),
}

impl<T> Rx<T> {
    pub(crate) fn pop(&mut self) -> Result<T, PopError> {
        match self {
            Self::Alone(ring) => ring.pop(),
            Self::Several(ring) => ring.pop(),
            Self::Evicting(ring) => ring.pop(),
            Self::Latest(buffer) => buffer.read(),
        }
    }

    /// How many records are inside.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Alone(ring) => ring.len(),
            Self::Several(ring) => ring.len(),
            Self::Evicting(ring) => ring.len(),
            Self::Latest(buffer) => usize::from(!buffer.is_empty()),
        }
    }

    /// How many records were missing before the one that was taken last.
    pub(crate) fn missed(&mut self) -> u64 {
        match self {
            Self::Evicting(ring) => ring.lost() as u64,
            // The writer of the newest value is told of each.
            Self::Alone(_) | Self::Several(_) | Self::Latest(_) => 0,
        }
    }

    /// How many records were evicted, by the ring's own count. Exact while nobody puts records in.
    pub(crate) fn evicted(&self) -> u64 {
        match self {
            Self::Evicting(ring) => ring.evicted() as u64,
            Self::Alone(_) | Self::Several(_) | Self::Latest(_) => 0,
        }
    }

    /// How many records gave way to a newer one, by the buffer's own count. Exact while nobody puts records in.
    pub(crate) fn conflated(&self) -> u64 {
        match self {
            Self::Latest(buffer) => buffer.conflated() as u64,
            Self::Alone(_) | Self::Several(_) | Self::Evicting(_) => 0,
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
        let (mut txs, mut rx) = kind.ends(readers).unwrap();
        assert_eq!(txs.len(), readers);
        let tx = &mut txs[0];
        assert_eq!([1, 2, 3].map(|record| tx.push(record)), outcomes);
        assert_eq!(rx.len(), records.len());
        assert_eq!(std::iter::from_fn(|| rx.pop().ok()).collect::<Vec<_>>(), records);
        assert_eq!((rx.len(), tx.is_full()), (0, false));
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
            overfill(ring(OnFull::DropOldest), readers, [STORED, STORED, evicted(1)], &[2, 3], (1, 0));
        }
        overfill(Kind::Latest, 1, [STORED, evicted(1), evicted(2)], &[3], (0, 2));
    }

    #[test]
    fn a_switched_ring_obeys_the_policy_of_the_moment() {
        let (mut txs, mut rx) = Kind::Switched(1, OnFull::Block).ends(2).unwrap();
        assert_eq!(txs[0].push(1), Ok(Pushed::Stored));
        assert_eq!(txs[0].push(2), Err(PushError::Full(2)));
        txs[1].obey(OnFull::DropOldest);
        assert_eq!(txs[0].push(2), Ok(Pushed::Evicted(1)));
        txs[0].obey(OnFull::DropIncoming);
        assert_eq!(txs[1].push(3), Err(PushError::Shed(3)));
        txs[1].obey(OnFull::Block);
        assert_eq!(txs[1].push(3), Err(PushError::Full(3)));
        assert_eq!((rx.pop(), rx.evicted()), (Ok(2), 1));
    }

    #[test]
    fn whoever_has_nobody_to_take_records_is_told_so() {
        let ring = |on_full| Kind::Fixed(1, on_full);
        for (kind, readers) in
            [(ring(OnFull::Block), 1), (ring(OnFull::Block), 2), (ring(OnFull::DropOldest), 2), (Kind::Latest, 1)]
        {
            let (mut txs, rx) = kind.ends(readers).unwrap();
            let tx = &mut txs[0];
            drop(rx);
            let _ = tx.push(1);
            assert!(tx.is_closed() && tx.push(2).unwrap_err().is_closed(), "{kind:?}");
        }
    }
}
