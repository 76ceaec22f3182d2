//! Values of the command line, from what is typed.

use std::num::NonZeroU32;
use std::time::Duration;

pub(crate) fn capacity(text: &str) -> Result<usize, String> {
    match records(text) {
        Ok(0) => Err("a ring holds at least one record".into()),
        other => other,
    }
}

pub(crate) fn records(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count) => Ok(count),
        Err(_) if is_whole(text) => Err("too large".into()),
        Err(_) => Err("not a number of records, such as 1000".into()),
    }
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

/// Bytes, with a binary suffix.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'K' | b'k') => (&text[..text.len() - 1], 1 << 10),
        Some(b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1_usize),
    };
    let count: usize = match digits.parse() {
        Ok(count) => count,
        Err(_) if is_whole(digits) => return Err("too large".into()),
        Err(_) => return Err("not a number of bytes, such as 512, 64K, 1M or 1G".into()),
    };
    match count.checked_mul(unit) {
        Some(0) => Err("a record of no bytes would carry nothing".into()),
        Some(bytes) => Ok(bytes),
        None => Err("too large".into()),
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
    fn a_ring_holds_something() {
        assert_eq!(capacity("1"), Ok(1));
        for bad in ["", "0", "-1", "1.5", "many"] {
            assert!(capacity(bad).is_err(), "{bad}");
        }
    }
}
