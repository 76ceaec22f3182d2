//! A contest: every contestant gets the same question, under criterion first and then side by side.
//!
//! Side by side means in rounds. In each round everybody has one turn, in an order that changes from round to round, and
//! ratios are taken within a round. So when the machine gets slower or faster in the meantime, as shared ones do, it does
//! so for both sides of a ratio.

use std::cell::Cell;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkGroup, Criterion, Throughput, measurement::WallTime};

use crate::effort::Effort;
use crate::questions::conflation::Flood;
use crate::queue::{Channel, Conflating, Item, MpscQueue, Overwriting, Queue, Role, TaskChannel};
use crate::ratios::Spread;
use crate::watch::watched;

/// Something that is asked of a queue.
pub(crate) trait Question {
    /// The time it takes with `count` items, on a queue made for this one call.
    fn time<T: Item, Q: Queue<T>>(capacity: usize, count: u64) -> Duration;
}

/// Something that is asked of a queue for several producers.
pub(crate) trait MpscQuestion {
    /// The time it takes with `count` items, on a queue made for this one call.
    fn time<T: Item, Q: MpscQueue<T>>(capacity: usize, count: u64) -> Duration;
}

/// Something that is asked of a queue whose items take the place of the oldest.
pub(crate) trait OverwriteQuestion {
    /// What it takes with `count` items, on a queue made for this one call.
    fn turn<T: Item, Q: Overwriting<T>>(capacity: usize, count: u64) -> Turn;
}

/// Something that is asked of a channel for threads that wait.
pub(crate) trait ChannelQuestion {
    /// The time it takes with `count` items, on channels made for this one call.
    fn time<C: Channel>(capacity: usize, count: u64) -> Duration;
}

/// Something that is asked of a channel for tasks that wait.
pub(crate) trait TaskQuestion {
    /// As [`ChannelQuestion::time`].
    fn time<C: TaskChannel>(capacity: usize, count: u64) -> Duration;
}

/// What came out of a turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// The time that the items took.
    pub(crate) taken: Duration,
    /// How many items were pushed in a second, by all producers, if that differs from how many came out.
    pub(crate) pushed: Option<f64>,
}

impl From<Duration> for Turn {
    fn from(taken: Duration) -> Self {
        Self { taken, pushed: None }
    }
}

/// A queue under a question.
#[derive(Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    turn: fn(usize, u64) -> Turn,
}

impl Contestant {
    pub(crate) fn new<Q: Question, T: Item, C: Queue<T>>() -> Self {
        Self { name: C::NAME, role: C::ROLE, turn: |capacity, count| Q::time::<T, C>(capacity, count).into() }
    }

    /// One of ours that no other queue can stand in for.
    pub(crate) fn ours(name: &'static str, turn: fn(usize, u64) -> Turn) -> Self {
        Self { name, role: Role::Ours, turn }
    }

    pub(crate) fn of(name: &'static str, role: Role, turn: fn(usize, u64) -> Turn) -> Self {
        Self { name, role, turn }
    }

    pub(crate) fn mpsc<Q: MpscQuestion, T: Item, C: MpscQueue<T>>() -> Self {
        Self { name: C::NAME, role: C::ROLE, turn: |capacity, count| Q::time::<T, C>(capacity, count).into() }
    }

    pub(crate) fn channel<Q: ChannelQuestion, C: Channel>() -> Self {
        let turn = |capacity, count| watched(C::NAME, || Q::time::<C>(capacity, count)).into();
        Self { name: C::NAME, role: C::ROLE, turn }
    }

    pub(crate) fn task_channel<Q: TaskQuestion, C: TaskChannel>() -> Self {
        let turn = |capacity, count| watched(C::NAME, || Q::time::<C>(capacity, count)).into();
        Self { name: C::NAME, role: C::ROLE, turn }
    }

    pub(crate) fn conflating<T: Item, C: Conflating<T>>() -> Self {
        Self { name: C::NAME, role: C::ROLE, turn: Flood::turn::<T, C> }
    }

    pub(crate) fn overwriting<Q: OverwriteQuestion, T: Item, C: Overwriting<T>>() -> Self {
        Self { name: C::NAME, role: C::ROLE, turn: Q::turn::<T, C> }
    }
}

/// A question in one setting, and who is asked.
pub(crate) struct Contest {
    pub(crate) question: &'static str,
    /// Item and capacity, and what else there is to set.
    pub(crate) setting: String,
    pub(crate) capacity: usize,
    /// At least so many items are passed on in a turn, so that filling and draining the queue doesn't count for much.
    pub(crate) least: u64,
    /// At least so long a turn of a comparison takes, where that is more than the time there is for one.
    pub(crate) least_time: Duration,
    pub(crate) contestants: Vec<Contestant>,
    /// Whom the others are compared with.
    pub(crate) reference: &'static str,
}

/// What came out of a contest.
pub(crate) struct Outcome {
    pub(crate) question: &'static str,
    pub(crate) setting: String,
    pub(crate) capacity: usize,
    pub(crate) reference: &'static str,
    pub(crate) scores: Vec<Score>,
}

/// Of one contestant.
pub(crate) struct Score {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// Nanoseconds per item, by round.
    pub(crate) rounds: Vec<f64>,
    /// Items pushed in a second, by round, where they are counted.
    pub(crate) pushed: Vec<f64>,
}

impl Contest {
    /// Holds it among those contestants that the command line picks. None if criterion measures nobody here.
    pub(crate) fn hold(&self, criterion: &mut Criterion, effort: &Effort) -> Option<Outcome> {
        let mut group = criterion.benchmark_group(format!("{}/{}", self.question, self.setting));
        group.throughput(Throughput::Elements(1));
        let mut picked: Vec<Contestant> =
            self.contestants.iter().copied().filter(|who| self.measure(&mut group, who)).collect();
        group.finish();
        if picked.is_empty() {
            return None;
        }
        if !picked.iter().any(|who| who.name == self.reference) {
            picked.extend(self.contestants.iter().find(|who| who.name == self.reference));
        }
        Some(self.compare(&picked, effort))
    }

    /// Gives those who are named a turn, and prints how many nanoseconds an item took.
    pub(crate) fn turns(&self, names: &str, effort: &Effort) {
        for who in &self.contestants {
            let name = format!("{}/{}/{}", self.question, self.setting, who.name);
            if names.split(',').any(|wanted| wanted == name) {
                let count = self.fitting(who, effort.slice);
                let taken = (who.turn)(self.capacity, count).taken;
                println!("{name},{:.4}", taken.as_nanos() as f64 / count as f64);
            }
        }
    }

    /// Has criterion measure one contestant. Answers with whether it really did, and did not just try it out.
    fn measure(&self, group: &mut BenchmarkGroup<'_, WallTime>, who: &Contestant) -> bool {
        let calls = Cell::new(0);
        group.bench_function(who.name, |bencher| {
            bencher.iter_custom(|count| {
                calls.set(calls.get() + 1);
                (who.turn)(self.capacity, count).taken
            });
        });
        calls.get() > 1
    }

    fn compare(&self, contestants: &[Contestant], effort: &Effort) -> Outcome {
        let counts: Vec<u64> = contestants.iter().map(|who| self.fitting(who, effort.slice)).collect();
        let mut scores: Vec<Score> = contestants
            .iter()
            .map(|who| Score { name: who.name, role: who.role, rounds: Vec::new(), pushed: Vec::new() })
            .collect();
        let mut order: Vec<usize> = (0..contestants.len()).collect();
        let mut dice = Dice::new(1);
        for _ in 0..effort.rounds {
            dice.shuffle(&mut order);
            for &at in &order {
                let turn = (contestants[at].turn)(self.capacity, counts[at]);
                scores[at].rounds.push(turn.taken.as_nanos() as f64 / counts[at] as f64);
                scores[at].pushed.extend(turn.pushed);
            }
        }
        Outcome {
            question: self.question,
            setting: self.setting.clone(),
            capacity: self.capacity,
            // Without the peers there may be no such contestant.
            reference: scores
                .iter()
                .find(|score| score.name == self.reference)
                .map_or(scores[0].name, |score| score.name),
            scores,
        }
    }

    /// How many items make a turn of about that time. A short turn says little of a longer one where threads have to settle first, so
    /// it is tried again with more.
    fn fitting(&self, who: &Contestant, slice: Duration) -> u64 {
        const TRIALS: usize = 4;
        let wanted = slice.max(self.least_time);
        let mut count = self.least;
        for _ in 0..TRIALS {
            let taken = black_box((who.turn)(self.capacity, count)).taken.max(Duration::from_nanos(1));
            count = ((count as f64 * wanted.as_secs_f64() / taken.as_secs_f64()) as u64).max(self.least);
            if taken >= wanted / 2 {
                break;
            }
        }
        count
    }
}

impl Outcome {
    pub(crate) fn score(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name == name)
    }

    /// The peer that needed the least time, of some.
    pub(crate) fn fastest_peer(&self, is_meant: impl Fn(&Score) -> bool) -> Option<&Score> {
        self.scores
            .iter()
            .filter(|score| score.role == Role::Peer && is_meant(score))
            .min_by(|a, b| a.nanoseconds().median.total_cmp(&b.nanoseconds().median))
    }
}

impl Score {
    /// Nanoseconds per item.
    pub(crate) fn nanoseconds(&self) -> Spread {
        Spread::of(self.rounds.iter().copied())
    }

    /// Millions of items pushed in a second, and how many of them were received.
    pub(crate) fn pushes(&self) -> Option<(f64, f64)> {
        if self.pushed.is_empty() {
            return None;
        }
        let received = self.rounds.iter().zip(&self.pushed).map(|(nanoseconds, pushed)| 1e9 / nanoseconds / pushed);
        Some((Spread::of(self.pushed.iter().copied()).median / 1e6, Spread::of(received).median))
    }

    /// How many times as fast as `other` it was, by round.
    pub(crate) fn times(&self, other: &Self) -> Spread {
        Spread::of(self.rounds.iter().zip(&other.rounds).map(|(mine, theirs)| theirs / mine))
    }
}

/// A xorshift generator: the order of turns wants no pattern, and the same one in every run.
pub(crate) struct Dice(u64);

impl Dice {
    /// Not 0.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    pub(crate) fn shuffle(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            order.swap(last, self.below(last + 1));
        }
    }
}
