//! What forebay is meant to reach, and whether it does.

use crate::contest::{Outcome, Score};
use crate::ratios::Spread;

/// A ratio of speeds that a contestant is to reach at one capacity, in every setting with it that begins with `setting`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) question: &'static str,
    pub(crate) setting: &'static str,
    pub(crate) capacity: usize,
    pub(crate) who: &'static str,
    pub(crate) against: Against,
    pub(crate) at_least: f64,
}

/// So end the names of channels that have one sender, but for those that have no other kind.
const ALONE: &str = " spsc";

impl Goal {
    /// A channel with several senders is ahead of its like.
    pub(crate) const fn ahead_shared(what: &'static str, question: &'static str, capacity: usize) -> Self {
        let against = Against::FastestShared;
        Self { what, question, setting: "", capacity, who: "forebay", against, at_least: 1.1 }
    }

    /// A channel with one sender is ahead of all.
    pub(crate) const fn ahead_alone(what: &'static str, question: &'static str, capacity: usize) -> Self {
        let against = Against::FastestPeer;
        Self { what, question, setting: "", capacity, who: "forebay spsc", against, at_least: 1.1 }
    }

    /// The same of another one of ours.
    pub(crate) const fn of(self, who: &'static str) -> Self {
        Self { who, ..self }
    }
}

/// Who is to be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Against {
    Named(&'static str),
    FastestPeer,
    /// Of those that may have several senders.
    FastestShared,
}

/// How far it is.
pub(crate) struct Reached {
    pub(crate) against: &'static str,
    pub(crate) ratio: Spread,
}

impl Goal {
    /// None if the goal is about something else, or if somebody is missing whom it takes.
    pub(crate) fn look(&self, outcome: &Outcome) -> Option<Reached> {
        let asked = outcome.question == self.question && outcome.capacity == self.capacity;
        if !asked || !outcome.setting.starts_with(self.setting) {
            return None;
        }
        let against: &Score = match self.against {
            Against::Named(name) => outcome.score(name)?,
            Against::FastestPeer => outcome.fastest_peer(|_| true)?,
            Against::FastestShared => outcome.fastest_peer(|peer| !peer.name.ends_with(ALONE))?,
        };
        Some(Reached { against: against.name, ratio: outcome.score(self.who)?.times(against) })
    }
}
