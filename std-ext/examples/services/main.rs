//! Services A, B and C make requests to Z, and A for a while twenty times as many as Z can serve: in virtual time, in a blink.
//!
//! ```text
//! cargo run --example services                     # a lane for each: A is slowed down, B and C lose nothing
//! cargo run --example services -- --shared         # one ring for all: B and C lose nearly everything
//! cargo run --example services -- --heedless       # A does as it likes, and fills its own lane
//! cargo run --example services -- --help
//! ```
//!
//! Z serves 100 requests a second. Each service offers 20, and A 2,000 from the 5th to the 15th second. Each has a buffer of its own
//! ([`service`]); the way to Z is a lane of a fan-in ring or one ring for all ([`world`]). After each second the conservation law
//! is checked for each queue.

#![forbid(unsafe_code)]

mod arrivals;
mod service;
mod table;
mod world;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use arrivals::{Arrivals, Spike};
use service::Hold;
use world::{Plan, Road, SERVICES, World};

/// Ticks in a second: microseconds.
const SECOND: u64 = 1_000_000;

/// Services A, B and C make requests to Z, which serves 100 a second. Each offers 20, and A 2,000 for ten seconds. A table shows what
/// becomes of them, in virtual time.
#[derive(Debug, Parser)]
#[command(name = "services")]
struct Args {
    /// One ring at Z for all, which drops what comes when it is full, and nobody is slowed down
    #[arg(long)]
    shared: bool,
    /// A doesn't heed the pressure of its lane
    #[arg(long, conflicts_with = "shared")]
    heedless: bool,
    /// Services are held back by credit that Z grants, and not by pressure
    #[arg(long, conflicts_with_all = ["shared", "heedless"])]
    credit: bool,
    /// Requests come at random, the same for the same seed, and not at fixed periods
    #[arg(long, value_name = "SEED")]
    random: Option<u64>,
}

/// How many seconds are shown.
const SECONDS: u64 = 45;

fn main() -> ExitCode {
    match table::show(world(&Args::parse()), SECONDS, io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("services: {error}");
            ExitCode::FAILURE
        }
    }
}

fn world(args: &Args) -> World {
    let plan = |number: usize| {
        let rate = if number == 0 { 2000 } else { 20 };
        let spike = Spike { when: 5 * SECOND..15 * SECOND, rate };
        let arrivals = match args.random {
            Some(seed) => Arrivals::poisson(20, spike, seed.wrapping_add(number as u64)),
            None => Arrivals::fixed(20, spike, number as u64 * SECOND / 60),
        };
        let hold = if args.shared || args.heedless && number == 0 {
            Hold::Nothing
        } else if args.credit {
            Hold::Credit
        } else {
            Hold::Pressure
        };
        Plan { arrivals, buffer: 1000, hold, greatest_rate: 2000 }
    };
    let road =
        if args.shared { Road::Shared { capacity: 150 } } else { Road::Lanes { weights: [1; SERVICES], capacity: 50 } };
    World::new(100, road, [0, 1, 2].map(plan))
}
