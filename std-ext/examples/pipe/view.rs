//! Figures as text: the live lines, the plain line, the summary.

use std::collections::VecDeque;
use std::time::Duration;

use forebay::Watermarks;

use crate::bar::{Look, bar};
use crate::ledger::{Tallies, Tally};
use crate::level::{LevelTally, word};

/// Turns tallies into lines, with rates over the last moments.
pub(crate) struct View {
    policy: String,
    /// Of the ring, or of each lane.
    capacity: u64,
    marks: Option<Watermarks>,
    past: Past,
    /// Each lane's name and past, if there are several.
    lanes: Vec<(String, Past)>,
}

/// The tallies of the last [`WINDOW`](Past::WINDOW), and the one before.
struct Past(VecDeque<(Duration, Tally)>);

/// What a line says.
struct Figures {
    depth: u64,
    rate_in: f64,
    rate_out: f64,
    lost: u64,
    /// How many of these the sample kept out.
    sampled: u64,
    /// How many of these were too old.
    expired: u64,
    /// How much of all that was offered was lost.
    lost_share: f64,
    /// For how much of the time the reader was held back lately.
    held_share: f64,
}

impl Past {
    /// The time over which rates are taken.
    const WINDOW: Duration = Duration::from_millis(500);

    fn new() -> Self {
        Self(VecDeque::from([(Duration::ZERO, Tally::default())]))
    }

    fn figures(&mut self, at: Duration, tally: &Tally) -> Figures {
        while self.0.get(1).is_some_and(|&(then, _)| at.saturating_sub(then) >= Self::WINDOW) {
            self.0.pop_front();
        }
        let (since, before) = self.0.front().copied().unwrap_or_default();
        self.0.push_back((at, *tally));

        let seconds = at.saturating_sub(since).as_secs_f64().max(1e-9);
        let per_second = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        Figures {
            depth: tally.depth(),
            rate_in: per_second(tally.offered, before.offered),
            rate_out: per_second(tally.delivered, before.delivered),
            lost: tally.lost,
            sampled: tally.sampled,
            expired: tally.expired,
            lost_share: share(tally.lost as f64, tally.offered as f64),
            held_share: share(tally.held.saturating_sub(before.held).as_secs_f64(), seconds),
        }
    }
}

impl View {
    /// So many lanes are shown: a terminal must have room for all lines.
    const MOST_LANES: usize = 8;

    pub(crate) fn new(policy: String, capacity: usize, marks: Option<Watermarks>, lanes: &[String]) -> Self {
        let lanes = lanes.iter().map(|name| (short(name), Past::new())).collect();
        Self { policy, capacity: capacity as u64, marks, past: Past::new(), lanes }
    }

    /// From now on this is the policy.
    pub(crate) fn switch(&mut self, policy: String) {
        self.policy = policy;
    }

    /// How much there is room for in all lanes.
    fn whole(&self) -> u64 {
        self.capacity.saturating_mul(self.lanes.len().max(1) as u64)
    }

    /// The lines that are redrawn on a terminal: one, and one for each lane.
    pub(crate) fn live(&mut self, at: Duration, tallies: &Tallies, look: Look) -> Vec<String> {
        let (capacity, marks, whole) = (self.capacity, self.marks, self.whole());
        let names = self.lanes.iter().map(|(name, _)| name).chain([&self.policy]);
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        let digits = whole.to_string().len();
        let line = |name: &str, past: &mut Past, tally: &Tally, capacity: u64, marks| {
            let figures = past.figures(at, tally);
            let depth = figures.depth.min(capacity);
            format!(
                "{name:<width$} {} {depth:>digits$}/{capacity:<digits$} {:<4}  in {:>8}/s  out {:>8}/s  {}",
                bar(depth, capacity, marks, look),
                tally.level.map_or("", |tally| word(tally.level)),
                si(figures.rate_in),
                si(figures.rate_out),
                losses(&figures) + &changes(tally),
            )
        };
        let marks_of_all = if self.lanes.is_empty() { marks } else { None };
        let mut lines = vec![line(&self.policy, &mut self.past, &tallies.all, whole, marks_of_all)];
        for ((name, past), tally) in self.lanes.iter_mut().zip(&tallies.lanes).take(Self::MOST_LANES) {
            lines.push(line(name, past, tally, capacity, marks));
        }
        if self.lanes.len() > Self::MOST_LANES {
            lines.push(format!("and {} more lanes", self.lanes.len() - Self::MOST_LANES));
        }
        lines
    }

    /// The line that is printed now and then where nothing can be redrawn.
    pub(crate) fn plain(&mut self, at: Duration, tallies: &Tallies) -> String {
        let (capacity, whole) = (self.capacity, self.whole());
        let depth = |tally: &Tally, capacity: u64| {
            let level = tally.level.map_or(String::new(), |tally| format!(" {}", word(tally.level)));
            format!("{}/{capacity}{level}", tally.depth().min(capacity))
        };
        let figures = self.past.figures(at, &tallies.all);
        let mut text = format!(
            "{:.1} s: depth {}  in {}/s  out {}/s  {}",
            at.as_secs_f64(),
            depth(&tallies.all, whole),
            si(figures.rate_in),
            si(figures.rate_out),
            losses(&figures) + &changes(&tallies.all),
        );
        for ((name, past), tally) in self.lanes.iter_mut().zip(&tallies.lanes).take(Self::MOST_LANES) {
            text += &format!("; {name} {}  {}", depth(tally, capacity), losses(&past.figures(at, tally)));
        }
        if self.lanes.len() > Self::MOST_LANES {
            text += &format!("; and {} more", self.lanes.len() - Self::MOST_LANES);
        }
        text
    }
}

/// How often the level has changed, if it has.
fn changes(tally: &Tally) -> String {
    match tally.level.filter(LevelTally::has_changed) {
        Some(LevelTally { changes, .. }) => format!("  changes {changes}"),
        None => String::new(),
    }
}

/// A name for a line: of a long one, the end.
fn short(name: &str) -> String {
    const LONGEST: usize = 20;
    match name.chars().count() {
        ..=LONGEST => name.into(),
        count => format!("..{}", name.chars().skip(count - LONGEST + 2).collect::<String>()),
    }
}

/// What a relay did, once it has ended.
pub(crate) fn summary(took: Duration, tally: &Tally) -> String {
    let seconds = took.as_secs_f64();
    let rate = tally.delivered as f64 / seconds.max(1e-9);
    let mut text = format!(
        "{} record{} ({}B) delivered in {seconds:.2} s, {}/s",
        tally.delivered,
        if tally.delivered == 1 { "" } else { "s" },
        si(tally.bytes_out as f64),
        si(rate),
    );
    if tally.held >= Duration::from_millis(5) {
        text += &format!("; the input was held back for {:.2} s", tally.held.as_secs_f64());
    }
    if tally.lost > 0 {
        let percent = 100.0 * share(tally.lost as f64, tally.offered as f64);
        text += &format!("; {} were lost ({percent:.1}%)", tally.lost);
    }
    text
}

/// How pressed a ring or a lane was, once its relay has ended: if there was anything to watch, or to see.
pub(crate) fn level(tally: &Tally, marks: Option<Watermarks>) -> Option<String> {
    let level = tally.level.filter(|level| level.has_changed() || marks.is_some())?;
    let marks = marks.map_or(String::new(), |marks| format!(", high {}, low {}", marks.high(), marks.low()));
    Some(format!("level {level}{marks}"))
}

/// Backpressure costs time and loss costs records: this says which and how much.
fn losses(figures: &Figures) -> String {
    let Figures { lost, sampled, expired, lost_share, held_share, .. } = figures;
    let mut text = format!("lost {lost}");
    if *lost > 0 {
        text += &format!(" ({:.0}%)", 100.0 * lost_share);
    }
    for (what, count) in [("sampled", sampled), ("expired", expired)] {
        if *count > 0 {
            text += &format!("  {what} {count}");
        }
    }
    if *held_share >= 0.005 {
        text += &format!("  held {:.0}%", 100.0 * held_share);
    }
    text
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// A figure with three digits and a decimal prefix, so that a unit can follow: `950 `, `1.25 k`.
pub(crate) fn si(value: f64) -> String {
    const PREFIXES: [&str; 5] = ["", "k", "M", "G", "T"];
    let (mut value, mut prefix) = (value, 0);
    while value >= 999.5 && prefix + 1 < PREFIXES.len() {
        value /= 1000.0;
        prefix += 1;
    }
    let digits = match value {
        _ if prefix == 0 && value.fract() == 0.0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {}", PREFIXES[prefix])
}

#[cfg(test)]
mod tests {
    use forebay::Pressure;

    use super::*;

    const ASCII: Look = Look { unicode: false, colour: false };

    fn tally(offered: u64, lost: u64, taken: u64) -> Tally {
        Tally { offered, lost, taken, delivered: taken, ..Tally::default() }
    }

    fn all(all: Tally) -> Tallies {
        Tallies { all, lanes: Vec::new() }
    }

    /// The same at a level that has changed so often.
    fn at(level: Pressure, changes: u64, tally: Tally) -> Tally {
        Tally { level: Some(LevelTally { level, spent: [Duration::ZERO; 3], changes }), ..tally }
    }

    fn plain_view(policy: &str, capacity: usize) -> View {
        View::new(policy.into(), capacity, None, &[])
    }

    #[test]
    fn figures_have_three_digits() {
        let cases = [
            (0.0, "0 "),
            (0.5, "0.50 "),
            (7.0, "7 "),
            (12.34, "12.3 "),
            (950.0, "950 "),
            (999.4, "999 "),
            (999.6, "1.00 k"),
            (1250.0, "1.25 k"),
            (9_996.0, "10.0 k"),
            (99_960.0, "100 k"),
            (999_600.0, "1.00 M"),
            (3.2e15, "3200 T"),
        ];
        for (value, text) in cases {
            assert_eq!(si(value), text, "{value}");
        }
    }

    #[test]
    fn rates_are_those_of_the_last_moments() {
        let ms = Duration::from_millis;
        let mut view = plain_view("block", 64);
        view.plain(ms(500), &all(tally(1000, 0, 1000)));
        let line = view.plain(ms(1000), &all(tally(1050, 0, 1010)));
        assert_eq!(line, "1.0 s: depth 40/64  in 100 /s  out 20 /s  lost 0");
    }

    #[test]
    fn a_line_says_what_was_lost_and_what_was_held_back() {
        let ms = Duration::from_millis;
        let mut view = plain_view("drop-incoming", 8);
        let line = view.live(ms(500), &all(tally(100, 25, 67)), ASCII);
        let expected = "drop-incoming [####################] 8/8       in     200 /s  out     134 /s  lost 25 (25%)";
        assert_eq!(line, [expected]);

        let ruled = Tally { sampled: 15, expired: 9, ..tally(100, 25, 67) };
        let line = view.plain(ms(1000), &all(ruled));
        assert!(line.ends_with("  lost 25 (25%)  sampled 15  expired 9"), "{line}");

        let mut view = plain_view("block", 8);
        let held = Tally { held: ms(125), ..tally(10, 0, 6) };
        assert_eq!(view.plain(ms(500), &all(held)), "0.5 s: depth 4/8  in 20 /s  out 12 /s  lost 0  held 25%");
    }

    #[test]
    fn lines_tell_the_level() {
        let ms = Duration::from_millis;
        let mut view = View::new("block".into(), 8, Some(Watermarks::new(6, 2).unwrap()), &[]);
        let slow = all(at(Pressure::Slow, 3, tally(14, 0, 7)));
        let line = view.live(ms(500), &slow, ASCII);
        let expected = "block [#####|#########|#   ] 7/8 slow  in      28 /s  out      14 /s  lost 0  changes 3";
        assert_eq!(line, [expected]);
        let line = view.plain(ms(500), &slow);
        assert!(line.starts_with("0.5 s: depth 7/8 slow  in ") && line.ends_with("  lost 0  changes 3"), "{line}");
        let line = view.plain(ms(500), &all(at(Pressure::Open, 0, tally(14, 0, 14))));
        assert!(line.contains("depth 0/8 open  in ") && line.ends_with("  lost 0"), "{line}");
    }

    #[test]
    fn a_level_that_nobody_asked_for_is_told_if_it_changed() {
        let marks = Some(Watermarks::new(6, 2).unwrap());
        let tally = |changes| at(Pressure::Open, changes, tally(1, 0, 1));
        assert_eq!((level(&Tally::default(), marks), level(&tally(0), None)), (None, None));
        let shares = "level open 0.0% + slow 0.0% + stop 0.0% of 0.00 s";
        assert_eq!(level(&tally(2), None), Some(format!("{shares}, changes 2")));
        assert_eq!(level(&tally(0), marks), Some(format!("{shares}, changes 0, high 6, low 2")));
    }

    #[test]
    fn each_lane_has_its_figures() {
        let ms = Duration::from_millis;
        let names = ["a".into(), "a/path/that/is/far/too/long.log".into()];
        let mut view = View::new("fair block".into(), 8, None, &names);
        let lanes = vec![at(Pressure::Stop, 1, tally(28, 10, 10)), at(Pressure::Open, 0, tally(5, 0, 4))];
        let tallies = Tallies { all: tally(33, 10, 14), lanes };
        let lines = [
            "fair block           [###########         ]  9/16       in      66 /s  out      28 /s  lost 10 (30%)",
            "a                    [####################]  8/8  stop  in      56 /s  out      20 /s  lost 10 (36%)  changes 1",
            "..s/far/too/long.log [##                  ]  1/8  open  in      10 /s  out       8 /s  lost 0",
        ];
        assert_eq!(view.live(ms(500), &tallies, ASCII), lines);
        let line = view.plain(ms(1000), &tallies);
        let expected = "; a 8/8 stop  lost 10 (36%); ..s/far/too/long.log 1/8 open  lost 0";
        assert!(line.starts_with("1.0 s: depth 9/16  in ") && line.ends_with(expected), "{line}");
    }

    #[test]
    fn many_lanes_do_not_fill_the_screen() {
        let names: Vec<_> = (0..100).map(|number| number.to_string()).collect();
        let mut view = View::new("fair block".into(), 8, None, &names);
        let tallies = Tallies { all: tally(0, 0, 0), lanes: vec![tally(0, 0, 0); 100] };
        let lines = view.live(Duration::from_secs(1), &tallies, ASCII);
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (10, "and 92 more lanes"));
        assert!(view.plain(Duration::from_secs(1), &tallies).ends_with("; and 92 more"));
    }

    #[test]
    fn a_summary_names_the_price() {
        let second = Duration::from_secs(1);
        assert_eq!(summary(second, &tally(1, 0, 1)), "1 record (0 B) delivered in 1.00 s, 1 /s");
        let plain = Tally { bytes_out: 2000, ..tally(100, 0, 100) };
        assert_eq!(summary(second, &plain), "100 records (2.00 kB) delivered in 1.00 s, 100 /s");
        let lossy = Tally { held: second / 2, ..tally(100, 25, 75) };
        let text = summary(second, &lossy);
        assert!(text.ends_with("; the input was held back for 0.50 s; 25 were lost (25.0%)"), "{text}");
    }
}
