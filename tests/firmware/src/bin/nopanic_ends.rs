//! As `nopanic`, with all that the ends of the other rings can do, with numbers that the compiler does not know.

#![no_std]
#![no_main]

use core::hint::black_box;
use core::num::{NonZeroU32, NonZeroUsize};

use forebay_core::seam::{Pop, Push};
use forebay_core::{Overflow, Pressure, PushError, Refusal, Seen, Watermarks};
use forebay_core::{conflated, fan_in, latest, mpsc, priority, spsc, swap};
use forebay_firmware::board;

forebay_firmware::no_panic!();

/// The pressure of an end: where it rises and falls, how it is now, and whether it has changed.
macro_rules! pressure {
    ($end:expr) => {{
        let high = black_box(3).min($end.capacity());
        let marks = Watermarks::new(high, black_box(1)).ok().or(Watermarks::high_and_half(high).ok())?;
        $end.set_watermarks(marks).ok()?;
        let mut seen = Seen::default();
        let news = $end.pressure_since(&mut seen);
        if $end.watermarks() != marks || news.is_some_and(|news| news != $end.pressure()) {
            return None;
        }
        $end.fill() < 255 || $end.len() == $end.capacity()
    }};
}

/// Takes items to the seam and back.
fn through(mut to: impl Push<Item = usize>, mut from: impl Pop<Item: Copy>, count: usize) -> usize {
    let mut pushed = 0;
    for number in 0..count {
        if to.pushes_below(black_box(128)) > 0 && !to.is_full() && !to.is_closed() && to.fill() < 128 {
            pushed += usize::from(to.push(number).is_ok());
        }
    }
    let mut popped = 0;
    while popped < from.capacity() && !from.is_empty() && from.len() > 0 && from.pop().is_ok() {
        popped += 1;
    }
    pushed.abs_diff(popped)
}

fn through_spsc(count: usize) -> Option<()> {
    let mut ring = spsc::Ring::<usize, 4>::new();
    let (mut producer, mut consumer) = ring.split();
    let calm = pressure!(producer) && pressure!(consumer);
    let mut pushed = 0;
    while producer.push(count).is_ok() {
        pushed += 1;
    }
    let stopped = producer.pressure() == Pressure::Stop && producer.push(1).is_err_and(|error| error.is_full());
    let popped = consumer.drain().count();
    let right = calm && stopped && pushed == 4 && popped == 4 && consumer.pressure() == Pressure::Open;
    (right && through(producer, consumer, count) == 0).then_some(())
}

fn through_mpsc(count: usize) -> Option<()> {
    let mut ring = mpsc::Ring::<usize, 4>::new();
    let (mut producer, mut consumer) = ring.split();
    let calm = pressure!(producer) && pressure!(consumer);
    let shed = producer.push_under(Refusal::DropIncoming, count).is_ok() && producer.refusal() == Refusal::Reject;
    let right = calm && shed && consumer.pop_all(drop) == 1;
    (right && through(producer, consumer, count) == 0).then_some(())
}

fn through_swap(count: usize) -> Option<()> {
    let mut ring = swap::Ring::<usize, 4, 2>::new();
    let (mut producer, mut consumer) = ring.split();
    let mut second = producer.try_clone().ok()?;
    let calm = pressure!(producer) && pressure!(consumer);
    let (mut evicted, mut popped) = (0, 0);
    let batch = producer.push_iter(0..count, |_| evicted += 1);
    let forced = usize::from(second.force_push(count).ok()?.evicted().is_some());
    let under = usize::from(second.push_under(Overflow::DropOldest, count).ok()?.evicted().is_some());
    let refused = second.push_under(Overflow::DropIncoming, count).is_err_and(|error| error.is_shed());
    let says = second.is_full() && !second.is_empty() && second.free() == 0 && second.overflow() == Overflow::Reject;
    second.set_overflow(consumer.overflow());
    popped += usize::from(consumer.pop().is_ok());
    popped += consumer.drain().take(1).count();
    let lost = consumer.lost();
    popped += consumer.pop_all(|_| evicted += 0);
    popped += usize::from(consumer.pop().is_ok());
    let law = popped + forced + under + evicted == batch.pushed + 2 && lost == forced + under;
    let counts = consumer.evicted() == lost && producer.shed() == 1 && producer.evicted() == consumer.evicted();
    consumer.set_overflow(Overflow::DropOldest);
    let pushed = second.push(1).is_ok() && consumer.len() == 1 && !consumer.is_full() && consumer.free() == 3;
    let again = consumer.pop().is_ok() && consumer.is_empty();
    consumer.close();
    let closed = consumer.is_closed() && producer.is_closed() && matches!(second.push(1), Err(PushError::Closed(1)));
    drop(second);
    let empty = through(producer, consumer, count) == 0;
    (calm && refused && says && law && counts && pushed && again && closed && empty && batch.refused.is_some())
        .then_some(())
}

fn through_priority(count: usize) -> Option<()> {
    let mut ring = priority::Ring::<usize, 4, 3>::new();
    let (mut producer, mut consumer) = ring.split();
    let mut second = producer.clone();
    let calm = pressure!(producer) && pressure!(consumer);
    let two = NonZeroUsize::new(black_box(2))?;
    consumer.set_bypass(two);
    let mut inside = 0;
    for number in 0..count {
        inside += usize::from(second.push(number, number).is_ok_and(|pushed| pushed.evicted().is_none()));
    }
    let evicted = producer.push_under(Overflow::DropOldest, black_box(2), 7).ok()?.evicted().is_some();
    let shed = producer.push_under(Overflow::DropIncoming, 9, 7).is_err();
    producer.set_overflow(producer.overflow());
    let says = consumer.len() == inside && consumer.is_full() && consumer.bypass() == 2;
    let classes = (0..4).map(|class| consumer.inside(class)).sum::<usize>() >= inside;
    let counts = consumer.evicted(black_box(2)) + consumer.shed(black_box(2)) > 0;
    let popped = usize::from(consumer.pop().is_ok()) + consumer.drain().count();
    consumer.close();
    let closed = producer.is_closed() && consumer.pop().is_err() && consumer.is_closed();
    drop(second);
    let empty = through(producer.by(|&number| number % 3), consumer.by_class(), count) == 0;
    (calm && evicted && shed && says && classes && counts && popped == inside && closed && empty).then_some(())
}

fn through_fan_in(count: usize) -> Option<()> {
    let mut ring = fan_in::Ring::<usize, 4, 3>::new();
    let (opener, mut consumer) = ring.split();
    let another = opener.clone();
    let mut first = opener.open(NonZeroU32::new(black_box(2))?).ok()?;
    let mut second = another.open(NonZeroU32::MIN).ok()?;
    let calm = pressure!(first) && first.lane() != second.lane();
    first.set_weight(NonZeroU32::new(black_box(5))?);
    first.set_refusal(Refusal::DropIncoming);
    let mut pushed = first.push_iter(0..count) + second.push_slice(&[1, 2, count]);
    let full = first.is_full() && first.free() == 0 && !first.is_empty() && first.push(1).is_err() && first.shed() == 1;
    let under = first.push_under(Refusal::Reject, 1).is_err_and(|error| error.is_full()) && first.weight() == 5;
    pushed += usize::from(second.push_under(Refusal::Reject, 1).is_ok());
    let lane = consumer.lane(first.lane())?;
    let marks = Watermarks::new(black_box(2), 0).ok()?;
    lane.set_watermarks(marks).ok()?;
    lane.set_weight(NonZeroU32::new(black_box(3))?);
    lane.set_refusal(first.refusal());
    let seen =
        lane.watermarks() == marks && lane.pressure() == Pressure::Stop && lane.fill() == 255 && lane.shed() == 1;
    let told = lane.pressure_since(&mut Seen::default()).is_some() && !lane.is_closed() && lane.id() == first.lane();
    let lanes = consumer.lanes().map(|lane| lane.len()).sum::<usize>() == pushed && consumer.len() == pushed;
    let mut popped = usize::from(consumer.pop_by(|&item| black_box(item as u32)).is_ok());
    popped += usize::from(consumer.pop().is_ok()) + consumer.drain().take(2).count();
    drop(second);
    let mut consumer = consumer.by_lane();
    let touched = consumer.take_touched().below(black_box(3)).count() <= 3 && consumer.lane_at(black_box(7)).is_none();
    while consumer.pop().is_ok() {
        popped += 1;
    }
    let third = another.open(NonZeroU32::MIN).ok()?;
    let all = opener.open(NonZeroU32::MIN).is_ok() && opener.lanes() == 3 && !opener.is_closed();
    let empty = through(third, consumer.into_end(), count) == 0 && another.is_closed() && first.is_closed();
    (calm && full && under && seen && told && lanes && touched && all && pushed == popped && empty).then_some(())
}

fn through_latest(count: usize) -> Option<()> {
    let mut ring = latest::TripleBuffer::<usize>::new();
    let (mut writer, mut reader) = ring.split();
    let back = (0..count).filter_map(|number| writer.write(number)).count();
    let newest = reader.peek().copied();
    let slot = reader.read_slot().ok()?;
    let same = newest == Some(*slot) && slot.take() + 1 == count && reader.is_empty() && reader.read().is_err();
    let mut slot = writer.write_slot();
    slot.uninit().write(count);
    // SAFETY: it was written.
    let written = unsafe { slot.commit() }.is_none();
    reader.read_slot().ok()?.release();
    let counts = writer.conflated() == back && reader.conflated() == back && writer.is_empty();
    let none = writer.write_slot().write(count).is_none() && !writer.is_closed() && !reader.is_closed();
    let read = reader.read() == Ok(count);
    drop(reader);
    (same && written && counts && none && read && writer.is_closed()).then_some(())
}

fn through_conflated(count: usize) -> Option<()> {
    let mut ring = conflated::Ring::<usize, 3>::new();
    let (mut producer, mut consumer) = ring.split();
    let calm = pressure!(producer) && pressure!(consumer);
    let back = (0..count).filter_map(|number| producer.push(number % 3, number).ok()?).count();
    let beyond = producer.push(black_box(3), 1).is_err() && producer.conflated(black_box(3)).is_none();
    let counts = (0..3).filter_map(|key| producer.conflated(key)).sum::<usize>() == back;
    let says = consumer.conflated(black_box(1)).is_some() && consumer.len() == 3 && !consumer.is_closed();
    let popped = usize::from(consumer.pop().is_ok()) + (0..2).filter_map(|_| consumer.pop().ok()).count();
    let empty = consumer.is_empty() && producer.is_empty() && !producer.is_closed() && consumer.pop().is_err();
    let keyed = through(producer.by(|&number| number % 3), consumer, count) <= count;
    (calm && beyond && counts && says && popped == 3 && empty && keyed).then_some(())
}

/// `None` where something is not as it should be.
fn works(count: usize) -> Option<()> {
    through_spsc(count)?;
    through_mpsc(count)?;
    through_swap(count)?;
    through_priority(count)?;
    through_fan_in(count)?;
    through_latest(count)?;
    through_conflated(count)
}

#[board::entry]
fn main() -> ! {
    board::exit(works(black_box(9)).is_some())
}
