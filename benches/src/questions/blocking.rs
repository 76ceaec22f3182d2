//! One, two or four threads send through a channel, and one receives; whoever can't go on waits as the channel has him wait.
//!
//! So it is asked what is in most programs: nobody looks again and again on his own account.

use std::time::Duration;

use super::several::{SETTLED, race, setting};
use crate::contest::{ChannelQuestion, Contest};
use crate::contestants;
use crate::goals::Goal;
use crate::queue::{Channel, Check, HandIn, HandOut};

const NAME: &str = "blocking";

pub(crate) const GOALS: &[Goal] = &[
    shared(1),
    shared(64),
    shared(1024),
    // The one that is said to be for single items.
    alone(1).of("forebay flagged"),
    alone(64),
    alone(1024),
];

const fn shared(capacity: usize) -> Goal {
    Goal::ahead_shared("threads that wait: ahead of every other channel of several senders", NAME, capacity)
}

const fn alone(capacity: usize) -> Goal {
    Goal::ahead_alone("threads that wait: one sender's ahead of every other channel", NAME, capacity)
}

pub(crate) fn contests() -> Vec<Contest> {
    let of_capacity = |capacity| {
        let mut alone = contest::<1>(capacity);
        alone.contestants.extend(contestants::channels_of_one::<Blocking<1>>());
        [alone, contest::<2>(capacity), contest::<4>(capacity)]
    };
    [1, 64, 1024].into_iter().flat_map(of_capacity).collect()
}

fn contest<const P: usize>(capacity: usize) -> Contest {
    let mut contestants = contestants::channels::<Blocking<P>>();
    if capacity > 1 {
        contestants.extend(contestants::roomy_channels::<Blocking<P>>());
    }
    Contest {
        question: NAME,
        setting: setting(P, capacity),
        capacity,
        least: least(capacity),
        least_time: if P > 1 && capacity == 1 { SETTLED } else { Duration::ZERO },
        contestants,
        reference: "kanal",
    }
}

/// Enough that the start of the threads doesn't count, and few enough for those who sleep and are woken for each item.
pub(super) fn least(capacity: usize) -> u64 {
    (16 * capacity as u64).max(1_000)
}

/// Fills a channel and empties it, so that its memory has been touched.
fn touch(capacity: usize, tx: &mut impl HandIn, rx: &mut impl HandOut) {
    let mut check = Check::<1>::default();
    (0..capacity as u64).for_each(|item| tx.hand_in(item));
    (0..capacity).for_each(|_| check.see(&rx.hand_out()));
    check.assert();
}

struct Blocking<const P: usize>;

impl<const P: usize> ChannelQuestion for Blocking<P> {
    #[inline(never)]
    fn time<C: Channel>(capacity: usize, count: u64) -> Duration {
        let (mut senders, mut rx) = C::ends(capacity, P);
        touch(capacity, &mut senders[0], &mut rx);
        let send = |mut tx: C::Tx, first, count| (first..first + count).for_each(|item| tx.hand_in(item));
        race::<P, false, _, _>(count, senders, rx, send, |rx, count| {
            let mut check = Check::default();
            (0..count).for_each(|_| check.see(&rx.hand_out()));
            check
        })
    }
}
