//! Values of the command line, from what is typed.

use std::num::{IntErrorKind, NonZeroU32};
use std::time::Duration;

use forebay::admission::Rate;

pub(crate) fn capacity(text: &str) -> Result<usize, String> {
    match records(text) {
        Ok(0) => Err("a ring holds at least one record".into()),
        other => other,
    }
}

/// A number of records, with a binary suffix: 1k is 1024, as `head` and `split` count lines.
pub(crate) fn records(text: &str) -> Result<usize, String> {
    count(text).map_err(|error| error.unwrap_or("not a number of records, such as 1000, 64k or 1M").into())
}

pub(crate) fn weight(text: &str) -> Result<NonZeroU32, String> {
    text.parse().map_err(|_| format!("not a weight, from 1 to {}", u32::MAX))
}

pub(crate) fn seconds(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(seconds @ 1..) => Ok(seconds),
        _ => Err(format!("not a number of seconds, from 1 to {}", u16::MAX)),
    }
}

fn is_whole(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A whole number, with a binary suffix or without. `Err(None)`: it is none.
fn count(text: &str) -> Result<usize, Option<&'static str>> {
    const TOO_LARGE: Option<&str> = Some("too large");
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_usize),
    };
    match digits.parse::<usize>() {
        Ok(count) => count.checked_mul(unit).ok_or(TOO_LARGE),
        Err(_) => Err(TOO_LARGE.filter(|_| is_whole(digits))),
    }
}

/// Bytes, with a binary suffix.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    match count(text) {
        Ok(0) => Err("a record of no bytes would carry nothing".into()),
        Ok(bytes) => Ok(bytes),
        Err(error) => Err(error.unwrap_or("not a number of bytes, such as 512, 64K, 1M or 1G").into()),
    }
}

/// The time between two records, from a rate with a decimal suffix.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).trim_end();
    let (number, unit) = match number.as_bytes().last() {
        Some(b'k') => (&number[..number.len() - 1], 1e3),
        Some(b'M') => (&number[..number.len() - 1], 1e6),
        _ => (number, 1.0),
    };
    let rate: f64 = number.parse().map_err(|_| "not a rate, such as 500, 2k/s or 0.5/s".to_string())?;
    match rate * unit {
        0.0 => Err("at a rate of 0 no record would ever arrive".into()),
        rate if rate.is_nan() => Err("not a rate, such as 500, 2k/s or 0.5/s".into()),
        1e-6..=1e9 => Ok(Duration::from_secs_f64(1.0 / (rate * unit))),
        _ => Err("a rate is from 0.000001 to 1000000000 a second".into()),
    }
}

/// How many of how many: `1/10`, `10%`.
pub(crate) fn share(text: &str) -> Result<Rate, String> {
    let part = |digits: &str| match digits.parse::<u16>() {
        Ok(part) => Ok(part),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err("too large".to_string()),
        Err(_) => Err("not a share, such as 1/10 or 10%".to_string()),
    };
    let rate = match (text.strip_suffix('%'), text.split_once('/')) {
        (Some(percent), _) if percent.parse::<f64>().is_ok_and(|percent| percent.fract().abs() > 0.0) => {
            return Err("percents are whole; a finer share is one of so many, such as 1/200".into());
        }
        (Some(percent), _) => Rate::percent(part(percent)?),
        (None, Some((keep, of))) => Rate::new(part(keep)?, part(of)?),
        (None, None) => return Err("not a share, such as 1/10 or 10%".into()),
    };
    rate.map_err(|error| error.to_string())
}

/// A time with a unit: `500ms`, `2s`.
pub(crate) fn time(text: &str) -> Result<Duration, String> {
    const WHAT: &str = "not a time, such as 500ms, 2s or 1.5m";
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "" if is_whole(digits) => return Err(format!("a time has a unit: {digits}ms, {digits}s")),
        _ => return Err(WHAT.into()),
    };
    match digits.parse::<f64>().map_err(|_| WHAT.to_string())? * unit {
        0.0 => Err("at an age of 0 no record would ever be written".into()),
        // A word of 32 bits counts more microseconds than that.
        seconds @ 1e-6..=3600.0 => Ok(Duration::from_secs_f64(seconds)),
        seconds if seconds.is_nan() || seconds < 0.0 => Err(WHAT.into()),
        _ => Err("a time is from 1us to 1h".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_suffixes() {
        assert_eq!(size("512"), Ok(512));
        assert_eq!(size("64K"), Ok(65_536));
        assert_eq!(size("3M"), Ok(3 << 20));
        for bad in ["", "0", "0K", "K", "-1", "1.5K", "64KB", "99999999999999999G", "1é"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn records_are_counted_as_lines_are() {
        assert_eq!((records("0"), records("1000")), (Ok(0), Ok(1000)));
        assert_eq!(
            (records("1k"), records("64K"), records("1M"), records("2G")),
            (Ok(1024), Ok(65_536), Ok(1 << 20), Ok(2 << 30))
        );
        for bad in ["", "k", "-1k", "1.5k", "1kB", "1 k", "1é"] {
            assert_eq!(records(bad), Err("not a number of records, such as 1000, 64k or 1M".into()), "{bad}");
        }
        for large in ["99999999999999999999999", "99999999999999999G"] {
            assert_eq!(records(large), Err("too large".into()));
        }
    }

    #[test]
    fn rates_are_positive_and_finite() {
        let ms = Duration::from_millis;
        assert_eq!(interval("500"), Ok(ms(2)));
        assert_eq!(interval("500/s"), Ok(ms(2)));
        assert_eq!(interval("0.5/s"), Ok(ms(2000)));
        assert_eq!(interval("2k/s"), Ok(Duration::from_micros(500)));
        for bad in ["", "0", "0/s", "-1", "nan", "inf", "1e300", "1e-300", "/s", "fast", "5/min", "é"] {
            assert!(interval(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_keeps_something_and_not_more_than_all() {
        assert_eq!(share("1/10"), Ok(Rate::new(1, 10).unwrap()));
        assert_eq!(share("10%"), Ok(Rate::new(10, 100).unwrap()));
        assert_eq!(share("3/4095"), Ok(Rate::new(3, 4095).unwrap()));
        assert_eq!((share("1/1"), share("100%")), (Ok(Rate::ALL), Ok(Rate::new(100, 100).unwrap())));
        for (bad, reason) in [
            ("0/10", "keeps something"),
            ("0%", "keeps something"),
            ("11/10", "11 of 10, which is more than all"),
            ("101%", "101 of 100, which is more than all"),
            ("1/4096", "4095 is the most"),
            ("1/0", "1 of 0: it is of one value at least"),
            ("1/70000", "too large"),
            ("0.5%", "percents are whole"),
            ("99.5%", "percents are whole"),
        ] {
            assert!(share(bad).unwrap_err().contains(reason), "{bad}: {:?}", share(bad));
        }
        for bad in ["", "%", "/", "10", "-1/10", "1/", "/10", "1/2/3", "nan%", "1/10%", "é%"] {
            assert!(share(bad).unwrap_err().contains("not a share"), "{bad}: {:?}", share(bad));
        }
    }

    #[test]
    fn a_time_has_a_unit() {
        let us = Duration::from_micros;
        assert_eq!((time("1us"), time("500ms"), time("2s")), (Ok(us(1)), Ok(us(500_000)), Ok(us(2_000_000))));
        assert_eq!(
            (time("0.5s"), time("1.5m"), time("1h")),
            (Ok(us(500_000)), Ok(us(90_000_000)), Ok(us(3_600_000_000)))
        );
        for (bad, reason) in [
            ("500", "a unit: 500ms, 500s"),
            ("0s", "age of 0"),
            ("0ms", "age of 0"),
            ("0.1us", "from 1us to 1h"),
            ("2h", "from 1us to 1h"),
            ("1e300s", "from 1us to 1h"),
        ] {
            assert!(time(bad).unwrap_err().contains(reason), "{bad}: {:?}", time(bad));
        }
        for bad in ["", "s", "-1s", "nans", "nan", "infs", "fast", "5days", "1 s!", "é"] {
            assert!(time(bad).unwrap_err().contains("not a time"), "{bad}: {:?}", time(bad));
        }
    }

    #[test]
    fn a_ring_holds_something() {
        assert_eq!(capacity("1"), Ok(1));
        for bad in ["", "0", "0k", "-1", "1.5", "many"] {
            assert!(capacity(bad).is_err(), "{bad}");
        }
    }
}
