//! A stream as a table: what was shown in each part of a second, and what became of all.

use std::cell::Cell;
use std::io::{self, Write};
use std::num::NonZeroU64;

use crate::SECOND;
use crate::feed::{CLASSES, Item, Price};
use crate::screen::{Class, Screen};

/// How much time a line is about.
const STEP: u64 = SECOND / 4;

/// Shows a stream on a screen that is drawn every so many ticks, and writes a line about each quarter of a second in which there was
/// something, and the account at the end.
///
/// # Errors
/// Those of the stream and of `out`.
pub(crate) fn show(
    items: impl Iterator<Item = io::Result<Item>>,
    every: NonZeroU64,
    mut out: impl Write,
) -> io::Result<()> {
    let now = Cell::new(0);
    let mut screen = Screen::new(&now, every);
    writeln!(
        out,
        "In each quarter of a second: events shown and kept out, of each class; how many wait at its end; and quotes shown, and how\n\
        many keys wait to be shown.\n\n\
        second | alarm   out | trade   out | debug   out | waiting | quotes  waiting"
    )?;
    let mut before = Counts::default();
    let mut next = STEP;
    for item in items {
        let item = item?;
        while next <= item.at {
            screen.until(next);
            before = line(&screen, next, &before, &mut out)?;
            // Time in which nothing happens is passed over.
            let still = screen.waiting() == (0, 0);
            next = if still { (item.at / STEP + 1) * STEP } else { next.saturating_add(STEP) };
        }
        screen.accept(item)?;
    }
    screen.finish();
    line(&screen, screen.now(), &before, &mut out)?;
    account(&screen, &mut out)
}

/// What had been shown, and what had been lost.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    events: [(usize, usize); CLASSES.len()],
    quotes: usize,
}

fn line(screen: &Screen<'_>, at: u64, before: &Counts, mut out: impl Write) -> io::Result<Counts> {
    let lost = |class: usize| screen.kept_out(class) + screen.classes[class].refused;
    let events = std::array::from_fn(|class| (screen.classes[class].shown, lost(class)));
    let counts = Counts { events, quotes: screen.keys.iter().map(|key| key.shown).sum() };
    write!(out, "{:6.2} |", at as f64 / SECOND as f64)?;
    for ((shown, lost), (shown_before, lost_before)) in events.into_iter().zip(before.events) {
        write!(out, " {:5} {:5} |", shown - shown_before, lost - lost_before)?;
    }
    let (events, keys) = screen.waiting();
    writeln!(out, " {events:7} | {:6} {keys:8}", counts.quotes - before.quotes)?;
    Ok(counts)
}

fn account(screen: &Screen<'_>, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "\n{} frames. Ages are those of what was shown, in milliseconds.\n", screen.frames)?;
    writeln!(out, "class  offered  kept out  no room   shown | age 50 %   99 %   most | the last one")?;
    for (number, (name, class)) in CLASSES.iter().zip(&screen.classes).enumerate() {
        let Class { offered, refused, shown, ages, last } = class;
        let kept_out = screen.kept_out(number);
        assert_eq!(*offered, kept_out + refused + shown, "{name}");
        writeln!(out, "{name:6} {offered:7} {kept_out:9} {refused:8} {shown:7} | {} | {last}", percentiles(ages))?;
    }
    writeln!(out, "\nkey       offered  conflated   shown | age 50 %   99 %   most |   newest")?;
    for (name, number) in screen.names() {
        let (key, conflated) = (&screen.keys[number], screen.conflated(number));
        assert_eq!(key.offered, conflated + key.shown, "{name}");
        write!(out, "{name:9} {:7} {conflated:10} {:7} | {} |", key.offered, key.shown, percentiles(&key.ages))?;
        writeln!(out, " {:>8}", Price(key.price.expect("all has been shown")))?;
    }
    Ok(())
}

/// The half, 99 of 100, and all are no older than that.
fn percentiles(ages: &[u64]) -> String {
    let mut sorted = ages.to_vec();
    sorted.sort_unstable();
    let at = |percent: usize| match (sorted.len() * percent).div_ceil(100).checked_sub(1) {
        Some(place) => format!("{:.1}", sorted[place] as f64 * 1e3 / SECOND as f64),
        None => "-".into(),
    };
    format!("{:>8} {:>6} {:>6}", at(50), at(99), at(100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Log;
    use crate::storm::Storm;

    const FRAME: NonZeroU64 = NonZeroU64::new(SECOND / 60).unwrap();

    fn shown(items: impl Iterator<Item = io::Result<Item>>, every: NonZeroU64) -> String {
        let mut out = Vec::new();
        show(items, every, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_small_log_has_this_table() {
        let log = "0 quote ACME 101.25\n100 alarm the pool is full\n200 quote ACME 101.26\n300 quote ACME 101.27\n\
            400 quote BOLT 7.00\n500000 debug hello\n";
        let expected = "\
            second | alarm   out | trade   out | debug   out | waiting | quotes  waiting\n  \
              0.25 |     1     0 |     0     0 |     0     0 |       0 |      3        0\n  \
              0.50 |     0     0 |     0     0 |     1     0 |       0 |      0        0\n\n\
            3 frames. Ages are those of what was shown, in milliseconds.\n\n\
            class  offered  kept out  no room   shown | age 50 %   99 %   most | the last one\n\
            alarm        1         0        0       1 |     16.6   16.6   16.6 | the pool is full\n\
            trade        0         0        0       0 |        -      -      - | \n\
            debug        1         0        0       1 |      0.0    0.0    0.0 | hello\n\n\
            key       offered  conflated   shown | age 50 %   99 %   most |   newest\n\
            ACME            3          1       2 |      0.0   16.4   16.4 |   101.27\n\
            BOLT            1          0       1 |     16.3   16.3   16.3 |     7.00\n";
        let table = shown(Log::new(log.as_bytes()), FRAME);
        assert!(table.ends_with(expected), "{table}");
    }

    #[test]
    fn a_storm_and_its_log_have_the_same_table() {
        let log: String = Storm::new(3).map(|item| format!("{item}\n")).collect();
        let table = shown(Storm::new(3).map(Ok), FRAME);
        assert_eq!(shown(Log::new(log.as_bytes()), FRAME), table);
        assert!(table.lines().count() > 12 + 3 + 12);
    }

    #[test]
    fn a_slower_screen_shows_less() {
        let row = |frames, name: &str| {
            let table = shown(Storm::new(1).map(Ok), NonZeroU64::new(SECOND / frames).unwrap());
            let line = table.lines().find(|line| line.starts_with(name)).unwrap().to_string();
            line.split_whitespace().filter_map(|word| word.parse::<f64>().ok()).collect::<Vec<_>>()
        };
        let (fast, slow) = (row(60, "ACME"), row(10, "ACME"));
        assert!(slow[0] == fast[0] && slow[1] > fast[1] && slow[2] < fast[2], "{slow:?} {fast:?}");
        assert_eq!(slow.last(), fast.last(), "what is newest does not depend on the screen");
    }

    #[test]
    fn a_pause_of_ages_is_passed_over() {
        let log = format!("0 debug a\n{} debug b\n", u64::MAX / 2);
        assert!(shown(Log::new(log.as_bytes()), FRAME).lines().count() < 20);
    }
}
