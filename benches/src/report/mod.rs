//! What is shown and kept of the outcomes.

mod files;
mod plot;
mod table;

use std::error::Error;
use std::path::Path;

use crate::contest::Outcome;
use crate::goals::Goal;

/// Prints tables and goals, and writes tables of figures and plots into a folder.
pub(crate) fn report(
    outcomes: &[Outcome],
    goals: &[&Goal],
    heading: &str,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let questions: Vec<&[Outcome]> = outcomes.chunk_by(|a, b| a.question == b.question).collect();
    println!("\n{heading}\n");
    for question in &questions {
        println!("{}", table::question(question));
    }
    println!("{}", table::goals(outcomes, goals));

    std::fs::create_dir_all(folder)?;
    files::write_rounds(&folder.join("rounds.csv"), outcomes)?;
    files::write_ratios(&folder.join("ratios.csv"), outcomes)?;
    for question in &questions {
        plot::draw(&folder.join(format!("{}.svg", question[0].question)), question, heading)?;
    }
    println!("every round: {}", folder.join("rounds.csv").display());
    println!("medians and quartiles: {}", folder.join("ratios.csv").display());
    for question in &questions {
        println!("plot: {}", folder.join(format!("{}.svg", question[0].question)).display());
    }
    Ok(())
}
