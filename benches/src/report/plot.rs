//! A plot for each question: a panel for each setting, in it a bar for each contestant.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::table::label;
use crate::contest::{Outcome, Score};
use crate::queue::Role;

const COLUMNS: usize = 3;
const PANEL_WIDTH: u32 = 460;
const ROW: i32 = 20;
const TOP: i32 = 34;
/// Where the bars begin and end within a panel; names stand before them, figures behind.
const BARS: (i32, i32) = (150, 330);

/// The scale of a plot: speeds from the reference's, halved so often, to the same doubled so often.
#[derive(Clone, Copy)]
struct Scale {
    doublings: i32,
}

/// Draws one question.
pub(super) fn draw(path: &Path, outcomes: &[Outcome], heading: &str) -> Result<(), Box<dyn Error>> {
    let most = outcomes.iter().map(|outcome| outcome.scores.len()).max().unwrap_or(0) as u32;
    let panel = (PANEL_WIDTH, TOP as u32 + most * ROW as u32 + 30);
    let columns = outcomes.len().min(COLUMNS);
    let rows = outcomes.len().div_ceil(COLUMNS);
    let size = (panel.0 * columns.max(1) as u32, panel.1 * rows as u32 + 44);
    let root = SVGBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    let question = outcomes.first().map_or("", |outcome| outcome.question);
    root.draw(&Text::new(question, (10, 8), ("sans-serif", 18)))?;
    root.draw(&Text::new(heading, (10, 28), ("sans-serif", 11)))?;
    let scale = Scale::of(outcomes);
    let (_, below) = root.split_vertically(44);
    for (area, outcome) in below.split_evenly((rows, columns.max(1))).iter().zip(outcomes) {
        draw_panel(area, outcome, scale)?;
    }
    root.present()?;
    Ok(())
}

fn draw_panel(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    outcome: &Outcome,
    scale: Scale,
) -> Result<(), Box<dyn Error>> {
    let Some(reference) = outcome.score(outcome.reference) else { return Ok(()) };
    let title = format!("{}   speed, {} = 1", outcome.setting, outcome.reference);
    area.draw(&Text::new(title, (10, 8), ("sans-serif", 13)))?;
    let bottom = TOP + ROW * outcome.scores.len() as i32;
    for doubling in -scale.doublings..=scale.doublings {
        let x = scale.across(2_f64.powi(doubling));
        let shade = if doubling == 0 { BLACK } else { RGBColor(220, 220, 220) };
        area.draw(&PathElement::new([(x, TOP - 4), (x, bottom)], shade))?;
        let whole = 2_i32.pow(doubling.unsigned_abs());
        let tick = if doubling < 0 { format!("1/{whole}") } else { whole.to_string() };
        let under = ("sans-serif", 10).into_font().color(&BLACK).pos(Pos::new(HPos::Center, VPos::Top));
        area.draw(&Text::new(tick, (x, bottom + 2), under))?;
    }
    for (score, row) in outcome.scores.iter().zip(0..) {
        draw_bar(area, score, reference, TOP + row * ROW, scale)?;
    }
    Ok(())
}

fn draw_bar(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    score: &Score,
    reference: &Score,
    top: i32,
    scale: Scale,
) -> Result<(), Box<dyn Error>> {
    let times = score.times(reference);
    let middle = top + ROW / 2 - 2;
    let colour = match score.role {
        Role::Ours => RGBColor(31, 98, 178),
        Role::Peer => RGBColor(150, 150, 150),
        Role::Limit => RGBColor(214, 160, 60),
    };
    let bar = [(scale.across(1.0), middle - 5), (scale.across(times.median), middle + 5)];
    area.draw(&Rectangle::new(bar, colour.filled()))?;
    area.draw(&PathElement::new(
        [(scale.across(times.lower), middle), (scale.across(times.upper), middle)],
        BLACK.stroke_width(2),
    ))?;
    let text = ("sans-serif", 12).into_font().color(&BLACK);
    let name = text.pos(Pos::new(HPos::Right, VPos::Center));
    area.draw(&Text::new(score.name, (BARS.0 - 8, middle), name))?;
    let figures = text.pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(label(score, reference), (BARS.1 + 8, middle), figures))?;
    Ok(())
}

impl Scale {
    /// Wide enough for all the ratios of a question.
    fn of(outcomes: &[Outcome]) -> Self {
        let ratios = outcomes.iter().flat_map(|outcome| {
            let reference = outcome.score(outcome.reference);
            outcome.scores.iter().filter_map(move |score| Some(score.times(reference?).median))
        });
        let widest = ratios.map(|ratio| ratio.log2().abs()).fold(1.0, f64::max);
        Self { doublings: widest.ceil() as i32 }
    }

    /// Where a ratio lies.
    fn across(self, ratio: f64) -> i32 {
        let widest = f64::from(self.doublings);
        let place = (ratio.log2().clamp(-widest, widest) + widest) / (2.0 * widest);
        BARS.0 + (place * f64::from(BARS.1 - BARS.0)) as i32
    }
}
