//! Properties of what counts in `Instant`s: in virtual time, which is any instant that is told.
//!
//! Claims: rate.

use std::time::{Duration, Instant};

use forebay::Pressure;
use forebay::expiry::{Clock, InstantClock, Stamped};
use forebay::pacer::{InstantPacer, Pacer, Rates, RatesError};
use quickcheck::QuickCheck;

const SECOND: Duration = Duration::from_secs(1);

/// The last instant there is, or one near to it.
fn last(from: Instant) -> Instant {
    (0..64).rev().fold(from, |last, bit| last.checked_add(Duration::from_secs(1 << bit)).unwrap_or(last))
}

/// The first one.
fn first(from: Instant) -> Instant {
    (0..64).rev().fold(from, |first, bit| first.checked_sub(Duration::from_secs(1 << bit)).unwrap_or(first))
}

/// An instant so many nanoseconds from another one.
fn offset(from: Instant, by: i64) -> Instant {
    let distance = Duration::from_nanos(by.unsigned_abs());
    if by < 0 { from.checked_sub(distance).unwrap_or(first(from)) } else { from + distance }
}

/// An item is not too old if it is no older than the greatest age, and is if it is a tick older or more; wherever the clock began.
fn ages_are_right_to_a_tick(clock_at: i32, pushed: i64, age: u32, most: u32) -> bool {
    let clock = InstantClock::new();
    let pushed = offset(offset(Instant::now(), clock_at.into()), pushed % (1 << 50));
    let (age, most) = (Duration::from_nanos(age.into()), Duration::from_nanos(most.into()));
    let stamped = Stamped { value: (), at: clock.at(pushed) };
    let ticks = stamped.age(clock.at(pushed + age));
    // Before that it is of no age.
    assert_eq!(stamped.age(clock.at(pushed - age.min(Duration::from_secs(1)))), 0);
    if age <= most {
        ticks <= clock.ticks(most)
    } else {
        age < most + Duration::from_micros(2) || ticks > clock.ticks(most)
    }
}

#[test]
fn an_age_is_right_to_a_tick() {
    QuickCheck::new().tests(20_000).quickcheck(ages_are_right_to_a_tick as fn(i32, i64, u32, u32) -> bool);
    // Ages and limits that are near to one another.
    QuickCheck::new().tests(20_000).quickcheck(
        (|clock, pushed, age, more: i16| {
            ages_are_right_to_a_tick(clock, pushed, age, age.saturating_add_signed(more.into()))
        }) as fn(i32, i64, u32, i16) -> bool,
    );
    // The same where the clock begins in between.
    QuickCheck::new().tests(50_000).quickcheck(
        (|pushed: i16, age: u16, more: i16| {
            let age = u32::from(age);
            ages_are_right_to_a_tick(0, pushed.into(), age, age.saturating_add_signed(i32::from(more % 3000)))
        }) as fn(i16, u16, i16) -> bool,
    );
}

#[test]
fn a_clock_shows_every_instant() {
    let (clock, now) = (InstantClock::new(), Instant::now());
    let (earliest, latest) = (clock.at(first(now)), clock.at(last(now)));
    assert!((earliest as i64) <= 0 && (latest as i64) > 0, "{earliest} {latest}");
    for (stamp, age) in [(first(now), true), (last(now), false)] {
        assert_eq!(Stamped { value: (), at: clock.at(stamp) }.age(clock.at(now)) > 0, age);
    }
    assert_eq!(Stamped { value: (), at: earliest }.age(latest), latest.wrapping_sub(earliest));
    assert_eq!(clock.age(Duration::MAX), clock.ticks(Duration::MAX) as usize);
    assert_eq!(clock.ticks(Duration::MAX), (1 << 62) - 1, "ticks end before 2^62");
    assert_eq!((clock.ticks(Duration::ZERO), clock.ticks(Duration::from_nanos(1))), (0, 1));
    assert_eq!((clock.ticks(Duration::from_nanos(1000)), clock.ticks(Duration::from_nanos(1001))), (1, 2));
    assert_eq!(clock.duration(clock.ticks(SECOND)), SECOND);
}

/// What is told to a pacer: how much later, at which pressure, and whether an item that may go out does.
type Told = Vec<(u32, u8, bool)>;

const LEVELS: [Pressure; 4] = [Pressure::Open, Pressure::Open, Pressure::Slow, Pressure::Stop];

/// Without slack it is the core's pacer, in nanoseconds, or in microseconds.
fn it_is_the_cores(minutes: bool, rates: (u16, u16), told: Told) -> bool {
    let (period, tick) = if minutes { (60 * SECOND, 1000) } else { (SECOND, 1) };
    let (least, greatest) = (u32::from(rates.0) + 1, u32::from(rates.0) + 1 + 100 * u32::from(rates.1));
    let ticks = period.as_nanos() as u64 / tick;
    let mut pacer = InstantPacer::new(period, least, greatest).unwrap().with_slack(Duration::ZERO);
    let mut core = Pacer::new(Rates::new(ticks as u32, least, greatest).unwrap());
    let begin = Instant::now();
    let mut passed = 0;
    for (nth, (later, level, goes_out)) in told.into_iter().enumerate() {
        // Its time begins with the first call.
        passed += if nth == 0 { 0 } else { u64::from(later) % (1 << (later % 32)) };
        let (now, level) = (begin + Duration::from_nanos(passed), LEVELS[usize::from(level % 4)]);
        let delay = core.next_delay(passed / tick, level).map(|ticks| Duration::from_nanos(ticks * tick));
        assert_eq!(pacer.next_delay(now, level), delay);
        if goes_out && delay == Some(Duration::ZERO) {
            pacer.on_sent(now);
            core.on_sent(passed / tick);
        }
        assert_eq!((pacer.rate(), pacer.share()), (core.rate(), core.share()));
    }
    pacer.next_delay(begin, Pressure::Closed).is_none()
}

#[test]
fn without_slack_it_is_the_pacer_of_the_core() {
    QuickCheck::new().tests(3000).quickcheck(it_is_the_cores as fn(bool, (u16, u16), Told) -> bool);
}

/// Instants that go back and forth, as far as there are any: it never waits for longer than the least rate says, and goes on.
fn any_instants_will_do(told: Vec<(i64, u8)>) -> bool {
    let mut pacer = InstantPacer::new(SECOND, 1, 1_000_000).unwrap();
    let begin = Instant::now();
    let ends = [first(begin), last(begin)];
    let (mut begun, mut latest) = (None, begin);
    for (at, level) in told {
        let now = if at % 8 == 0 { ends[usize::from(at < 0)] } else { offset(begin, at) };
        latest = latest.max(now);
        begun = begun.or(Some(now));
        let delay = pacer.next_delay(now, LEVELS[usize::from(level % 4)]).unwrap();
        assert!(delay <= SECOND);
        if delay.is_zero() {
            pacer.on_sent(now);
        }
    }
    // From the last one on an item comes due, if time does not end before.
    let Some(later) = latest.checked_add(SECOND) else { return true };
    later - begun.unwrap_or(begin) > Duration::from_secs(1 << 32)
        || pacer.next_delay(later, Pressure::Open) == Some(Duration::ZERO)
}

#[test]
fn any_instants_are_taken() {
    QuickCheck::new().tests(5000).quickcheck(any_instants_will_do as fn(Vec<(i64, u8)>) -> bool);
}

/// How many items go out in a second, with sleeps that end at whole milliseconds.
fn sent_in_a_second(mut pacer: InstantPacer) -> u32 {
    let begin = Instant::now();
    let (mut passed, mut sent) = (Duration::ZERO, 0);
    while passed < SECOND {
        match pacer.next_delay(begin + passed, Pressure::Open) {
            Some(Duration::ZERO) => {
                pacer.on_sent(begin + passed);
                sent += 1;
            }
            Some(delay) => passed = Duration::from_millis((passed + delay).as_nanos().div_ceil(1_000_000) as u64),
            None => unreachable!("it is open"),
        }
    }
    sent
}

#[test]
fn slack_makes_up_for_sleeps_that_end_late() {
    for rate in [10, 999, 1000, 1001, 20_000, 1_000_000] {
        let pacer = InstantPacer::new(SECOND, rate, rate).unwrap();
        let sent = sent_in_a_second(pacer.clone());
        // The last ones come due after that second's last sleep.
        assert!(sent <= rate + 1 && sent + rate / 1000 + 1 >= rate, "{sent} of {rate}");
        let without = sent_in_a_second(pacer.with_slack(Duration::ZERO));
        assert!(without <= 2001 && without <= sent, "{without} of {rate}");
    }
    // From a slow start too: what it makes up for grows with the rate.
    let from_slow = sent_in_a_second(InstantPacer::new(SECOND, 1000, 100_000).unwrap().starting_at(10_000).unwrap());
    assert!(from_slow >= 90_000, "{from_slow}");
}

#[test]
fn a_start_keeps_the_slack_and_the_period() {
    let slack = Duration::from_micros(20_500);
    let pacer = InstantPacer::new(SECOND, 1, 1_000_000).unwrap().with_slack(slack).starting_at(1000).unwrap();
    assert_eq!(pacer.rate(), 1000);
    let begin = Instant::now();
    let burst = |pacer: &mut InstantPacer, after| {
        let now = begin + Duration::from_millis(after);
        (0..)
            .take_while(|_| {
                let is_due = pacer.next_delay(now, Pressure::Open) == Some(Duration::ZERO);
                if is_due {
                    pacer.on_sent(now);
                }
                is_due
            })
            .count()
    };
    let mut pacer = pacer;
    assert_eq!(burst(&mut pacer, 0), 1);
    assert_eq!(
        burst(&mut pacer, 500),
        22,
        "the one that is due, and a gap or a part of one for each millisecond before"
    );
    let mut pacer = pacer.with_slack(Duration::from_millis(10));
    assert_eq!(burst(&mut pacer, 1000), 11);
}

#[test]
fn periods_that_cannot_be_counted_are_refused() {
    let error = |period| InstantPacer::new(period, 1, 10).map(|pacer| pacer.rate()).err();
    assert_eq!(error(Duration::ZERO), Some(RatesError::ZeroPeriod));
    let longest = Duration::from_micros(Rates::MAX_PERIOD.into());
    assert_eq!(error(longest), None);
    for period in [longest + Duration::from_micros(1), Duration::MAX] {
        assert_eq!(error(period), Some(RatesError::TimeTooLong { period }));
    }
    let message = error(longest + Duration::from_micros(1)).map(|error| error.to_string());
    assert_eq!(message.as_deref(), Some("the period, 2147.483648 s, is above 2147.483647 s"));
    assert_eq!(error(Duration::from_nanos(1)), None);
    let pacer = InstantPacer::new(SECOND, 10, 20).unwrap();
    assert!(matches!(pacer.clone().starting_at(21), Err(RatesError::StartOutside { start: 21, .. })));
    assert!(matches!(InstantPacer::new(SECOND, 20, 10), Err(RatesError::LeastAboveGreatest { .. })));
}

#[test]
fn a_clock_goes_on() {
    let clock = InstantClock::new();
    let before = clock.at(Instant::now());
    std::thread::sleep(Duration::from_millis(2));
    let now = clock.now();
    assert!(now >= before + 2000 && now <= clock.at(Instant::now()), "{before} {now}");
}
