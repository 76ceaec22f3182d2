//! Services A, B and C make requests to Z, and A for a while twenty times as many as Z can serve: in virtual time, in a blink.
//!
//! ```text
//! cargo run --example services                     # a lane for each: A is slowed down, B and C lose nothing
//! cargo run --example services -- --heedless       # A does as it likes, and fills its own lane
//! cargo run --example services -- --shared         # one ring for all: B and C lose nearly everything
//! ```
//!
//! Z serves 100 requests a second. Each service offers 20, and A 2,000 from the 5th to the 15th second.

#![forbid(unsafe_code)]

use std::io::{self, Write};
use std::mem;
use std::num::NonZeroU32;
use std::process::ExitCode;

use clap::Parser;
use forebay::pacer::{Pacer, Rates};
use forebay::seam::{Pop, Push};
use forebay::{Overflow, Pressure, PushError, Pushed, Refusal, Watermarks, fan_in, mpsc, swap};

/// Services A, B and C make requests to Z, which serves 100 a second. Each offers 20, and A 2,000 for ten seconds. A table shows what
/// becomes of them, in virtual time.
#[derive(Debug, Default, Parser)]
#[command(name = "services")]
struct Args {
    /// One ring at Z for all, which drops what comes when it is full, and nobody is slowed down
    #[arg(long)]
    shared: bool,
    /// A doesn't heed the pressure of its lane
    #[arg(long, conflicts_with = "shared")]
    heedless: bool,
}

/// In ticks: microseconds.
const SECOND: u64 = 1_000_000;
const SECONDS: u64 = 45;
/// From one look at everything to the next.
const STEP: u64 = SECOND / 2000;
/// How long Z works on a request.
const WORK: u64 = SECOND / 100;
/// What a service's own buffer holds, and its lane at Z.
const BUFFER: usize = 1000;
const LANE: usize = 50;

/// A request: whose it is, and when it was made.
type Request = (usize, u64);

/// The way to Z, and Z's end of it.
type Way = Box<dyn Push<Item = Request>>;
type Door = Box<dyn Pop<Item = Request>>;

/// What became of a service's requests in a second.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    made: usize,
    served: usize,
    lost: usize,
    /// Still in its own buffer.
    waiting: usize,
    /// The most ticks that an answer took.
    slowest: u64,
    /// The highest level of its way to Z.
    level: Pressure,
}

/// A second of all of them, and how many requests are at Z then.
struct Second {
    services: [Counts; 3],
    at_z: usize,
}

struct Service {
    /// Its own buffer keeps the newest requests.
    buffer: (swap::OwnedProducer<Request>, swap::OwnedConsumer<Request>),
    way: Way,
    /// What slows it down, if anything does.
    pacer: Option<Pacer>,
    /// In this second.
    counts: Counts,
}

impl Service {
    fn new(way: Way, heeds: bool) -> Self {
        let rates = Rates::new(SECOND as u32, 1, 2000).and_then(|rates| rates.starting_at(2000));
        let pacer = heeds.then(|| Pacer::new(rates.expect("1 to 2000 requests a second")));
        let buffer = swap::ring(BUFFER, Overflow::DropOldest).expect("a small capacity");
        Self { buffer, way, pacer, counts: Counts::default() }
    }

    fn make(&mut self, request: Request) {
        self.counts.made += 1;
        match self.buffer.0.push(request) {
            Ok(Pushed::Stored) => {}
            Ok(Pushed::Evicted(_oldest)) => self.counts.lost += 1,
            Err(error) => unreachable!("the buffer makes room: {error}"),
        }
    }

    /// Sends what it has, as far as it may.
    fn send(&mut self, now: u64) {
        while !self.buffer.1.is_empty() {
            let pressure = self.way.pressure();
            self.counts.level = self.counts.level.max(pressure);
            if self.pacer.as_mut().is_some_and(|pacer| pacer.next_delay(now, pressure) != Some(0)) {
                return;
            }
            let Ok(request) = self.buffer.1.pop() else { return };
            match self.way.push(request) {
                Ok(_) => {}
                Err(PushError::Shed(_)) => self.counts.lost += 1,
                Err(error) => unreachable!("nobody else fills its lane, and it heeds the pressure: {error}"),
            }
            if let Some(pacer) = &mut self.pacer {
                pacer.on_sent(now);
            }
        }
    }

    fn end_of_second(&mut self) -> Counts {
        Counts { waiting: self.buffer.1.len(), ..mem::take(&mut self.counts) }
    }
}

/// A lane for each service at Z, or a ring for all.
fn ways(args: &Args) -> ([Way; 3], Door) {
    if args.shared {
        let (producer, consumer) = mpsc::ring_with_refusal(3 * LANE, Refusal::DropIncoming).expect("a small capacity");
        return ([(); 3].map(|()| Box::new(producer.clone()) as Way), Box::new(consumer));
    }
    let (opener, consumer) = fan_in::ring(3, LANE).expect("a few small lanes");
    let lane = |heeds: bool| {
        let mut lane = opener.open(NonZeroU32::MIN).expect("a free lane");
        lane.set_watermarks(Watermarks::new(40, 20).expect("20 is below 40")).expect("40 is below the capacity");
        if !heeds {
            lane.set_refusal(Refusal::DropIncoming);
        }
        Box::new(lane) as Way
    };
    ([!args.heedless, true, true].map(lane), Box::new(consumer))
}

/// All of it, second by second.
fn run(args: &Args) -> Vec<Second> {
    let (ways, mut door) = ways(args);
    let heeds = [!args.shared && !args.heedless, !args.shared, !args.shared];
    let mut services: Vec<_> = ways.into_iter().zip(heeds).map(|(way, heeds)| Service::new(way, heeds)).collect();
    // When each makes its next request, and when Z is done with the one that it is at.
    let (mut next, mut free_at) = ([0, 33 * STEP, 66 * STEP], 0);
    let (mut seconds, mut inside) = (Vec::new(), 0);
    for now in (0..SECONDS * SECOND).step_by(STEP as usize) {
        for (of, service) in services.iter_mut().enumerate() {
            if next[of] <= now {
                service.make((of, now));
                let is_surge = of == 0 && (5 * SECOND..15 * SECOND).contains(&now);
                next[of] = now + if is_surge { SECOND / 2000 } else { SECOND / 20 };
            }
            service.send(now);
        }
        if free_at <= now {
            if let Ok((of, made)) = door.pop() {
                free_at = now + WORK;
                let counts = &mut services[of].counts;
                counts.served += 1;
                counts.slowest = counts.slowest.max(free_at - made);
            }
        }
        if (now + STEP) % SECOND == 0 {
            let services = [0, 1, 2].map(|of| services[of].end_of_second());
            let at_z = door.len();
            // Of each request it is known what became of it.
            let sum = |count: fn(&Counts) -> usize| services.iter().map(count).sum::<usize>();
            assert_eq!(inside + sum(|of| of.made), sum(|of| of.served + of.lost + of.waiting) + at_z);
            inside = sum(|of| of.waiting) + at_z;
            seconds.push(Second { services, at_z });
        }
    }
    seconds
}

fn show(seconds: &[Second], mut out: impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Each second: requests made, served by Z and lost, and the most milliseconds that an answer took; of A also how many wait in\n\
        its own buffer, and the highest level of its way to Z.\n\n\
        second |    A  served   lost slowest  waiting  level |  B  served  lost slowest |  C  served  lost slowest | at Z"
    )?;
    for (number, Second { services: [a, b, c], at_z }) in seconds.iter().enumerate() {
        let ms = |counts: &Counts| counts.slowest / 1000;
        write!(out, "{number:6} | {:4} {:7} {:6} {:7} ", a.made, a.served, a.lost, ms(a))?;
        write!(out, "{:8}  {:>5} |", a.waiting, format!("{:?}", a.level))?;
        for other in [b, c] {
            write!(out, " {:2} {:7} {:5} {:7} |", other.made, other.served, other.lost, ms(other))?;
        }
        writeln!(out, " {at_z:4}")?;
    }
    writeln!(out)?;
    for (of, name) in ["A", "B", "C"].into_iter().enumerate() {
        let [made, served, lost] = total(seconds, of);
        writeln!(out, "{name}: {made} made, {served} served, {lost} lost")?;
    }
    Ok(())
}

/// What a service has made in all, what of it was served, and what was lost.
fn total(seconds: &[Second], of: usize) -> [usize; 3] {
    seconds
        .iter()
        .map(|second| second.services[of])
        .fold([0; 3], |[made, served, lost], counts| [made + counts.made, served + counts.served, lost + counts.lost])
}

fn main() -> ExitCode {
    match show(&run(&Args::parse()), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("services: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_and_c_notice_nothing_of_a() {
        for heedless in [false, true] {
            let seconds = run(&Args { heedless, shared: false });
            for of in [1, 2] {
                let [made, served, lost] = total(&seconds, of);
                assert_eq!((lost, made - served), (0, 0), "{heedless}");
                assert!(seconds.iter().all(|second| second.services[of].slowest <= 45_000), "{heedless}");
            }
            let [made, served, lost] = total(&seconds, 0);
            assert!(made == served + lost && lost > 17_000, "{heedless}");
            assert!(seconds.iter().all(|second| second.at_z <= LANE + 10), "{heedless}");
            // It is held back at its own buffer, if it heeds the pressure.
            let overflows = |second: &Second| second.services[0].waiting > BUFFER - 10;
            assert_eq!(seconds[6..15].iter().all(overflows), !heedless);
            let busy = |second: &Second| second.services.iter().map(|counts| counts.served).sum::<usize>() >= 99;
            assert!(seconds[5..15].iter().all(busy), "nothing of Z is wasted: {heedless}");
        }
    }

    #[test]
    fn in_a_ring_for_all_they_lose_nearly_everything() {
        let seconds = run(&Args { shared: true, heedless: false });
        for of in [1, 2] {
            let [made, served, lost] = total(&seconds[5..15], of);
            assert!(made >= 199 && lost * 100 >= made * 85 && served < 20, "{made} {served} {lost}");
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_second() {
        let mut table = Vec::new();
        show(&run(&Args::default()), &mut table).expect("memory");
        let table = String::from_utf8(table).expect("text");
        let rows = table.lines().filter(|line| line.contains('|')).skip(1);
        for (second, row) in rows.enumerate() {
            let numbers: Vec<usize> = row.split_whitespace().filter_map(|word| word.parse().ok()).collect();
            assert!(numbers.len() == 15 && numbers[0] == second, "{row}");
        }
        assert!(table.ends_with("C: 900 made, 900 served, 0 lost\n"), "{table}");
    }
}
