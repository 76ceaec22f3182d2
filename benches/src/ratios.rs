//! Medians, quartiles, and what may be said of them.

/// The middle half of some figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) lower: f64,
    pub(crate) median: f64,
    pub(crate) upper: f64,
}

/// What a ratio says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ahead,
    Tie,
    Behind,
}

/// Less than this is no difference.
const NOTABLE: f64 = 1.10;

impl Spread {
    pub(crate) fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = figures.collect();
        assert!(!sorted.is_empty(), "there is no median of nothing");
        sorted.sort_by(f64::total_cmp);
        let at = |part: f64| {
            let place = part * (sorted.len() - 1) as f64;
            let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
            below + (above - below) * place.fract()
        };
        Self { lower: at(0.25), median: at(0.5), upper: at(0.75) }
    }

    /// Of a ratio of speeds: ahead with a median of at least 1.10 and a lower quartile above 1; behind if the other one
    /// is ahead.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.median >= NOTABLE && self.lower > 1.0 {
            Verdict::Ahead
        } else if self.median <= 1.0 / NOTABLE && self.upper < 1.0 {
            Verdict::Behind
        } else {
            Verdict::Tie
        }
    }
}
