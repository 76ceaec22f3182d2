//! Tables of figures for other programs. No name in them has a comma or a quotation mark.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::contest::Outcome;

/// Every turn of every contestant.
pub(super) fn write_rounds(path: &Path, outcomes: &[Outcome]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "question,setting,contestant,role,round,nanoseconds,pushed_per_second")?;
    for outcome in outcomes {
        for score in &outcome.scores {
            for (round, nanoseconds) in score.rounds.iter().enumerate() {
                let pushed = score.pushed.get(round).map_or_else(String::new, |pushed| format!("{pushed:.0}"));
                writeln!(
                    file,
                    "{},{},{},{:?},{round},{nanoseconds:.4},{pushed}",
                    outcome.question, outcome.setting, score.name, score.role
                )?;
            }
        }
    }
    file.flush()
}

/// What the rounds come to.
pub(super) fn write_ratios(path: &Path, outcomes: &[Outcome]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(
        file,
        "question,setting,contestant,role,ns_lower,ns_median,ns_upper,against,times_lower,times_median,times_upper"
    )?;
    for outcome in outcomes {
        let Some(reference) = outcome.score(outcome.reference) else { continue };
        for score in &outcome.scores {
            let (ns, times) = (score.nanoseconds(), score.times(reference));
            writeln!(
                file,
                "{},{},{},{:?},{:.4},{:.4},{:.4},{},{:.4},{:.4},{:.4}",
                outcome.question,
                outcome.setting,
                score.name,
                score.role,
                ns.lower,
                ns.median,
                ns.upper,
                reference.name,
                times.lower,
                times.median,
                times.upper
            )?;
        }
    }
    file.flush()
}
