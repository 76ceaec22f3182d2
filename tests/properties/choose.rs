//! Plans hold: a ring that is made as a plan says, under the load that it was told, loses what the plan says and no more, and
//! nothing waits for longer. And what can't be is said, in figures that are right.
//!
//! Claims: account, misuse.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use forebay_core::choose::{Choice, Contradiction, Leaf, Losable, Plan, Ring};
use forebay_core::{NeverEvicts, Overflow, Pressure, PushError, Pushed, Refusal, fan_in, mpsc, spsc, swap};
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

/// A ring by what a simulation needs of it. What comes from different lanes comes out in any order.
trait Queue {
    /// What was evicted; or whether nothing was lost, but refused.
    fn offer(&mut self, by: usize, at: u64) -> Result<Option<u64>, bool>;
    /// The lane, and the item.
    fn serve(&mut self) -> Option<(usize, u64)>;
    fn inside(&self) -> usize;
    fn pressure(&self, by: usize) -> Pressure;
    fn lane(&self, _by: usize) -> usize {
        0
    }
}

struct Plain(spsc::OwnedProducer<u64>, spsc::OwnedConsumer<u64>);

impl Queue for Plain {
    fn offer(&mut self, _: usize, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(|()| None).map_err(|_| false)
    }

    fn serve(&mut self) -> Option<(usize, u64)> {
        self.1.pop().ok().map(|at| (0, at))
    }

    fn inside(&self) -> usize {
        self.1.len()
    }

    fn pressure(&self, _: usize) -> Pressure {
        self.0.pressure()
    }
}

struct Shared(mpsc::OwnedProducer<u64>, mpsc::OwnedConsumer<u64>);

impl Queue for Shared {
    fn offer(&mut self, _: usize, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(|()| None).map_err(|error| error.is_shed())
    }

    fn serve(&mut self) -> Option<(usize, u64)> {
        self.1.pop().ok().map(|at| (0, at))
    }

    fn inside(&self) -> usize {
        self.1.len()
    }

    fn pressure(&self, _: usize) -> Pressure {
        self.0.pressure()
    }
}

struct Evicting(swap::OwnedProducer<u64>, swap::OwnedConsumer<u64>);

impl Queue for Evicting {
    fn offer(&mut self, _: usize, at: u64) -> Result<Option<u64>, bool> {
        self.0.push(at).map(Pushed::evicted).map_err(|error| matches!(error, PushError::Shed(_)))
    }

    fn serve(&mut self) -> Option<(usize, u64)> {
        self.1.pop().ok().map(|at| (0, at))
    }

    fn inside(&self) -> usize {
        self.1.len()
    }

    fn pressure(&self, _: usize) -> Pressure {
        self.0.pressure()
    }
}

struct Lanes(Vec<fan_in::OwnedProducer<u64>>, fan_in::OwnedConsumer<u64>);

impl Queue for Lanes {
    fn offer(&mut self, by: usize, at: u64) -> Result<Option<u64>, bool> {
        self.0[by].push(at).map(|()| None).map_err(|error| error.is_shed())
    }

    fn serve(&mut self) -> Option<(usize, u64)> {
        self.1.pop().ok().map(|(lane, at)| (lane.index(), at))
    }

    fn inside(&self) -> usize {
        self.1.len()
    }

    fn pressure(&self, by: usize) -> Pressure {
        self.0[by].pressure()
    }

    fn lane(&self, by: usize) -> usize {
        self.0[by].lane().index()
    }
}

/// The ring of a plan.
fn queue(plan: &Plan, producers: usize) -> Box<dyn Queue> {
    match plan.ring {
        Ring::Spsc => {
            assert_eq!((plan.overflow, producers), (Overflow::Reject, 1));
            let (mut producer, consumer) = spsc::HeapRing::new(plan.capacity).unwrap().into_ends();
            producer.set_watermarks(plan.watermarks).unwrap();
            Box::new(Plain(producer, consumer))
        }
        Ring::Mpsc => {
            let refusal = plan.refusal().unwrap();
            let (mut producer, consumer) = mpsc::HeapRing::with_refusal(plan.capacity, refusal).unwrap().into_ends();
            producer.set_watermarks(plan.watermarks).unwrap();
            Box::new(Shared(producer, consumer))
        }
        Ring::Swap => {
            let (producer, consumer) =
                swap::HeapRing::with_overflow(plan.capacity, 1, plan.overflow).unwrap().into_ends();
            Box::new(Evicting(producer, consumer))
        }
        Ring::FanIn => {
            let (opener, consumer) = fan_in::HeapRing::new(producers, plan.capacity).unwrap().into_ends();
            let open = |_| {
                let mut lane = opener.open(NonZeroU32::MIN).unwrap();
                lane.set_refusal(plan.refusal().unwrap());
                lane.set_watermarks(plan.watermarks).unwrap();
                lane
            };
            Box::new(Lanes((0..producers).map(open).collect(), consumer))
        }
        other => panic!("{other:?}"),
    }
}

/// Who brings the items.
#[derive(Clone, Copy, Debug)]
enum By {
    /// Each of so many in turn.
    Turns(usize),
    /// Of so many, each for so many items, then the next.
    Runs(usize, u64),
    /// Of so many, all at the same moment, and then none for as long.
    AtOnce(usize),
}

impl By {
    const fn producers(self) -> usize {
        let (Self::Turns(producers) | Self::Runs(producers, _) | Self::AtOnce(producers)) = self;
        producers
    }

    const fn of(self, number: u64) -> usize {
        match self {
            Self::Turns(producers) | Self::AtOnce(producers) => number as usize % producers,
            Self::Runs(producers, run) => (number / run) as usize % producers,
        }
    }
}

/// A load of items at the `peak` rate for a `time` and then at the `rest`, and a service at its own pace that begins `phase` after
/// the first item and stands still between two services, if at all; all in microseconds.
#[derive(Clone, Copy, Debug)]
struct Load {
    by: By,
    peak: u64,
    time: u64,
    rest: u64,
    served: u64,
    phase: u64,
    /// From when on, and until when.
    still: (u64, u64),
    /// After how long a producer does what the pressure said.
    heeds: Option<u64>,
}

impl Load {
    const fn new(peak: u64, time: u64, rest: u64, served: u64) -> Self {
        Self { by: By::Turns(1), peak, time, rest, served, phase: 0, still: (0, 0), heeds: None }
    }

    /// When the items come that follow those at a time.
    fn next(&self, at: u64) -> u64 {
        let at_once = if let By::AtOnce(producers) = self.by { producers as u64 } else { 1 };
        let after = |rate| 1_000_000_u64.saturating_mul(at_once).checked_div(rate).unwrap_or(u64::MAX);
        let in_burst = at.saturating_add(after(self.peak));
        if at < self.time && (at_once == 1 || in_burst <= self.time) {
            in_burst
        } else {
            at.saturating_add(after(self.rest))
        }
    }
}

/// What becomes of the load until the `end`.
fn run(plan: &Plan, load: Load, end: u64) -> Outcome {
    let producers = load.by.producers();
    let mut queue = queue(plan, producers);
    let mut outcome = Outcome::default();
    let (mut at, mut service_at, mut look_at, mut number) = (0, load.phase, 0, 0);
    let mut came = vec![VecDeque::new(); producers];
    let mut goes = vec![true; producers];
    while at.min(service_at) < end {
        if at <= service_at {
            if let Some(delay) = load.heeds.filter(|_| at >= look_at) {
                (0..producers).for_each(|by| goes[by] = !queue.pressure(by).is_raised());
                look_at += delay * (1 + (at - look_at) / delay);
            }
            let at_once = if let By::AtOnce(producers) = load.by { producers } else { 1 };
            for _ in 0..at_once {
                let by = load.by.of(number);
                number += 1;
                if !goes[by] {
                    continue;
                }
                outcome.offered += 1;
                let came = &mut came[queue.lane(by)];
                match queue.offer(by, at) {
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
            }
            at = load.next(at);
        } else {
            if let Some((lane, item)) = queue.serve() {
                assert_eq!(came[lane].pop_front(), Some(item));
                outcome.served += 1;
                outcome.longest = outcome.longest.max(service_at - item);
            } else if service_at > load.time {
                outcome.emptied.get_or_insert(service_at);
            }
            service_at += 1_000_000 / load.served;
            if (load.still.0..load.still.1).contains(&service_at) {
                service_at = load.still.1;
            }
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

/// Some producers, and how they bring their items.
fn by(producers: u8, how: u8) -> By {
    let producers = 1 + usize::from(producers) % 5;
    match how % 4 {
        0 => By::Turns(producers),
        1 => By::Runs(producers, (1 + u64::from(how) / 4).pow(2)),
        2 => By::Runs(producers, u64::MAX),
        _ => By::AtOnce(producers),
    }
}

type Producers = (u8, u8, bool);

/// With the producers of a load.
fn with(choice: Choice, by: By, isolated: bool) -> Choice {
    let choice = choice.producers(by.producers() as u32);
    if isolated { choice.isolated() } else { choice }
}

fn a_buffer_takes_its_burst(peak: u8, rest: u8, served: u8, tenths: u8, phase: u16, who: Producers) -> TestResult {
    // One in thirteen is followed by nothing.
    let rest = if rest % 13 == 12 { 0 } else { rate(rest) };
    let (peak, served, by) = (rate(peak), rate(served), by(who.0, who.1));
    let time = 100 * (1 + u32::from(tenths) % 50);
    if rest >= served || peak <= served {
        return TestResult::discard();
    }
    let plan = with(Choice::new(rest, served).burst(peak, time), by, who.2).plan().expect("there is an end of it");
    assert_eq!((plan.leaf, plan.overflow, plan.lost), (Leaf::Buffer, Overflow::Reject, 0));
    let backlog = u64::from(peak - served) * u64::from(time) / 1000;
    let more = 2 * by.producers() as u64;
    let drained = u64::from(time) * 1000 + (backlog + more) * 1_000_000 / u64::from(served - rest) + 2_000_000;
    let phase = u64::from(phase) % (1_000_000 / u64::from(served));
    let load = Load { by, phase, ..Load::new(peak.into(), u64::from(time) * 1000, rest.into(), served.into()) };
    let outcome = run(&plan, load, drained + 2_000_000);
    assert_eq!((outcome.lost, outcome.refused), (0, 0), "{plan}: {load:?} {outcome:?}");
    assert!(outcome.longest <= (plan.wait + 1) * 1000, "{plan}: {load:?} {outcome:?}");
    assert!(outcome.most as u64 + more >= backlog, "no more than it takes: {plan}: {outcome:?}");
    TestResult::from_bool(outcome.emptied.is_some_and(|at| at <= drained))
}

#[test]
fn a_planned_buffer_loses_nothing_and_is_empty_in_time() {
    QuickCheck::new()
        .tests(500)
        .quickcheck(a_buffer_takes_its_burst as fn(u8, u8, u8, u8, u16, Producers) -> TestResult);
}

fn a_buffer_without_a_burst(offered: u8, served: u8, room: Option<u16>, still: u16, who: Producers) -> TestResult {
    let (offered, served, by) = (rate(offered), rate(served), by(who.0, who.1));
    if offered >= served {
        return TestResult::discard();
    }
    let choice = with(Choice::new(offered, served), by, who.2);
    let choice = if let Some(room) = room { choice.room(u32::from(room) + 25) } else { choice };
    let plan = choice.plan().expect("there is room for an item of each");
    let slack = plan.slack.expect("there was no burst");
    assert!(room.is_some() || slack >= 100);
    let still = u64::from(still) * 10;
    let load = Load::new(offered.into(), u64::MAX, 0, served.into());
    // What it is, or what it takes until one is served in any case.
    let pause = (slack * 1000).max(1_000_000 / u64::from(served));
    let load = Load { by, still: (still, still + pause - 1_000_000 / u64::from(served)), ..load };
    let outcome = run(&plan, load, still + 20_000_000);
    assert!(outcome.longest <= (plan.wait + 1) * 1000 + pause, "{plan}: {load:?} {outcome:?}");
    TestResult::from_bool(outcome.lost + outcome.refused == 0)
}

#[test]
fn a_planned_buffer_without_a_burst_bears_a_pause() {
    QuickCheck::new()
        .tests(500)
        .quickcheck(a_buffer_without_a_burst as fn(u8, u8, Option<u16>, u16, Producers) -> TestResult);
    // And not a much longer one.
    let plan = Choice::new(1000, 2000).plan().unwrap();
    assert_eq!((plan.capacity, plan.slack, plan.wait), (101, Some(100), 50));
    let load = Load { still: (1_000_000, 1_110_000), ..Load::new(1000, u64::MAX, 0, 2000) };
    assert!(run(&plan, load, 2_000_000).refused > 0);
}

fn a_rule_loses_the_rest(rates: (u8, u8, u8), which: u8, within: u16, phase: u16, who: Producers) -> TestResult {
    let (offered, served, rest, mut by) = (rate(rates.0), rate(rates.1), rate(rates.2), by(who.0, who.1));
    if offered <= served || rest >= served {
        return TestResult::discard();
    }
    if let By::AtOnce(producers) = by {
        by = By::Turns(producers);
    }
    let within = 1 + u32::from(within) % 10_000;
    let losable = [Losable::Oldest, Losable::Incoming][usize::from(which) % 2];
    let plan = match with(Choice::new(offered, served).may_lose(losable).within(within), by, who.2).plan() {
        Ok(plan) => plan,
        // One of each lane takes longer.
        Err(Contradiction::TooLate { wait, .. }) => {
            assert!(wait <= by.producers() as u64 * 1000 / u64::from(served));
            return TestResult::discard();
        }
        Err(Contradiction::NoLanes { .. }) if who.2 && losable == Losable::Oldest => return TestResult::discard(),
        Err(contradiction) => panic!("{contradiction}"),
    };
    assert!(plan.wait <= u64::from(within), "{plan}");
    let phase = u64::from(phase) % (1_000_000 / u64::from(served));
    // Long enough to fill it, and to lose as much as is shown. Then it is drained.
    let all = (plan.capacity * by.producers()) as u64;
    let time = 1_000_000 * (all / u64::from(offered - served) + 20);
    let end = time + 1_000_000 * (all / u64::from(served) + 20);
    let load = Load { by, phase, ..Load::new(offered.into(), time, rest.into(), served.into()) };
    let outcome = run(&plan, load, end);
    assert_eq!(outcome.refused, 0);
    assert!(outcome.longest <= (plan.wait + 1) * 1000, "{plan}: {load:?} {outcome:?}");
    // To two items, as both begin and end somewhere.
    let most = u64::from(plan.lost) * u64::from(offered) * (time / 1_000_000) / 1000 + 2;
    assert!(outcome.lost <= most, "{plan}: {load:?} {outcome:?}");
    TestResult::from_bool(outcome.lost > 0)
}

#[test]
fn a_planned_rule_loses_what_it_says_and_keeps_its_time() {
    QuickCheck::new()
        .tests(400)
        .quickcheck(a_rule_loses_the_rest as fn((u8, u8, u8), u8, u16, u16, Producers) -> TestResult);
}

fn those_who_heed_it_lose_nothing(offered: u8, served: u8, delay: u16, who: Producers) -> TestResult {
    let (offered, served, by) = (rate(offered), rate(served), by(who.0, who.1));
    let delay = 1 + u32::from(delay) % 500;
    let plan = with(Choice::new(offered, served), by, who.2).controlled(1, delay).plan().expect("there is room");
    let load = Load::new(offered.into(), u64::MAX, 0, served.into());
    let load = Load { by, heeds: Some(u64::from(delay) * 1000), ..load };
    let outcome = run(&plan, load, 60_000_000);
    assert_eq!((outcome.lost, outcome.refused), (0, 0), "{plan}: {load:?} {outcome:?}");
    assert!(outcome.longest <= (plan.wait + 1) * 1000, "{plan}: {load:?} {outcome:?}");
    TestResult::passed()
}

#[test]
fn a_planned_control_refuses_nothing_and_keeps_its_time() {
    QuickCheck::new().tests(400).quickcheck(those_who_heed_it_lose_nothing as fn(u8, u8, u16, Producers) -> TestResult);
}

/// Four producers that share what is served, which a user measured: 25 a second.
#[test]
fn lanes_share_the_time_and_the_room() {
    let load = Choice::new(100, 25).producers(4).isolated();
    let incoming = load.may_lose(Losable::Incoming);
    let plan = incoming.within(2000).plan().unwrap();
    assert_eq!((plan.ring, plan.capacity, plan.wait), (Ring::FanIn, 12, 1920));
    assert_eq!(incoming.room(50).plan().unwrap().capacity, 12);
    assert_eq!(incoming.room(3).plan(), Err(Contradiction::RoomTooSmall { needed: 4, room: 3 }));
    assert_eq!(incoming.within(159).plan(), Err(Contradiction::TooLate { wait: 160, within: 159 }));
    let plan = load.controlled(1, 200).plan().unwrap();
    // 13, and what one brings in 200 ms while its lane is served at 6 a second, and one more.
    assert_eq!((plan.capacity, plan.wait), (13 + 19 + 1, 4 * 33 * 40));
    // A lane may have all that is important.
    let important = |important| load.may_lose(Losable::LessImportant { important }).room(100).plan();
    assert_eq!(important(6).unwrap().capacity, 25);
    assert_eq!(important(7), Err(Contradiction::TooMuchImportant { important: 7, served: 6 }));
}

#[test]
fn what_may_be_lost_decides_where_there_is_no_burst() {
    let keys = Losable::OlderPerKey { keys: 500 };
    for offered in [15_000, 20_000] {
        for choice in [Choice::new(offered, 20_000), Choice::new(offered, 20_000).burst(20_000, 1000)] {
            let plan = choice.may_lose(keys).plan().unwrap();
            assert_eq!(
                (plan.leaf, plan.ring, plan.capacity, plan.wait),
                (Leaf::NewestPerKey, Ring::Conflated, 500, 25)
            );
            assert!(plan.to_string().contains("nothing is lost but by chance"), "{plan}");
        }
    }
    // A bound that was not said is what comes in 100 ms.
    let plan = Choice::new(15_000, 20_000).may_lose(Losable::Incoming).plan().unwrap();
    assert_eq!((plan.leaf, plan.capacity, plan.wait), (Leaf::KeepOldest, 1501, 75));
    // And if nothing may, so is the buffer, as far as there is room and time.
    let load = Choice::new(15_000, 20_000);
    let plan = load.plan().unwrap();
    assert_eq!((plan.leaf, plan.capacity, plan.wait, plan.slack), (Leaf::Buffer, 1501, 75, Some(100)));
    assert_eq!(
        plan.to_string(),
        "buffer what comes at once in an `spsc` ring for 1501: nothing is lost unless 0.100 s go by without a service, and an item \
         waits 0.075 s at the worst"
    );
    assert_eq!(load.room(301).plan().unwrap().slack, Some(20));
    assert_eq!(load.within(16).plan().unwrap().capacity, 320);
    assert_eq!(Choice::new(20_000, 20_000).plan(), Err(Contradiction::NeverDrains { offered: 20_000 }));
}

#[test]
fn nothing_may_follow_a_burst() {
    let plan = Choice::new(0, 25).burst(100, 10_000).plan().unwrap();
    assert_eq!((plan.leaf, plan.capacity, plan.wait), (Leaf::Buffer, 751, 30_040));
    let plan = Choice::new(0, 25).burst(20, 10_000).plan().unwrap();
    assert_eq!((plan.leaf, plan.capacity), (Leaf::Buffer, 3));
}

#[test]
fn a_plan_says_what_its_ring_refuses() {
    let load = Choice::new(100, 25).producers(2).within(1000);
    let incoming = load.may_lose(Losable::Incoming);
    assert_eq!(incoming.plan().unwrap().refusal(), Ok(Refusal::DropIncoming));
    assert_eq!(load.within(5000).controlled(1, 10).plan().unwrap().refusal(), Ok(Refusal::Reject));
    assert_eq!(load.may_lose(Losable::Oldest).plan().unwrap().refusal(), Err(NeverEvicts));
}

/// Room that is full after as long as the contradiction says, to an item.
#[test]
fn what_fills_up_does_so_when_it_says() {
    for (offered, served, room) in [(100, 25, 500), (100, 25, 50), (1000, 1, 7), (50, 40, 333)] {
        let contradiction = Choice::new(offered, served).room(room).plan().unwrap_err();
        let Contradiction::FillsUp { after, .. } = contradiction else { panic!("{contradiction:?}") };
        let plan = Choice::new(offered, served).may_lose(Losable::Incoming).room(room).plan().unwrap();
        let (offered, served) = (u64::from(offered), u64::from(served));
        let (end, load) = (after * 1000, Load::new(offered, 0, offered, served));
        let margin = 3_000_000 / (offered - served) + 2_000_000 / offered;
        assert_eq!(run(&plan, load, end.saturating_sub(margin)).lost, 0, "{contradiction}");
        assert!(run(&plan, load, end + margin).lost > 0, "{contradiction}");
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
        // Of several, one that has no ring is told what to do.
        let several = much.may_lose(losable).producers(2);
        let contradiction = match ring {
            Ring::Conflated | Ring::Latest => Some(Contradiction::OneProducer { producers: 2 }),
            Ring::Swap => Some(Contradiction::NoLanes { producers: 2 }),
            _ => None,
        };
        assert_eq!(several.isolated().plan().err(), contradiction, "{losable:?}");
        assert_eq!(several.plan().err(), contradiction.filter(|_| ring != Ring::Swap), "{losable:?}");
        if let Some(contradiction) = contradiction {
            assert!(contradiction.to_string().contains("plan a ring for each of them"), "{contradiction}");
        }
        assert_eq!(much.may_lose(losable).isolated().plan(), Ok(plan), "one has no others");
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
        (Choice::new(0, 25).burst(0, 5), NoRate),
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
        assert_eq!(choice.plan(), Err(contradiction), "{choice:?}");
        assert!(!contradiction.to_string().is_empty());
    }
    assert!(NoRate.to_string().starts_with("`served` is 0"));
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
        let choices = choices.into_iter().chain([choice, choice.controlled(batch, delay)]);
        for choice in choices.flat_map(|choice| [choice, choice.isolated()]) {
            match choice.plan() {
                Ok(plan) => {
                    assert!(plan.capacity > 0 && plan.lost <= 1000 && !plan.to_string().is_empty());
                    assert!(plan.watermarks.high() <= plan.capacity);
                    let lanes = if plan.ring == Ring::FanIn { u64::from(producers) } else { 1 };
                    assert!(limits.0.is_none_or(|room| plan.capacity as u64 * lanes <= u64::from(room)));
                    assert!(limits.1.is_none_or(|within| plan.wait <= u64::from(within)));
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

#[test]
fn what_may_be_lost_is_what_a_push_loses() {
    let load = Choice::new(100, 25).room(8);
    for (losable, overflow, keep) in [
        (Losable::Oldest, Overflow::DropOldest, None),
        (Losable::Incoming, Overflow::DropIncoming, None),
        (Losable::Some, Overflow::DropIncoming, Some((250, 1000))),
        (Losable::OlderThan(100), Overflow::DropOldest, None),
        (Losable::LessImportant { important: 5 }, Overflow::DropIncoming, None),
        (Losable::Anything, Overflow::DropIncoming, None),
    ] {
        let plan = load.may_lose(losable).plan().unwrap();
        assert_eq!((plan.overflow, plan.keep), (overflow, keep), "{losable:?}");
    }
}

/// What expires needs no more room than for what is served in time; and an item that can't be expires, so that none is too late.
#[test]
fn what_expires_is_never_too_late() {
    let load = Choice::new(100, 25).room(1000);
    let plan = |age| load.may_lose(Losable::OlderThan(age));
    let figures = |choice: Choice| choice.plan().map(|plan| (plan.capacity, plan.wait));
    assert_eq!(figures(plan(400)), Ok((10, 400)));
    assert_eq!(figures(plan(400).within(300)), Ok((7, 300)));
    assert_eq!(figures(plan(400).within(500)), Ok((10, 400)));
    // One takes 40 ms.
    assert_eq!(figures(plan(400).within(10)), Ok((1, 10)));
}

#[test]
fn plans_and_contradictions_are_shown_in_figures() {
    let burst = Choice::new(10, 25).burst(100, 10_000);
    assert_eq!(
        burst.plan().unwrap().to_string(),
        "buffer the burst in an `spsc` ring for 751: nothing is lost, and an item waits 30.040 s at the worst"
    );
    let error = burst.within(1500).plan().unwrap_err();
    assert_eq!(error.to_string(), "an item would wait for 30.040 s, and may for 1.500 s");
}
