//! scratch
use forebay_core::pacer::{Pacer, Rates};
use forebay_tests::virtual_time::{Beat, Release, Run, Shape};

fn jain(x: &[u64]) -> f64 {
    let s: f64 = x.iter().map(|&x| x as f64).sum();
    let q: f64 = x.iter().map(|&x| (x as f64).powi(2)).sum();
    s * s / (q * x.len() as f64)
}

fn show(period: u32, mu: u64, starts: &[u32], greatest: u32, shape: Shape, items: u64) {
    let pacers: Vec<_> =
        starts.iter().map(|&s| Pacer::new(Rates::new(period, 1, greatest).unwrap().starting_at(s).unwrap())).collect();
    let mut run = Run::new(shape, pacers, Beat::new(mu, period.into()), 0);
    print!(
        "mu {mu} g {greatest} {}/{}/{} {:?} n {}:",
        shape.capacity,
        shape.high,
        shape.low,
        shape.release,
        starts.len()
    );
    let mut before = run.sent.clone();
    let every = items / 10;
    let (mut last, mut seen) = (0, 0);
    while run.served < items {
        run.step();
        if run.served >= last + every {
            last += every;
            let d: Vec<u64> = run.sent.iter().zip(&before).map(|(a, b)| a - b).collect();
            before = run.sent.clone();
            print!(" {:.3}", jain(&d));
            if run.idle > seen {
                print!("({:.1}%)", 100.0 * (run.idle - seen) as f64 / (every as f64 / mu as f64 * period as f64))
            }
            seen = run.idle;
        }
    }
    println!(" refused {} {:?}", run.refused, run.sent);
}

#[test]
fn look() {
    for release in [Release::AtRoom, Release::AtLow] {
        for (c, h, l) in [(50, 40, 20), (500, 400, 200), (16, 12, 6), (100, 20, 10), (8, 6, 3)] {
            let shape = Shape { capacity: c, high: h, low: l, release };
            for (mu, g) in [(1000, 10_000), (1000, 10_000_000), (1000, 1000)] {
                for n in [3, 8, 16] {
                    let starts: Vec<u32> = (0..n).map(|i| g >> (i * 10 / n)).collect();
                    show(1_000_000, mu, &starts, g, shape, 200 * (h - l) as u64 * 10);
                }
            }
        }
    }
}
#[test]
fn trace() {
    let shape = Shape { capacity: 100, high: 20, low: 10, release: Release::AtRoom };
    let g = 1000;
    let n = 8;
    let pacers: Vec<_> = (0..n)
        .map(|i| Pacer::new(Rates::new(1_000_000, 1, g).unwrap().starting_at(g >> (i * 10 / n)).unwrap()))
        .collect();
    let mut run = Run::new(shape, pacers, Beat::new(1000, 1_000_000), 0);
    let mut last = String::new();
    while run.served < 20_000 {
        run.step();
        let text = format!("{:?}", run.pacers[7]);
        if text != last {
            println!(
                "T {:.4} {} {:?}",
                run.now() as f64 / 1e6,
                text.replace(
                    "Pacer { control: Control { rates: Rates { period: 1000000, least: 1, start: 7, greatest: 1000 }, ",
                    ""
                ),
                run.queue.pressure()
            );
            last = text;
        }
    }
}
