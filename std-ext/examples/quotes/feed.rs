//! What comes in, and how a log has it.

use std::fmt;
use std::io::{self, BufRead, ErrorKind};

/// The classes of events, the most important one first.
pub(crate) const CLASSES: [&str; 3] = ["alarm", "trade", "debug"];

/// Something that comes in at a time, in ticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) at: u64,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Event(Event),
    /// The price of a key, in hundredths.
    Quote(String, i64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// One of the [`CLASSES`].
    pub(crate) class: usize,
    pub(crate) text: String,
}

/// A price as it is read and written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Price(pub(crate) i64);

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        f.pad(&format!("{}{whole}.{part:02}", if self.0 < 0 { "-" } else { "" }))
    }
}

/// As a line of a log.
impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Event(Event { class, text }) => write!(f, "{} {} {text}", self.at, CLASSES[*class]),
            What::Quote(key, price) => write!(f, "{} quote {key} {}", self.at, Price(*price)),
        }
    }
}

/// The items of a log, up to the first line that is wrong.
pub(crate) struct Log<R> {
    lines: io::Lines<R>,
    number: u64,
    last: u64,
}

impl<R: BufRead> Log<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { lines: input.lines(), number: 0, last: 0 }
    }

    fn read(&mut self, line: &str) -> Result<Item, String> {
        let (at, rest) = line.split_once(' ').ok_or("a line has a time and what came")?;
        let at = at.parse().map_err(|_| format!("\"{at}\" is no time in microseconds"))?;
        if at > u64::MAX / 2 {
            return Err(format!("{at} is too far off"));
        }
        if at < self.last {
            return Err(format!("{at} is before {}, the time of the line before", self.last));
        }
        self.last = at;
        let (kind, rest) = rest.split_once(' ').unwrap_or((rest, ""));
        let what = match CLASSES.iter().position(|&class| class == kind) {
            Some(class) => What::Event(Event { class, text: rest.into() }),
            None if kind == "quote" => {
                let (key, price) = rest.split_once(' ').ok_or("a quote has a key and a price")?;
                What::Quote(
                    key.into(),
                    price_of(price).ok_or_else(|| format!("\"{price}\" is no price, as 101.25 is"))?,
                )
            }
            None => return Err(format!("\"{kind}\" is none of quote, {}", CLASSES.join(", "))),
        };
        Ok(Item { at, what })
    }
}

/// In hundredths: digits, and two of them after a point if there is one.
fn price_of(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "00"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) || part.len() != 2 {
        return None;
    }
    let price = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part.parse().ok()?)?;
    Some(if negative { -price } else { price })
}

impl<R: BufRead> Iterator for Log<R> {
    type Item = io::Result<Item>;

    fn next(&mut self) -> Option<io::Result<Item>> {
        let line = self.lines.next()?;
        self.number += 1;
        let number = self.number;
        Some(line.and_then(|line| {
            let wrong = |what| io::Error::new(ErrorKind::InvalidData, format!("line {number}: {what}"));
            self.read(&line).map_err(wrong)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(log: &str) -> Result<Vec<Item>, String> {
        Log::new(log.as_bytes()).collect::<io::Result<_>>().map_err(|error| error.to_string())
    }

    #[test]
    fn a_log_is_read_as_it_is_written() {
        let log = "0 quote ACME 101.25\n7 alarm the pool is full\n7 debug \n9 quote B -0.05\n9 trade 3 for 2\n";
        let items = read(log).unwrap();
        assert_eq!(items[3].what, What::Quote("B".into(), -5));
        assert_eq!(items[1].what, What::Event(Event { class: 0, text: "the pool is full".into() }));
        assert_eq!(items.iter().map(|item| format!("{item}\n")).collect::<String>(), log);
        assert_eq!(read("1 quote A 12").unwrap()[0].what, What::Quote("A".into(), 1200));
    }

    #[test]
    fn a_line_that_is_wrong_is_named_with_the_reason() {
        for (log, reason) in [
            ("5 alarm a\n4 alarm b\n", "line 2: 4 is before 5"),
            ("now alarm\n", "line 1: \"now\" is no time in microseconds"),
            ("9999999999999999999 debug\n", "line 1: 9999999999999999999 is too far off"),
            ("5\n", "line 1: a line has a time"),
            ("5 panic x\n", "line 1: \"panic\" is none of quote, alarm, trade, debug"),
            ("5 quote A\n", "a quote has a key and a price"),
            ("5 quote A 1.5\n", "\"1.5\" is no price"),
            ("5 quote A 1.-5\n", "is no price"),
            ("5 quote A --1.05\n", "is no price"),
            ("5 quote A 99999999999999999999.00\n", "is no price"),
        ] {
            let error = read(log).unwrap_err();
            assert!(error.contains(reason), "{log:?}: {error}");
        }
    }
}
