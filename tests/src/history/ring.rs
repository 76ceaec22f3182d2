//! What is done with a ring, and what came of it.

use std::hash::{Hash, Hasher};

use forebay_core::{Overflow, PopError, PushError, Pushed};

use super::record::Call;
use super::search::Around;

/// Items are numbers, and each is pushed once.
pub type Id = u16;

/// In place of how many were missing, where that is not told.
pub const UNTOLD: usize = usize::MAX;

/// What came of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the outcomes of the rings")]
pub enum Push {
    Stored,
    Evicted(Id),
    Full,
    Shed,
    Closed,
}

impl Push {
    /// Of a ring that never evicts.
    ///
    /// # Panics
    /// If another value came back than was pushed.
    #[must_use]
    pub fn of(id: Id, outcome: Result<(), PushError<Id>>) -> Self {
        Self::of_evicting(id, outcome.map(|()| Pushed::Stored))
    }

    /// Of a ring that may evict.
    ///
    /// # Panics
    /// If another value came back than was pushed.
    #[must_use]
    pub fn of_evicting(id: Id, outcome: Result<Pushed<Id>, PushError<Id>>) -> Self {
        if let Err(error) = &outcome {
            assert_eq!(error.into_inner(), id, "another value came back");
        }
        match outcome {
            Ok(Pushed::Stored) => Self::Stored,
            Ok(Pushed::Evicted(victim)) => Self::Evicted(victim),
            Err(PushError::Full(_)) => Self::Full,
            Err(PushError::Shed(_)) => Self::Shed,
            Err(PushError::Closed(_)) => Self::Closed,
        }
    }
}

/// What came of a pop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the outcomes of the rings")]
pub enum Pop {
    Item(Id),
    Empty,
    Closed,
}

impl From<Result<Id, PopError>> for Pop {
    fn from(outcome: Result<Id, PopError>) -> Self {
        match outcome {
            Ok(id) => Self::Item(id),
            Err(PopError::Empty) => Self::Empty,
            Err(PopError::Closed) => Self::Closed,
        }
    }
}

/// What a ring says when nobody works it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How many items are inside.
    pub len: usize,
    /// How many were evicted or left behind.
    pub evicted: usize,
    /// How many were shed.
    pub shed: usize,
    /// What a push does at full.
    pub policy: Overflow,
}

/// An operation of one end of a ring, with its outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// A push of an item.
    Push(Id, Push),
    /// A push of an item that evicts at full, whatever the policy is.
    Forced(Id, Push),
    /// A batch has put in what it could, and found no room for the rest, or the ring closed.
    NoRoom,
    /// A pop, and how many items the consumer is then told that were missing before.
    Pop(Pop, usize),
    /// A receive that waits, and may have found nothing at first.
    Look,
    /// A batch has taken out what there was, and found nothing more, for now or at the end.
    NoMore,
    /// The length, as the consumer sees it.
    Len(usize),
    /// The length, as a producer sees it.
    ProducersLen(usize),
    /// The policy is switched.
    Switch(Overflow),
    /// The consumer closes the ring.
    Close,
    /// Whether a producer is told that the ring is closed.
    IsClosed(bool),
    /// The consumer goes.
    ConsumerGoes,
    /// A producer goes.
    ProducerGoes,
    /// All counts, while nobody works the ring. At the beginning of a window, what they were at the end of the last one.
    Rest(Rest),
    /// All ends are gone, and the ring is split again, for so many producers.
    Split(u8),
    /// All items that are left when all ends are gone, as the ends of another split find them.
    Left(Items),
}

impl Op {
    /// Whether it is a push that has put its item in without any other coming out.
    #[must_use]
    pub const fn has_stored(&self) -> bool {
        matches!(self, Self::Push(_, Push::Stored))
    }

    /// Whether it is a push that another item has come out of.
    #[must_use]
    pub const fn has_evicted(&self) -> bool {
        matches!(self, Self::Push(_, Push::Evicted(_)) | Self::Forced(_, Push::Evicted(_)))
    }

    /// The policy that is in force from then on.
    const fn policy(&self) -> Option<Overflow> {
        match self {
            Self::Switch(policy) | Self::Rest(Rest { policy, .. }) => Some(*policy),
            _ => None,
        }
    }
}

/// Whether a policy was in force at some time while an operation was under way.
///
/// A ring reads its policy after it has seen that it is full, and others may come in between. So each push obeys one policy,
/// but that need not be the one that was in force when the ring was full: what is promised is that it was set meanwhile, or was
/// in force when the push began.
#[must_use]
pub fn obeys(call: &Around<'_, Op>, policy: Overflow) -> bool {
    obeys_by(call, Op::policy, policy)
}

/// The same where something else says which policy an operation brings into force.
#[must_use]
pub fn obeys_by<O, P: PartialEq>(call: &Around<'_, O>, policy_of: impl Fn(&O) -> Option<P>, policy: P) -> bool {
    let call_itself = call.call();
    let over = |other: &&Call<O>| policy_of(&other.op).is_some() && other.is_before(call_itself);
    // The switches that were over, each of which others may have come after.
    let superseded = |switch: &Call<O>| call.window().iter().filter(over).any(|by| switch.is_before(by));
    call.window().iter().any(|switch| {
        policy_of(&switch.op).as_ref() == Some(&policy)
            && !std::ptr::eq(switch, call_itself)
            && !call_itself.is_before(switch)
            && !superseded(switch)
    })
}

/// The items of a small ring, from the oldest on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Items {
    len: u8,
    ids: [Id; Self::MOST],
}

impl Items {
    /// As many as there can be.
    pub const MOST: usize = 8;

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them.
    #[must_use]
    pub fn ids(&self) -> &[Id] {
        &self.ids[..self.len()]
    }

    /// The oldest.
    #[must_use]
    pub fn oldest(&self) -> Option<Id> {
        self.ids().first().copied()
    }

    /// How many are older than one of them.
    #[must_use]
    pub fn older_than(&self, id: Id) -> Option<usize> {
        self.ids().iter().position(|&other| other == id)
    }

    /// With another one, which is the newest.
    #[must_use]
    pub fn with(mut self, id: Id) -> Self {
        self.ids[self.len()] = id;
        self.len += 1;
        self
    }

    /// Without the oldest ones.
    #[must_use]
    pub fn without_oldest(self, count: usize) -> Self {
        self.ids()[count..].iter().fold(Self::default(), |items, &id| items.with(id))
    }

    /// The oldest ones.
    #[must_use]
    pub fn up_to(self, count: usize) -> Self {
        self.ids()[..count].iter().fold(Self::default(), |items, &id| items.with(id))
    }
}

impl PartialEq for Items {
    fn eq(&self, other: &Self) -> bool {
        self.ids() == other.ids()
    }
}

impl Eq for Items {}

impl Hash for Items {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.ids().hash(state);
    }
}
