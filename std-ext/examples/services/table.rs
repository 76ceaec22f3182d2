//! A run as a table.

use std::io::{self, Write};
use std::mem;

use forebay::Pressure;

use crate::SECOND;
use crate::service::{Counts, Service};
use crate::world::{SERVICES, World};

/// What became of a service's requests in a second.
struct Second {
    made: usize,
    served: usize,
    lost: usize,
    /// Within how many milliseconds 99 of 100 were answered.
    late: u64,
}

/// Runs so many seconds, and writes a line about each, and the account at the end.
///
/// # Errors
/// Those of `out`.
pub(crate) fn show(mut world: World, seconds: u64, mut out: impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Each second: requests made, served by Z, and lost; how many wait at A and at Z; the highest level of A's way to Z; and\n\
        within how many milliseconds 99 of 100 of those were answered that B and C made and that have been answered.\n\n\
        second |    A  served   lost  waiting  level |   B  served  lost   99 % |   C  served  lost   99 % | waiting at Z"
    )?;
    let mut before = [Counts::default(); SERVICES];
    for second in 0..seconds {
        let highest = highest_level(&mut world, second);
        let [a, b, c] = [0, 1, 2].map(|number| look(&world.services[number], second, &mut before[number]));
        write!(out, "{second:6} | {:4} {:7} {:6} ", a.made, a.served, a.lost)?;
        write!(out, "{:8}  {:>5} |", world.services[0].backlog(), format!("{highest:?}"))?;
        for other in [b, c] {
            write!(out, " {:3} {:7} {:5} {:6} |", other.made, other.served, other.lost, other.late)?;
        }
        writeln!(out, " {:12}", world.depth())?;
    }
    writeln!(out)?;
    for (name, service) in ["A", "B", "C"].iter().zip(&world.services) {
        let Counts { offered, evicted, shed, taken, .. } = service.counts;
        let waiting = offered - taken - evicted - shed;
        writeln!(
            out,
            "{name}: {offered} made = {taken} served + {evicted} lost by itself + {shed} lost at Z + {waiting} waiting"
        )?;
    }
    writeln!(out, "At Z there waited {} at most; there is room for {}.", world.deepest, world.capacity())
}

/// Runs a second, and answers with the highest level that A saw: at its end it may be any.
fn highest_level(world: &mut World, second: u64) -> Pressure {
    let looks = (1..=100).map(|look| {
        world.until(second * SECOND + look * SECOND / 100);
        world.services[0].pressure()
    });
    looks.max().unwrap_or_default()
}

fn look(service: &Service, second: u64, before: &mut Counts) -> Second {
    let counts = service.counts;
    let last = mem::replace(before, counts);
    Second {
        made: counts.offered - last.offered,
        served: counts.taken - last.taken,
        lost: counts.lost() - last.lost(),
        late: service.percentile(99, second * SECOND..(second + 1) * SECOND).div_ceil(SECOND / 1000),
    }
}
