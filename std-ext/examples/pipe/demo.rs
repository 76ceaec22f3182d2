//! Generated records: a producer that comes in surges.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::halt::{Halt, Presence};
use crate::pace::Pacer;
use crate::records::Source;

/// How fast the producer is, as multiples of the consumer's rate.
pub(crate) const IN_SURGE: f64 = 2.5;
const IN_CALM: f64 = 0.25;

/// Numbered lines for some time, in waves of about a second: a surge, and a calm after it.
pub(crate) struct Surges {
    interval: Duration,
    length: Duration,
    wave: Duration,
    started: Option<Instant>,
    pacer: Pacer,
    presence: Presence,
    count: u64,
}

impl Surges {
    /// Surges beside a consumer that takes one record every `interval`.
    pub(crate) fn new(interval: Duration, length: Duration, halt: &Arc<Halt>) -> Self {
        // Whole waves, so that it ends with a calm.
        let waves = length.as_secs_f64().round().max(1.0);
        let wave = length.div_f64(waves);
        let presence = halt.enter();
        Self { interval, length, wave, started: None, pacer: Pacer::default(), presence, count: 0 }
    }

    /// The time from one record to the next, `since` the start.
    fn interval(&self, since: Duration) -> Duration {
        let waves = since.as_secs_f64() / self.wave.as_secs_f64();
        self.interval.div_f64(if waves.fract() < 0.6 { IN_SURGE } else { IN_CALM })
    }
}

impl Source for Surges {
    fn next(&mut self, record: &mut Vec<u8>) -> io::Result<bool> {
        let now = Instant::now();
        let since = now - *self.started.get_or_insert(now);
        let delay = self.pacer.delay(now, self.interval(since));
        if since + delay >= self.length {
            // The consumer may be so slow that the next record is far off.
            let rest = self.length.saturating_sub(since);
            // Whether it is to end before does not matter: it ends.
            let _ = self.presence.away(|| thread::sleep(rest));
            return Ok(false);
        }
        if self.presence.away(|| thread::sleep(delay)).is_err() {
            return Ok(false);
        }
        self.count += 1;
        record.clear();
        writeln!(record, "record {}", self.count)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surges(interval: Duration, length: Duration) -> Surges {
        Surges::new(interval, length, &Arc::new(Halt::new()))
    }

    #[test]
    fn a_surge_is_faster_than_the_consumer_and_a_calm_slower() {
        let ms = Duration::from_millis;
        let surges = surges(ms(10), ms(10_000));
        for wave in 0..3 {
            assert_eq!(surges.interval(ms(wave * 1000)), ms(4));
            assert_eq!(surges.interval(ms(wave * 1000 + 590)), ms(4));
            assert_eq!(surges.interval(ms(wave * 1000 + 610)), ms(40));
            assert_eq!(surges.interval(ms(wave * 1000 + 999)), ms(40));
        }
    }

    #[test]
    fn it_ends_with_a_calm() {
        let ms = Duration::from_millis;
        for length in [ms(100), ms(1600), ms(2000), ms(9900)] {
            let surges = surges(ms(10), length);
            assert_eq!(surges.interval(length - ms(1)), ms(40), "{length:?}");
        }
    }

    #[test]
    fn records_are_numbered_lines_and_end() {
        let mut surges = surges(Duration::from_micros(100), Duration::from_millis(5));
        let (mut record, mut count) = (Vec::new(), 0);
        while surges.next(&mut record).unwrap() {
            count += 1;
            assert_eq!(record, format!("record {count}\n").into_bytes());
        }
        assert!(count > 0);
    }

    #[test]
    fn it_ends_in_time_however_slow_the_consumer_is() {
        let mut surges = surges(Duration::from_secs(3600), Duration::from_millis(5));
        let mut record = Vec::new();
        assert!(surges.next(&mut record).unwrap());
        assert!(!surges.next(&mut record).unwrap());
    }
}
