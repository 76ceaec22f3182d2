//! Laps that come around while an operation stands still.

use forebay_tests::stall;

use super::*;

/// Steps at most of an operation.
const MOST: usize = 100;

/// While a push stands still the laps come around. The order may be lost then, but no item and no room, and nobody goes in circles.
#[test]
fn laps_in_one_step() {
    for (capacity, inside) in [(1, 0), (2, 0), (2, 1), (3, 0), (3, 2)] {
        for (rounds, overflow) in
            (8 * capacity - 3..=8 * capacity + 3).flat_map(|rounds| OVERFLOWS.map(|to| (rounds, to)))
        {
            stall::everywhere(
                move || {
                    let (producer, consumer) = ends(capacity, 2, 0, inside, overflow);
                    (producer.try_clone().expect("it is for two"), (producer, consumer))
                },
                |mut producer| (producer.push(50), producer),
                move |(producer, consumer)| {
                    let mut log = Log::default();
                    for _ in 0..rounds {
                        log.enter(10, producer.push(10));
                        log.out.extend(consumer.pop());
                    }
                    log
                },
                move |(outcome, one), mut log, (two, mut consumer)| {
                    log.enter(50, outcome);
                    log.stored.extend(0..inside);
                    let mut producers = [one, two];
                    for turn in 0..4 * capacity {
                        log.enter(20, stall::within(MOST, || producers[turn % 2].push(20)));
                        if turn % 4 < 2 {
                            log.out.extend(stall::within(MOST, || consumer.pop()));
                        }
                    }
                    while let Ok(number) = stall::within(MOST, || consumer.pop()) {
                        log.out.push(number);
                    }
                    for turn in 0..capacity {
                        assert_eq!(producers[turn % 2].push(30), Ok(Pushed::Stored), "the room is there");
                        log.stored.push(30);
                    }
                    log.out.extend(consumer.drain());
                    log.out.sort_unstable();
                    log.stored.sort_unstable();
                    assert_eq!(log.out, log.stored);
                },
            );
        }
    }
}

/// What became of the numbers.
#[derive(Default)]
struct Log {
    stored: Vec<u32>,
    out: Vec<u32>,
}

impl Log {
    fn enter(&mut self, number: u32, outcome: Result<Pushed<u32>, PushError<u32>>) {
        if let Ok(pushed) = outcome {
            self.stored.push(number);
            self.out.extend(pushed.evicted());
        }
    }
}
