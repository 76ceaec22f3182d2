//! As `nopanic`, with what is built over the rings, and what stands beside them: admission, expiry, flush, spill, credit and the
//! pacer.

#![no_std]
#![no_main]

use core::cell::Cell;
use core::hint::black_box;
use core::num::{NonZeroU64, NonZeroUsize};

use forebay_core::admission::{Classes, Gate, Rate, Sampler, Sampling, Thresholds, Weighing, Weighted, percent};
use forebay_core::credit::{Frame, Granter, Spender};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::flush::Flush;
use forebay_core::pacer::{Pacer, Rates};
use forebay_core::seam::Push;
use forebay_core::spill::Spill;
use forebay_core::{Pressure, spsc};
use forebay_firmware::board;

forebay_firmware::no_panic!();

/// Each value passes classes, a sampler, a stamp and the ring, and is received if it is young enough.
fn stages(count: u32) -> Option<()> {
    let time = Cell::new(0);
    let clock = || time.get();
    let thresholds = Thresholds::new([255, percent::<75>()]).ok()?;
    thresholds.set([255, black_box(200)]).ok()?;
    let sampling = Sampling::new(Rate::new(black_box(1), black_box(3)).ok()?, percent::<50>());
    sampling.set(Rate::percent(black_box(40)).ok()?, sampling.get().1);
    let by_chance = Sampling::new(sampling.get().0, black_box(90));

    let mut ring = spsc::Ring::<Stamped<Weighted<u32>>, 8>::new();
    let (producer, consumer) = ring.split();
    let stamping = Stamping::new(producer, clock);
    let sampler = Gate::new(stamping, Weighing::new(Sampler::with_phase(&sampling, black_box(1))));
    let chance = Gate::at_watermark(sampler, Sampler::by_chance(&by_chance, black_box(7)));
    let classes = Gate::new(chance, Classes::new(&thresholds, |&number: &u32| number as usize));
    let lost = Cell::new(0);
    let mut producer = Spill::new(classes, |_, _| lost.set(lost.get() + 1));
    let age = MaxAge::new(black_box(30));
    let expired = Cell::new(0);
    let mut consumer = Expiring::new(consumer, clock, &age).with_sink(|_| expired.set(expired.get() + 1));

    let (mut refused, mut received, mut weight) = (0, 0, 0);
    for number in 0..count {
        time.set(time.get() + u64::from(number % 5));
        refused += u32::from(producer.push(number).is_err());
        if number % 3 == 0 {
            if let Ok(kept) = consumer.pop() {
                (received, weight) = (received + 1, weight + kept.weight);
            }
        }
        age.set(age.get().min(20));
    }
    let inside = consumer.end().len() as u32;
    let chance = producer.end().end();
    let kept_out = producer.end().rule().kept_out(black_box(1)) + chance.rule().kept_out();
    let kept_out = (kept_out + chance.end().rule().rule().kept_out()) as u32;
    let counts = consumer.expired() == expired.get() && weight >= received && kept_out <= count;
    let flows = producer.end().pressure() <= Pressure::Stop && producer.end().pushes_below(black_box(9)) <= 8;
    let (classes, _) = producer.into_parts();
    let (mut chance, _) = classes.into_parts();
    let by = chance.push_by(1, |end, value| end.push(value)).is_ok();
    let (sampler, _) = chance.into_parts();
    let (stamping, _) = sampler.into_parts();
    let (producer, _) = stamping.into_parts();
    let law = received + expired.get() as u32 + inside + lost.get() + refused == count;
    (counts && flows && law && (by || producer.is_full() || !producer.is_closed())).then_some(())
}

fn flushes(count: usize) -> Option<()> {
    let time = Cell::new(0);
    let mut ring = spsc::Ring::<usize, 8>::new();
    let (mut producer, consumer) = ring.split();
    let (every, most) = (NonZeroU64::new(black_box(5))?, NonZeroUsize::new(black_box(3))?);
    let mut flush = Flush::new(consumer, || time.get(), every, most);
    let (mut pushed, mut taken) = (0, 0);
    let mut batch = [None; 4];
    for number in 0..count {
        pushed += usize::from(producer.push(number).is_ok());
        time.set(time.get() + flush.wait().min(3));
        taken += flush.oldest(drop).unwrap_or(0);
        let mut older = 0;
        taken += flush.newest(&mut batch, |_| older += 1).unwrap_or(0) + older;
        flush.set_every(every.saturating_add(number as u64));
        flush.set_most(most.saturating_add(number % 2));
    }
    let inside = flush.end().len() + flush.end_mut().len();
    (taken <= pushed && flush.skipped() <= count && inside <= 16).then_some(())
}

fn credit(now: u64) -> Option<()> {
    let mut granter = Granter::new(black_box(4), 1, now).ok()?;
    let mut spender = Spender::new(black_box(4), 1, 3 * now).ok()?;
    for turn in 0..black_box(20) {
        let now = now * turn;
        let frame = granter.grant_due(now).unwrap_or_else(|| granter.grant(now));
        spender.on_frame(now, &Frame::decode(&frame.encode()).ok()?).ok()?;
        while let Some(position) = spender.spend(now) {
            granter.accept(position).ok()?;
        }
        if turn % 2 == 0 {
            granter.on_frame(&spender.blocked()).ok()?;
            granter.release(black_box(1)).ok()?;
        } else {
            granter.release_all_but(black_box(1)).ok()?;
        }
    }
    let lost = Frame::decode(&[black_box(0)]).is_err() && granter.accept(black_box(77)).is_err();
    (lost && spender.available(now) <= 4 && granter.held() + granter.outstanding() + granter.grantable() <= 12)
        .then_some(())
}

fn pace(mut now: u64) -> Option<()> {
    let rates = Rates::new(black_box(1_000_000), 1, black_box(1000)).ok()?.starting_at(black_box(100)).ok()?;
    let mut pacer = Pacer::new(rates).with_burst(black_box(3));
    let mut sent = 0;
    for turn in 0..black_box(1000) {
        let pressure = [Pressure::Open, Pressure::Slow, Pressure::Open, Pressure::Stop][turn / 50 % 4];
        match pacer.next_delay(now, pressure)? {
            0 => {
                pacer.on_sent(now);
                sent += 1;
            }
            delay => now += delay,
        }
    }
    (sent > 100
        && pacer.rate() <= 1000
        && pacer.share() <= Some(1000)
        && pacer.next_delay(now, Pressure::Closed).is_none())
    .then_some(())
}

/// `None` where something is not as it should be.
fn works() -> Option<()> {
    stages(black_box(500))?;
    flushes(black_box(50))?;
    credit(black_box(1000))?;
    pace(black_box(7))
}

#[board::entry]
fn main() -> ! {
    board::exit(works().is_some())
}
