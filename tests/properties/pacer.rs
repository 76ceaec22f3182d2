//! Properties of the pacer: in virtual time, against a queue with watermarks and a consumer; and for any levels at any times.
//!
//! Claims: rate.

use forebay_core::Pressure;
use forebay_core::pacer::{Pacer, Rates};
use forebay_tests::pacer;
use forebay_tests::virtual_time::{Beat, Release, Run, Shape, fairness};
use quickcheck::{Arbitrary, Gen, QuickCheck};

/// The consumer's greatest rate, in items per second: one item a tick where ticks are longest.
const FASTEST: u64 = 1_000_000;

/// A number of any magnitude from `least` to `most`.
fn magnitude(source: &mut Gen, least: u64, most: u64) -> u64 {
    let bits = most.ilog2() - least.max(1).ilog2() + 1;
    let number = least.max(1) << (u32::arbitrary(source) % bits);
    (number + u64::arbitrary(source) % number).clamp(least, most)
}

/// A queue, a consumer, and producers with starts of any magnitude.
#[derive(Clone, Debug)]
struct Case<const MOST_PRODUCERS: usize> {
    shape: Shape,
    /// Ticks in a second.
    period: u32,
    /// The consumer's rate.
    service: u64,
    greatest: u32,
    starts: Vec<u32>,
    epoch: u64,
}

impl<const MOST_PRODUCERS: usize> Arbitrary for Case<MOST_PRODUCERS> {
    fn arbitrary(source: &mut Gen) -> Self {
        let producers = *source.choose(&[1, 2, 3, 8, 16]).unwrap();
        let producers = if MOST_PRODUCERS == 1 { 1 } else { Ord::max(producers, 2) };
        // Several producers share fairly where the watermarks are as far apart as there are producers, and there is room for
        // half of them above the high one. The low one is not 0.
        let (least, room) = if producers == 1 { (2, 0) } else { (Ord::max(8, producers as u64), producers / 2) };
        let gap = magnitude(source, least, 60) as usize;
        let low = magnitude(source, 1, 60) as usize;
        let high = low + gap;
        let capacity = high + room + magnitude(source, 1, 60) as usize - 1;
        // As in the rings. Where `Stop` ended with the first free slot, a producer that meets a full queue at each item would never
        // be told to slow down for long enough.
        let release = Release::AtLow;
        let period = *source.choose(&[1_000_000, 1_000_000_000]).unwrap();
        // The least rate is 1.
        let service = magnitude(source, 2 * producers as u64, FASTEST);
        let greatest = magnitude(source, 2 * service, 10 * FASTEST) as u32;
        // One that starts far below the others needs as long as its first items take.
        let slowest = if producers == 1 { 1 } else { Ord::max(1, service / (100 * producers as u64)) };
        let starts = (0..producers).map(|_| magnitude(source, slowest, greatest.into()) as u32).collect();
        let anywhen = u64::arbitrary(source);
        let epoch = *source.choose(&[0, u64::MAX - 1_000_000, anywhen]).unwrap();
        Self { shape: Shape { capacity, high, low, release }, period, service, greatest, starts, epoch }
    }
}

impl<const MOST_PRODUCERS: usize> Case<MOST_PRODUCERS> {
    fn run(&self) -> Run {
        let rates = Rates::new(self.period, 1, self.greatest).expect("right");
        let pacers = self.starts.iter().map(|&start| Pacer::new(rates.starting_at(start).expect("right"))).collect();
        Run::new(self.shape, pacers, self.beat(self.service), self.epoch)
    }

    fn beat(&self, rate: u64) -> Beat {
        Beat::new(rate, self.period.into())
    }

    /// The mean over the next ten cycles is the consumer's rate, to 5 %, and nobody meets a full queue.
    fn is_settled(&self, run: &mut Run, service: u64) {
        let (sent, begin) = (run.sent.iter().sum::<u64>(), run.now);
        run.cycles(10);
        let (sent, ticks) = (run.sent.iter().sum::<u64>() - sent, run.now - begin);
        let mean = sent as f64 * f64::from(self.period) / ticks as f64;
        assert!((mean / service as f64 - 1.).abs() <= 0.05, "{mean} a second instead of {service}: {self:?}");
        assert_eq!(run.refused, 0, "a producer met a full queue");
    }
}

fn check<const MOST_PRODUCERS: usize>(tests: u64, property: fn(Case<MOST_PRODUCERS>)) {
    QuickCheck::new().tests(tests).quickcheck(property as fn(_));
}

#[test]
fn the_mean_settles_at_the_consumers_rate_from_any_start() {
    check(300, |case: Case<1>| {
        let mut run = case.run();
        run.cycles(8);
        case.is_settled(&mut run, case.service);
    });
}

#[test]
fn the_rate_does_not_swing_far() {
    check(200, |mut case: Case<1>| {
        // Without room above the high watermark there is no `Slow` but only `Stop`. And watermarks that are few items apart are
        // crossed by single items.
        (case.shape.high, case.shape.capacity) = (case.shape.high + 6, case.shape.capacity + 9);
        let mut run = case.run();
        run.cycles(12);
        let until = run.served + 200 * (case.shape.high - case.shape.low) as u64;
        while run.served < until {
            run.step();
            let rate = f64::from(run.pacers[0].rate()) / case.service as f64;
            // It is shown rounded down.
            let slack = 1. / case.service as f64;
            assert!((0.7 - slack..1.8).contains(&rate), "{rate} of the consumer's rate: {case:?}");
        }
    });
}

#[test]
fn a_consumer_that_becomes_slower_or_faster_is_followed() {
    check(200, |case: Case<1>| {
        for (numerator, denominator) in [(1, 7), (5, 1)] {
            let most = Ord::min(FASTEST, (case.greatest / 2).into());
            let service = Ord::min(case.service * numerator / denominator, most);
            if service >= 2 {
                let mut run = case.run();
                run.cycles(10);
                run.service = case.beat(service);
                run.cycles(10);
                case.is_settled(&mut run, service);
            }
        }
    });
}

#[test]
fn a_consumer_that_stands_still_for_long_collapses_nothing() {
    check(200, |case: Case<1>| {
        let mut run = case.run();
        run.cycles(10);
        let items = 10_000;
        run.stall(items * u64::from(case.period) / case.service);
        while run.queue.pressure().is_raised() {
            run.step();
        }
        assert!(u64::from(run.pacers[0].rate()) >= case.service / 4);
        let (idle, now) = (run.idle, run.now);
        run.cycles(3);
        let idle = (run.idle - idle) as f64 / (run.now - now) as f64;
        assert!(idle < 0.2, "idle for {idle} of the time");
        run.cycles(7);
        case.is_settled(&mut run, case.service);
    });
}

#[test]
fn a_consumer_that_begins_late_is_followed_soon() {
    check(200, |case: Case<1>| {
        let mut run = case.run();
        let second = u64::from(case.period);
        run.stall(3600 * second);
        while run.served == 0 {
            run.step();
        }
        // From the least rate, 1/s, its increments double each second.
        let begin = run.now;
        while u64::from(run.pacers[0].rate()) < case.service / 2 {
            run.step();
            assert!(run.now < begin + 60 * second, "{} after a minute: {case:?}", run.pacers[0].rate());
        }
        run.cycles(10);
        case.is_settled(&mut run, case.service);
    });
}

#[test]
fn producers_share_fairly() {
    check(40, |case: Case<16>| {
        let mut run = case.run();
        // The slowest start takes its time: so many of its items, and so many cycles.
        let slowest = *case.starts.iter().min().expect("a producer");
        run.until(30 * u64::from(case.period) / u64::from(slowest));
        run.cycles(100);
        let before = run.sent.clone();
        run.cycles(30);
        let sent: Vec<u64> = run.sent.iter().zip(before).map(|(after, before)| after - before).collect();
        assert!(fairness(&sent) >= 0.95, "{} of {sent:?}: {case:?}", fairness(&sent));
        case.is_settled(&mut run, case.service);
    });
}

#[test]
fn the_rate_does_not_grow_while_the_producer_is_the_limit() {
    fn property(case: Case<1>) {
        let offered = u64::from(case.starts[0]);
        let mut run = case.run();
        let mut beat = case.beat(offered);
        let pacer = &mut run.pacers[0];
        let mut now = case.epoch;
        // From half of what is offered on, the rate grows to more than it, and no further.
        for _ in 0..1000 {
            while let Some(delay @ 1..) = pacer.next_delay(now, Pressure::Open) {
                now = now.wrapping_add(delay);
            }
            pacer.on_sent(now);
            now = now.wrapping_add(beat.next_gap());
        }
        assert!(u64::from(pacer.rate()) <= 4 * offered, "{} with {offered} offered: {case:?}", pacer.rate());
    }
    QuickCheck::new().tests(300).quickcheck(property as fn(Case<1>));
}

/// Whatever it is told: the bounds hold, nothing is sent at `Stop`, what it says follows from what it was told, and no
/// arithmetic overflows.
#[test]
fn any_levels_at_any_times() {
    fn property(case: Case<1>, burst: u32, told: Vec<(u8, u64, u8)>) {
        let told = told.into_iter().cycle().take(1000).map(|(level, ticks, shift)| {
            let pressure = [Pressure::Open, Pressure::Slow, Pressure::Stop][usize::from(level % 3)];
            (pressure, ticks >> (2 + shift % 62), level % 2 == 0)
        });
        let told: Vec<_> = told.chain([(Pressure::Closed, 0, false)]).collect();
        let rates = [Ord::max(case.starts[0] / 2, 1), case.starts[0], case.greatest];
        pacer::Case { period: case.period, rates, burst, epoch: case.epoch, told: &told }.run();
    }
    QuickCheck::new().tests(2000).quickcheck(property as fn(_, _, _));
}
