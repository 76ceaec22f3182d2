//! As `nopanic`, with every way to make a ring without an allocator and to have its ends.

#![no_std]
#![no_main]

use core::num::NonZeroU32;

use forebay_core::latest::{Reader, TripleBuffer, Writer};
use forebay_core::{Overflow, Refusal, conflated, fan_in, mpsc, spsc, swap};
use forebay_firmware::board;

forebay_firmware::no_panic!();

static SPSC: spsc::Ring<u8, 3> = spsc::Ring::new();
static MPSC: mpsc::Ring<u8, 3> = mpsc::Ring::new();
static SWAP: swap::Ring<u8, 3, 2> = swap::Ring::new();
static FAN_IN: fan_in::Ring<u8, 3, 2> = fan_in::Ring::new();
static LATEST: TripleBuffer<u8> = TripleBuffer::new();
static CONFLATED: conflated::Ring<u8, 2> = conflated::Ring::new();

/// `None` where something is not as it should be.
fn works() -> Option<()> {
    through_spsc(spsc::Ring::<u8, 3>::new().split())?;
    through_spsc(spsc::SliceRing::new(&mut [const { spsc::Slot::new() }; 3]).ok()?.split())?;
    through_mpsc(mpsc::Ring::<u8, 3>::new().split())?;
    let mut memory = [const { mpsc::Slot::new() }; 3];
    through_mpsc(mpsc::SliceRing::with_refusal(&mut memory, Refusal::DropIncoming).ok()?.split())?;
    through_swap(swap::Ring::<u8, 3, 2>::new().split())?;
    let mut memory = [const { swap::Slot::new() }; 6];
    through_swap(swap::SliceRing::with_overflow(&mut memory, 2, Overflow::DropOldest).ok()?.split())?;
    through_fan_in(fan_in::Ring::<u8, 3, 2>::new().split())?;
    let (mut lanes, mut slots) = ([const { fan_in::LaneMemory::new() }; 2], [const { fan_in::Slot::new() }; 6]);
    through_fan_in(fan_in::SliceRing::new(&mut lanes, &mut slots).ok()?.split())?;
    through_latest(TripleBuffer::new().split())?;
    through_conflated(conflated::Ring::<u8, 2>::new().split())?;
    let (mut keys, mut order) = ([const { conflated::KeyMemory::new() }; 2], [const { conflated::Slot::new() }; 2]);
    through_conflated(conflated::SliceRing::new(&mut keys, &mut order).ok()?.split())?;
    // Again and again, as all ends are gone each time.
    for _ in 0..3 {
        through_spsc(SPSC.try_split().ok()?)?;
        through_mpsc(MPSC.try_split().ok()?)?;
        through_swap(SWAP.try_split().ok()?)?;
        through_fan_in(FAN_IN.try_split().ok()?)?;
        through_latest(LATEST.try_split().ok()?)?;
        through_conflated(CONFLATED.try_split().ok()?)?;
    }
    let ends = (SPSC.try_split().ok()?, MPSC.try_split().ok()?, SWAP.try_split().ok()?, LATEST.try_split().ok()?);
    let (lanes, keys) = (FAN_IN.try_split().ok()?, CONFLATED.try_split().ok()?);
    let again = SPSC.try_split().is_ok() || MPSC.try_split().is_ok() || SWAP.try_split().is_ok();
    let again = again || FAN_IN.try_split().is_ok() || LATEST.try_split().is_ok() || CONFLATED.try_split().is_ok();
    drop((ends, lanes, keys));
    (!again).then_some(())
}

fn through_spsc((mut producer, mut consumer): (spsc::Producer<'_, u8>, spsc::Consumer<'_, u8>)) -> Option<()> {
    producer.push(1).ok()?;
    (consumer.pop() == Ok(1)).then_some(())
}

fn through_mpsc((mut producer, mut consumer): (mpsc::Producer<'_, u8>, mpsc::Consumer<'_, u8>)) -> Option<()> {
    let mut another = producer.clone();
    producer.push(1).ok()?;
    another.push(2).ok()?;
    (consumer.pop() == Ok(1) && consumer.pop() == Ok(2)).then_some(())
}

fn through_swap((mut producer, mut consumer): (swap::Producer<'_, u8>, swap::Consumer<'_, u8>)) -> Option<()> {
    let mut another = producer.try_clone().ok()?;
    if producer.try_clone().is_ok() {
        return None;
    }
    let _ = producer.push(1).ok()?;
    let _ = another.push(2).ok()?;
    (consumer.pop() == Ok(1) && consumer.pop() == Ok(2)).then_some(())
}

fn through_fan_in((opener, mut consumer): (fan_in::Opener<'_, u8>, fan_in::Consumer<'_, u8>)) -> Option<()> {
    let (mut one, mut another) = (opener.open(NonZeroU32::MIN).ok()?, opener.open(NonZeroU32::MIN).ok()?);
    if opener.open(NonZeroU32::MIN).is_ok() {
        return None;
    }
    one.push(1).ok()?;
    another.push(2).ok()?;
    (consumer.pop() == Ok((one.lane(), 1)) && consumer.pop_by(|_| 7) == Ok((another.lane(), 2))).then_some(())
}

fn through_latest((mut writer, mut reader): (Writer<'_, u8>, Reader<'_, u8>)) -> Option<()> {
    if writer.write(1).is_some() || writer.write(2) != Some(1) {
        return None;
    }
    (reader.read() == Ok(2)).then_some(())
}

fn through_conflated(
    (mut producer, mut consumer): (conflated::Producer<'_, u8>, conflated::Consumer<'_, u8>),
) -> Option<()> {
    if producer.push(1, 1) != Ok(None) || producer.push(0, 2) != Ok(None) || producer.push(1, 3) != Ok(Some(1)) {
        return None;
    }
    let mut keyed = producer.by(|&value| usize::from(value));
    if keyed.push(2).is_ok() || keyed.push(0) != Ok(Some(2)) {
        return None;
    }
    (consumer.pop() == Ok((1, 3)) && consumer.pop() == Ok((0, 0)) && consumer.pop().is_err()).then_some(())
}

#[board::entry]
fn main() -> ! {
    board::exit(works().is_some())
}
