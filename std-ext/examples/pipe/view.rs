//! Figures as text: the live line, the plain line, the summary.

use std::collections::VecDeque;
use std::time::Duration;

use crate::ledger::Tally;

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) unicode: bool,
    pub(crate) colour: bool,
}

/// Turns tallies into lines, with rates over the last moments.
pub(crate) struct View {
    policy: String,
    capacity: u64,
    /// The tallies of the last [`WINDOW`](Self::WINDOW), and the one before.
    past: VecDeque<(Duration, Tally)>,
}

/// What a line says.
struct Figures {
    depth: u64,
    rate_in: f64,
    rate_out: f64,
    lost: u64,
    /// How much of all that was offered was lost.
    lost_share: f64,
    /// For how much of the time the reader was held back lately.
    held_share: f64,
}

impl View {
    /// The time over which rates are taken.
    const WINDOW: Duration = Duration::from_millis(500);

    pub(crate) fn new(policy: String, capacity: usize) -> Self {
        Self { policy, capacity: capacity as u64, past: VecDeque::from([(Duration::ZERO, Tally::default())]) }
    }

    /// From now on this is the policy.
    pub(crate) fn switch(&mut self, policy: String) {
        self.policy = policy;
    }

    fn figures(&mut self, at: Duration, tally: &Tally) -> Figures {
        while self.past.get(1).is_some_and(|&(then, _)| at.saturating_sub(then) >= Self::WINDOW) {
            self.past.pop_front();
        }
        let (since, before) = self.past.front().copied().unwrap_or_default();
        self.past.push_back((at, *tally));

        let seconds = at.saturating_sub(since).as_secs_f64().max(1e-9);
        let per_second = |now: u64, then: u64| now.saturating_sub(then) as f64 / seconds;
        Figures {
            depth: tally.depth().min(self.capacity),
            rate_in: per_second(tally.offered, before.offered),
            rate_out: per_second(tally.delivered, before.delivered),
            lost: tally.lost,
            lost_share: share(tally.lost as f64, tally.offered as f64),
            held_share: share(tally.held.saturating_sub(before.held).as_secs_f64(), seconds),
        }
    }

    /// The line that is redrawn on a terminal.
    pub(crate) fn live(&mut self, at: Duration, tally: &Tally, look: Look) -> String {
        let figures = self.figures(at, tally);
        let capacity = self.capacity;
        let width = capacity.to_string().len();
        format!(
            "{} {} {:>width$}/{capacity}  in {:>8}/s  out {:>8}/s  {}",
            self.policy,
            bar(figures.depth, capacity, look),
            figures.depth,
            si(figures.rate_in),
            si(figures.rate_out),
            losses(&figures),
        )
    }

    /// The line that is printed now and then where nothing can be redrawn.
    pub(crate) fn plain(&mut self, at: Duration, tally: &Tally) -> String {
        let figures = self.figures(at, tally);
        format!(
            "{:.1} s: depth {}/{}  in {}/s  out {}/s  {}",
            at.as_secs_f64(),
            figures.depth,
            self.capacity,
            si(figures.rate_in),
            si(figures.rate_out),
            losses(&figures),
        )
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

/// Backpressure costs time and loss costs records: this says which and how much.
fn losses(figures: &Figures) -> String {
    let Figures { lost, lost_share, held_share, .. } = figures;
    let mut text = format!("lost {lost}");
    if *lost > 0 {
        text += &format!(" ({:.0}%)", 100.0 * lost_share);
    }
    if *held_share >= 0.005 {
        text += &format!("  held {:.0}%", 100.0 * held_share);
    }
    text
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}

/// A bar as full as the ring: green, yellow from the half, red when full.
fn bar(depth: u64, capacity: u64, look: Look) -> String {
    const WIDTH: usize = 20;
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let steps = if look.unicode { 8 } else { 1 };
    // Rounded down, so that only a full ring has a full bar; but one record shows.
    let exact = u128::from(depth) * (WIDTH * steps) as u128 / u128::from(capacity.max(1));
    let filled = (exact as usize).min(WIDTH * steps).max(usize::from(depth > 0));

    let (block, open, close) = if look.unicode { ("█", "▕", "▏") } else { ("#", "[", "]") };
    let part = EIGHTHS[filled % steps];
    let text = block.repeat(filled / steps) + part;
    let blank = " ".repeat(WIDTH - filled.div_ceil(steps));
    if !look.colour {
        return format!("{open}{text}{blank}{close}");
    }
    let colour = match () {
        () if depth >= capacity => 31,
        () if depth >= capacity.div_ceil(2) => 33,
        () => 32,
    };
    format!("{open}\x1b[{colour}m{text}\x1b[0m{blank}{close}")
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
    use super::*;

    const ASCII: Look = Look { unicode: false, colour: false };
    const FINE: Look = Look { unicode: true, colour: false };

    fn tally(offered: u64, lost: u64, taken: u64) -> Tally {
        Tally { offered, lost, taken, delivered: taken, ..Tally::default() }
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
    fn only_a_full_ring_has_a_full_bar_and_only_an_empty_one_an_empty_bar() {
        assert_eq!(bar(0, 1000, ASCII), "[                    ]");
        assert_eq!(bar(1, 1000, ASCII), "[#                   ]");
        assert_eq!(bar(500, 1000, ASCII), "[##########          ]");
        assert_eq!(bar(999, 1000, ASCII), "[################### ]");
        assert_eq!(bar(1000, 1000, ASCII), "[####################]");
        assert_eq!(bar(1, 1, ASCII), "[####################]");
        assert_eq!(bar(1, 1000, FINE), "▕▏                   ▏");
        assert_eq!(bar(999, 1000, FINE), "▕███████████████████▉▏");
        assert_eq!(bar(u64::MAX, u64::MAX, FINE), "▕████████████████████▏");
    }

    #[test]
    fn a_bar_is_as_wide_whatever_its_look() {
        for depth in 0..=64 {
            assert_eq!(bar(depth, 64, FINE).chars().count(), 22);
            assert_eq!(bar(depth, 64, ASCII).chars().count(), 22);
            let coloured = bar(depth, 64, Look { colour: true, ..FINE });
            assert_eq!(coloured.chars().count(), 22 + "\x1b[31m\x1b[0m".len());
        }
    }

    #[test]
    fn rates_are_those_of_the_last_moments() {
        let ms = Duration::from_millis;
        let mut view = View::new("block".into(), 64);
        view.plain(ms(500), &tally(1000, 0, 1000));
        let line = view.plain(ms(1000), &tally(1050, 0, 1010));
        assert_eq!(line, "1.0 s: depth 40/64  in 100 /s  out 20 /s  lost 0");
    }

    #[test]
    fn a_line_says_what_was_lost_and_what_was_held_back() {
        let ms = Duration::from_millis;
        let mut view = View::new("drop-incoming".into(), 8);
        let line = view.live(ms(500), &tally(100, 25, 67), ASCII);
        let expected = "drop-incoming [####################] 8/8  in     200 /s  out     134 /s  lost 25 (25%)";
        assert_eq!(line, expected);

        let mut view = View::new("block".into(), 8);
        let held = Tally { held: ms(125), ..tally(10, 0, 6) };
        assert_eq!(view.plain(ms(500), &held), "0.5 s: depth 4/8  in 20 /s  out 12 /s  lost 0  held 25%");
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
