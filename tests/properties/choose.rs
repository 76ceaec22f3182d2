//! Plans hold: a ring that is made as a plan says, under the load that it was told, loses what the plan says and no more, and
//! nothing waits for longer. And what can't be is said, in figures that are right.

use std::collections::VecDeque;

use forebay_core::choose::{Choice, Contradiction, Leaf, Losable, Plan, Ring};
use forebay_core::{Overflow, PushError, Pushed, Refusal, mpsc, spsc, swap};
use quickcheck::{QuickCheck, TestResult};

/// What became of a load, in microseconds.
#[derive(Debug, Default)]
struct Outcome {
    offered: u64,
    served: u64,
    lost: u64,
    refused: u64,
    inside: usize,
    most: usize,
    longest: u64,
    emptied: Option<u64>,
}

/// A ring by what a simulation needs of it.
trait Queue {
    /// Whether nothing was lost, or refused.
    fn offer(&mut self, at: u64) -> Result<Option<u64>, bool>;
    fn serve(&mut self) -> Option<u64>;
    fn inside(&self) -> usize;
}

struct Plain(spsc::OwnedProducer<u64>, spsc::OwnedConsumer<u64>);

impl Queue for Plain {
    fn offer(&mut self, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(|()| None).map_err(|_| false)
    }

    fn serve(&mut self) -> Option<u64> {
        self.1.pop().ok()
    }

    fn inside(&self) -> usize {
        self.1.len()
    }
}

struct Shared(mpsc::OwnedProducer<u64>, mpsc::OwnedConsumer<u64>);

impl Queue for Shared {
    fn offer(&mut self, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(|()| None).map_err(|error| error.is_shed())
    }

    fn serve(&mut self) -> Option<u64> {
        self.1.pop().ok()
    }

    fn inside(&self) -> usize {
        self.1.len()
    }
}

struct Evicting(swap::OwnedProducer<u64>, swap::OwnedConsumer<u64>);

impl Queue for Evicting {
    fn offer(&mut self, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(Pushed::evicted).map_err(|error| matches!(error, PushError::Shed(_)))
    }

    fn serve(&mut self) -> Option<u64> {
        self.1.pop().ok()
    }

    fn inside(&self) -> usize {
        self.1.len()
    }
}

/// The ring of a plan.
fn queue(plan: &Plan) -> Box<dyn Queue> {
    match plan.ring {
        Ring::Spsc => {
            assert_eq!(plan.overflow, Overflow::Reject);
            let (producer, consumer) = spsc::HeapRing::new(plan.capacity).unwrap().into_ends();
            Box::new(Plain(producer, consumer))
        }
        Ring::Mpsc => {
            let refusal = Refusal::try_from(plan.overflow).unwrap();
            let (producer, consumer) = mpsc::HeapRing::with_refusal(plan.capacity, refusal).unwrap().into_ends();
            Box::new(Shared(producer, consumer))
        }
        Ring::Swap => {
            let (producer, consumer) =
                swap::HeapRing::with_overflow(plan.capacity, 1, plan.overflow).unwrap().into_ends();
            Box::new(Evicting(producer, consumer))
        }
        other => panic!("{other:?}"),
    }
}

/// Items at the `peak` rate for a `time` and then at the `rest`, until `end`, all in microseconds, and a service at its own pace
/// that begins `phase` after the first item.
fn run(plan: &Plan, peak: u64, time: u64, rest: u64, served: u64, end: u64, phase: u64) -> Outcome {
    let mut queue = queue(plan);
    let mut outcome = Outcome::default();
    let (mut at, mut service_at) = (0, phase);
    let mut came = VecDeque::new();
    while at.min(service_at) < end {
        if at <= service_at {
            outcome.offered += 1;
            match queue.offer(at) {
                Ok(None) => came.push_back(at),
                Ok(Some(victim)) => {
                    assert_eq!(came.pop_front(), Some(victim));
                    came.push_back(at);
                    outcome.lost += 1;
                }
                Err(true) => outcome.lost += 1,
                Err(false) => outcome.refused += 1,
            }
            outcome.most = outcome.most.max(queue.inside());
            at += if at < time { 1_000_000 / peak } else { 1_000_000 / rest };
        } else {
            if let Some(item) = queue.serve() {
                assert_eq!(came.pop_front(), Some(item));
                outcome.served += 1;
                outcome.longest = outcome.longest.max(service_at - item);
            } else if service_at > time {
                outcome.emptied.get_or_insert(service_at);
            }
            service_at += 1_000_000 / served;
        }
    }
    outcome.inside = queue.inside();
    assert_eq!(outcome.offered, outcome.served + outcome.lost + outcome.refused + outcome.inside as u64, "the law");
    outcome
}

/// Rates whose periods are whole microseconds.
const RATES: [u32; 12] = [1, 2, 5, 10, 20, 25, 40, 50, 100, 200, 500, 1000];

fn rate(number: u8) -> u32 {
    RATES[usize::from(number) % RATES.len()]
}

fn a_buffer_takes_its_burst(peak: u8, rest: u8, served: u8, tenths: u8, phase: u16) -> TestResult {
    let (peak, rest, served) = (rate(peak), rate(rest), rate(served));
    let time = 100 * (1 + u32::from(tenths) % 50);
    if rest >= served || peak <= served {
        return TestResult::discard();
    }
    let plan = Choice::new(rest, served).burst(peak, time).plan().expect("there is an end of it");
    assert_eq!((plan.leaf, plan.overflow, plan.lost), (Leaf::Buffer, Overflow::Reject, 0));
    let backlog = u64::from(peak - served) * u64::from(time) / 1000;
    let drained = u64::from(time) * 1000 + (backlog + 2) * 1_000_000 / u64::from(served - rest) + 2_000_000;
    let phase = u64::from(phase) % (1_000_000 / u64::from(served));
    let outcome =
        run(&plan, peak.into(), u64::from(time) * 1000, rest.into(), served.into(), drained + 2_000_000, phase);
    assert_eq!((outcome.lost, outcome.refused), (0, 0), "{plan}: {outcome:?}");
    assert!(outcome.longest <= (plan.wait + 1) * 1000, "{plan}: {outcome:?}");
    assert!(outcome.most as u64 + 2 >= backlog, "no more than it takes: {plan}: {outcome:?}");
    TestResult::from_bool(outcome.emptied.is_some_and(|at| at <= drained))
}

#[test]
fn a_planned_buffer_loses_nothing_and_is_empty_in_time() {
    QuickCheck::new().tests(500).quickcheck(a_buffer_takes_its_burst as fn(u8, u8, u8, u8, u16) -> TestResult);
}

fn a_rule_loses_the_rest(offered: u8, served: u8, which: u8, within: u16, phase: u16) -> TestResult {
    let (offered, served) = (rate(offered), rate(served));
    if offered <= served {
        return TestResult::discard();
    }
    let within = 1 + u32::from(within) % 10_000;
    let losable = [Losable::Oldest, Losable::Incoming][usize::from(which) % 2];
    let plan = Choice::new(offered, served).may_lose(losable).within(within).plan().expect("it may be lost");
    let phase = u64::from(phase) % (1_000_000 / u64::from(served));
    // Long enough to fill it, and to lose as much as is shown.
    let end = 1_000_000 * (plan.capacity as u64 / u64::from(offered - served) + 20);
    let outcome = run(&plan, offered.into(), end, offered.into(), served.into(), end, phase);
    assert_eq!(outcome.refused, 0);
    assert!(outcome.longest <= (plan.wait + 1) * 1000, "{plan}: {outcome:?}");
    if within * served >= 1000 {
        assert!(plan.wait <= u64::from(within), "{plan}");
    }
    // To two items, as both begin and end somewhere.
    let most = u64::from(plan.lost) * outcome.offered / 1000 + 2;
    assert!(outcome.lost <= most, "{plan}: {outcome:?}");
    TestResult::from_bool(outcome.lost > 0)
}

#[test]
fn a_planned_rule_loses_what_it_says_and_keeps_its_time() {
    QuickCheck::new().tests(400).quickcheck(a_rule_loses_the_rest as fn(u8, u8, u8, u16, u16) -> TestResult);
}

/// Room that is full after as long as the contradiction says, to an item.
#[test]
fn what_fills_up_does_so_when_it_says() {
    for (offered, served, room) in [(100, 25, 500), (100, 25, 50), (1000, 1, 7), (50, 40, 333)] {
        let contradiction = Choice::new(offered, served).room(room).plan().unwrap_err();
        let Contradiction::FillsUp { after, .. } = contradiction else { panic!("{contradiction:?}") };
        let plan = Choice::new(offered, served).may_lose(Losable::Incoming).room(room).plan().unwrap();
        let (offered, served) = (u64::from(offered), u64::from(served));
        let end = after * 1000;
        let margin = 3_000_000 / (offered - served) + 2_000_000 / offered;
        assert_eq!(run(&plan, offered, 0, offered, served, end.saturating_sub(margin), 0).lost, 0, "{contradiction}");
        assert!(run(&plan, offered, 0, offered, served, end + margin, 0).lost > 0, "{contradiction}");
    }
}

#[test]
fn the_questions_are_asked_in_order() {
    let load = Choice::new(100, 25).room(1000);
    // Who can be slowed down is slowed down, whatever may be lost.
    let plan = load.may_lose(Losable::Oldest).controlled(1, 200).plan().unwrap();
    assert_eq!((plan.leaf, plan.overflow, plan.lost), (Leaf::Control, Overflow::Reject, 0));
    // A burst that fits is buffered, whatever may be lost; one that doesn't fit is not.
    let burst = Choice::new(10, 25).burst(100, 10_000).may_lose(Losable::Incoming);
    assert_eq!(burst.room(751).plan().unwrap().leaf, Leaf::Buffer);
    let plan = burst.room(750).plan().unwrap();
    assert_eq!((plan.leaf, plan.capacity, plan.overflow), (Leaf::KeepOldest, 750, Overflow::DropIncoming));
    // So is one that would make items wait for too long.
    assert_eq!(burst.room(1000).within(30_000).plan().unwrap().leaf, Leaf::KeepOldest);
    assert_eq!(burst.room(1000).within(30_040).plan().unwrap().leaf, Leaf::Buffer);
}

#[test]
fn which_ring_goes_by_who_pushes() {
    let load = Choice::new(10, 25);
    assert_eq!(load.plan().unwrap().ring, Ring::Spsc);
    assert_eq!(load.isolated().plan().unwrap().ring, Ring::Spsc);
    assert_eq!(load.producers(4).plan().unwrap().ring, Ring::Mpsc);
    assert_eq!(load.producers(4).isolated().plan().unwrap().ring, Ring::FanIn);
    let much = Choice::new(100, 25).room(8);
    for (losable, ring, leaf) in [
        (Losable::Oldest, Ring::Swap, Leaf::KeepNewest),
        (Losable::Incoming, Ring::Mpsc, Leaf::KeepOldest),
        (Losable::Some, Ring::Mpsc, Leaf::Sample),
        (Losable::OlderThan(100), Ring::Swap, Leaf::Expire),
        (Losable::LessImportant { important: 5 }, Ring::Mpsc, Leaf::ByImportance),
        (Losable::OlderPerKey { keys: 8 }, Ring::Conflated, Leaf::NewestPerKey),
        (Losable::AllButNewest, Ring::Latest, Leaf::Newest),
        (Losable::Anything, Ring::Mpsc, Leaf::Ignore),
    ] {
        let plan = much.may_lose(losable).plan().unwrap();
        assert_eq!((plan.ring, plan.leaf, plan.lost), (ring, leaf, 750), "{losable:?}");
        assert!(plan.to_string().contains("75.0 % are lost"), "{plan}");
    }
    let lanes = much.producers(3).isolated();
    assert_eq!(lanes.may_lose(Losable::Incoming).plan().unwrap().ring, Ring::FanIn);
}

#[test]
fn what_cannot_be_is_said_in_figures() {
    use Contradiction::*;
    let load = Choice::new(100, 25);
    for (choice, contradiction) in [
        (Choice::new(0, 25), NoRate),
        (Choice::new(100, 0), NoRate),
        (load.burst(0, 5), NoRate),
        (load.burst(5, 0), NoRate),
        (load.producers(0), NoProducer),
        (load.room(0), NoRoom),
        (load.within(0), NoRoom),
        (load, NoBound),
        (load.may_lose(Losable::Oldest), NoBound),
        (load.may_lose(Losable::Anything).within(5), NoBound),
        (load.may_lose(Losable::OlderThan(0)), NoRoom),
        (load.may_lose(Losable::OlderPerKey { keys: 0 }), NoRoom),
        (load.room(10), FillsUp { offered: 100, served: 25, room: 10, after: 133 }),
        (Choice::new(25, 25).burst(50, 10).room(10), NeverDrains { offered: 25 }),
        (Choice::new(10, 25).burst(100, 10_000).room(750), RoomTooSmall { needed: 751, room: 750 }),
        (Choice::new(10, 25).burst(100, 10_000).within(30_000), TooLate { wait: 30_040, within: 30_000 }),
        (load.controlled(1, 200).room(28), RoomTooSmall { needed: 29, room: 28 }),
        (load.controlled(1, 200).within(100), TooLate { wait: 1160, within: 100 }),
        (load.may_lose(Losable::OlderPerKey { keys: 500 }).room(499), RoomTooSmall { needed: 500, room: 499 }),
        (load.may_lose(Losable::OlderPerKey { keys: 50 }).within(1000), TooLate { wait: 2000, within: 1000 }),
        (Choice::new(100_000, 25).may_lose(Losable::Some).room(9), SampleTooThin { offered: 100_000, served: 25 }),
        (
            load.may_lose(Losable::LessImportant { important: 26 }).room(9),
            TooMuchImportant { important: 26, served: 25 },
        ),
    ] {
        assert_eq!(choice.plan(), Err(contradiction));
        assert!(!contradiction.to_string().is_empty());
    }
}

/// No figures make it panic or overflow.
#[test]
fn any_figures_will_do() {
    fn any(
        rates: (u32, u32),
        burst: Option<(u32, u32)>,
        more: (u32, u32, u32),
        limits: (Option<u32>, Option<u32>),
    ) -> bool {
        let (producers, batch, delay) = more;
        let mut choice = Choice::new(rates.0, rates.1).producers(producers);
        if let Some((peak, time)) = burst {
            choice = choice.burst(peak, time);
        }
        if let Some(room) = limits.0 {
            choice = choice.room(room);
        }
        if let Some(within) = limits.1 {
            choice = choice.within(within);
        }
        let losables = [
            Losable::Oldest,
            Losable::Incoming,
            Losable::Some,
            Losable::OlderThan(batch),
            Losable::LessImportant { important: batch },
            Losable::OlderPerKey { keys: batch },
            Losable::AllButNewest,
            Losable::Anything,
        ];
        let choices = losables.map(|losable| choice.may_lose(losable));
        for choice in choices.into_iter().chain([choice, choice.controlled(batch, delay)]) {
            match choice.plan() {
                Ok(plan) => {
                    assert!(plan.capacity > 0 && plan.lost <= 1000 && !plan.to_string().is_empty());
                    assert!(plan.watermarks.high() <= plan.capacity);
                    assert!(limits.0.is_none_or(|room| plan.capacity as u64 <= u64::from(room)));
                }
                Err(contradiction) => assert!(!contradiction.to_string().is_empty()),
            }
        }
        true
    }
    type Any = fn((u32, u32), Option<(u32, u32)>, (u32, u32, u32), (Option<u32>, Option<u32>)) -> bool;
    QuickCheck::new().tests(20_000).quickcheck(any as Any);
    for extreme in [0, 1, u32::MAX] {
        for other in [0, 1, u32::MAX] {
            assert!(any((extreme, other), Some((other, extreme)), (extreme, other, extreme), (None, Some(other))));
            assert!(any((extreme, other), None, (other, extreme, other), (Some(extreme), None)));
        }
    }
}
