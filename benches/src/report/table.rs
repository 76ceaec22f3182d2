//! Tables for people.

use std::fmt::Write;

use crate::contest::{Outcome, Score};
use crate::goals::Goal;
use crate::queue::Role;
use crate::ratios::{Spread, Verdict};

/// One question: a row for each contestant, a column for each setting.
pub(super) fn question(outcomes: &[Outcome]) -> String {
    let Some(first) = outcomes.first() else { return String::new() };
    let names = names(outcomes);
    let wide = names.iter().map(|name| name.len()).max().unwrap_or(0);
    let mut text = format!(
        "{}: nanoseconds, and the speed as a multiple of that of {} (+ ahead, - behind, = no difference)\n{:wide$}",
        first.question, first.reference, ""
    );
    for outcome in outcomes {
        let _ = write!(text, " {:>16}", outcome.setting);
    }
    rows(&mut text, outcomes, &names, cell);
    if outcomes.iter().any(|outcome| outcome.scores.iter().any(|score| score.pushes().is_some())) {
        let _ = write!(text, "\npushed, millions in a second, and how much of that was received");
        rows(&mut text, outcomes, &names, pushes);
    }
    text
}

/// A row for each of `names`.
fn rows(text: &mut String, outcomes: &[Outcome], names: &[&str], cell: fn(&Outcome, &str) -> String) {
    let wide = names.iter().map(|name| name.len()).max().unwrap_or(0);
    for name in names {
        let _ = write!(text, "\n{name:wide$}");
        for outcome in outcomes {
            let _ = write!(text, " {:>16}", cell(outcome, name));
        }
    }
    text.push('\n');
}

fn pushes(outcome: &Outcome, name: &str) -> String {
    match outcome.score(name) {
        Some(score) if score.role != Role::Limit => score
            .pushes()
            .map_or_else(String::new, |(millions, received)| format!("{millions:.1}  {:.1}%", 100.0 * received)),
        _ => String::new(),
    }
}

/// Those who took part in any of the contests, in the order of their appearance.
fn names(outcomes: &[Outcome]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for score in outcomes.iter().flat_map(|outcome| &outcome.scores) {
        if !names.contains(&score.name) {
            names.push(score.name);
        }
    }
    names
}

fn cell(outcome: &Outcome, name: &str) -> String {
    let (Some(score), Some(reference)) = (outcome.score(name), outcome.score(outcome.reference)) else {
        return String::new();
    };
    let times = score.times(reference);
    let sign = match times.verdict() {
        _ if score.name == reference.name || score.role == Role::Limit || reference.role == Role::Limit => ' ',
        Verdict::Ahead => '+',
        Verdict::Tie => '=',
        Verdict::Behind => '-',
    };
    format!("{:.2}  {:.2}{sign}", score.nanoseconds().median, times.median)
}

/// Each goal in each setting that was measured.
pub(super) fn goals(outcomes: &[Outcome], goals: &[&Goal]) -> String {
    let mut text = String::from("goals: speed as a multiple of the other's, median (lower to upper quartile)\n");
    for goal in goals {
        for outcome in outcomes {
            let Some(reached) = goal.look(outcome) else { continue };
            let Spread { lower, median, upper } = reached.ratio;
            let _ = writeln!(
                text,
                "  {:8} {}, {}: {} at {median:.2} ({lower:.2} to {upper:.2}) x {}, {:.2} wanted",
                standing(&reached.ratio, goal.at_least),
                goal.what,
                outcome.setting,
                goal.who,
                reached.against,
                goal.at_least
            );
        }
    }
    text
}

/// What the middle half of the rounds says.
fn standing(ratio: &Spread, wanted: f64) -> &'static str {
    if ratio.lower >= wanted {
        "reached"
    } else if ratio.median >= wanted {
        "just so"
    } else if ratio.upper >= wanted {
        "nearly"
    } else {
        "missed"
    }
}

/// How a ratio reads in a plot.
pub(super) fn label(score: &Score, reference: &Score) -> String {
    format!("{:.2} ns, {:.2} x", score.nanoseconds().median, score.times(reference).median)
}
