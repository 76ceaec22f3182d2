//! What is shown of rings, ends and errors: a type's name and no items, and of an error a message in one line.
//!
//! Claims: misuse.

use std::error::Error;
use std::fmt::Debug;
use std::num::NonZeroU32;

use forebay::channel::{self, BuildError, NoSeat, RecvError, RecvTimeoutError, SendError, SendTimeoutError};
use forebay::expiry::{Clock as _, InstantClock};
use forebay_core::credit::{CreditError, FrameError};
use forebay_core::fan_in::NoLane;
use forebay_core::pacer::RatesError;
use forebay_core::{CapacityError, InUse, NeverEvicts, PopError, PushError, Pushed, WatermarkError};
use forebay_core::{conflated, fan_in, latest, mpsc, priority, spsc, swap};

/// An item that nobody can show.
struct Secret;

fn shows(name: &str, shown: &dyn Debug) {
    let text = format!("{shown:?}");
    assert!(text.starts_with(name), "{text} does not begin with {name}");
    assert!(!text.contains("Secret") && !text.contains('\n'), "{text}");
}

/// Of each kind of ring the array, made by default, and the heap, with their ends.
#[test]
fn rings_and_their_ends() {
    macro_rules! check {
        ($array:ty, $heap:expr, $ends:expr) => {
            let array = <$array>::default();
            shows("Ring", &array);
            shows("HeapRing", &$heap);
            let names: [&str; 2] = $ends;
            let (first, second) = array.try_split().expect("no end is out");
            shows(names[0], &first);
            shows(names[1], &second);
        };
    }
    let ends = ["Producer", "Consumer"];
    check!(spsc::Ring<Secret, 3>, spsc::HeapRing::<Secret>::new(3).unwrap(), ends);
    check!(spsc::Ring<Secret, 3, spsc::Flagged>, spsc::HeapRing::<Secret, spsc::Flagged>::new(3).unwrap(), ends);
    check!(mpsc::Ring<Secret, 3>, mpsc::HeapRing::<Secret>::new(3).unwrap(), ends);
    check!(swap::Ring<Secret, 3, 2>, swap::HeapRing::<Secret>::new(3, 2).unwrap(), ends);
    check!(priority::Ring<Secret, 3, 2>, priority::HeapRing::<Secret, 2>::new(3).unwrap(), ends);
    check!(conflated::Ring<Secret, 3>, conflated::HeapRing::<Secret>::new(3).unwrap(), ends);
    check!(fan_in::Ring<Secret, 3, 2>, fan_in::HeapRing::<Secret>::new(3, 2).unwrap(), ["Opener", "Consumer"]);
    let buffer = latest::TripleBuffer::<Secret>::default();
    shows("TripleBuffer", &buffer);
    let (writer, reader) = buffer.try_split().unwrap();
    shows("Writer", &writer);
    shows("Reader", &reader);
}

#[test]
fn what_an_end_hands_out() {
    let mut ring = spsc::Ring::<Secret, 3>::new();
    let (mut producer, mut consumer) = ring.split();
    shows("WriteSlot", &producer.write_slot().unwrap());
    shows("WriteRun", &producer.write_run(2));
    assert!(producer.push(Secret).is_ok());
    shows("Iter", &consumer.iter());
    shows("IterMut", &consumer.iter_mut());
    shows("Drain", &consumer.drain());
    // Where an item can be read, it is shown.
    let mut ring = spsc::Ring::<u32, 3>::new();
    let (mut producer, mut consumer) = ring.split();
    producer.push(7).unwrap();
    assert!(format!("{:?}", consumer.read_slot().unwrap()).contains('7'));
    assert!(format!("{:?}", consumer.read_run(2)).contains('7'));
    let mut ring = mpsc::Ring::<Secret, 3>::new();
    shows("Drain", &ring.split().1.drain());
    let mut ring = swap::Ring::<Secret, 3, 2>::new();
    shows("Drain", &ring.split().1.drain());
    let mut ring = fan_in::Ring::<Secret, 3, 2>::new();
    let (opener, consumer) = ring.split();
    shows("Producer", &opener.open(NonZeroU32::MIN).unwrap());
    shows("ByLane", &consumer.by_lane());
}

#[test]
fn channels() {
    let (mut sender, mut receiver) = channel::mpsc::<Secret>(1).unwrap();
    shows("Sender", &sender);
    shows("Receiver", &receiver);
    shows("SendFuture", &sender.send(Secret));
    shows("Ready", &sender.ready());
    shows("Closed", &sender.closed());
    shows("SendMany", &sender.send_many(std::iter::empty()));
    shows("PressureChanged", &sender.pressure_changed());
    shows("RecvFuture", &receiver.recv());
    shows("RecvMany", &receiver.recv_many(&mut Vec::new(), 1));
    shows("Drain", &receiver.drain());
    shows("IntoIter", &receiver.into_iter());
    let (opener, _receiver) = channel::fan_in::<Secret>(2, 1).unwrap();
    shows("Opener", &opener);
    let mut sender = opener.open(NonZeroU32::MIN).unwrap();
    shows("Reserve", &sender.reserve());
    shows("Permit", &sender.try_reserve().unwrap());
}

/// The message of an error says something, in one line, and is no name; how it is shown otherwise tells nothing of the value.
#[test]
fn errors() {
    fn says(error: &dyn Error) {
        let text = error.to_string();
        assert!(text.len() > 10 && text.contains(' ') && !text.contains('\n') && !text.ends_with('.'), "{text}");
        shows("", &error);
    }
    let marks = WatermarkError::HighAboveCapacity { high: 3, capacity: 2 };
    let errors: [&dyn Error; 29] = [
        &PushError::Full(Secret),
        &PushError::Shed(Secret),
        &PushError::Closed(Secret),
        &PopError::Empty,
        &PopError::Closed,
        &CapacityError::Zero,
        &CapacityError::TooLarge,
        &CapacityError::TooShort,
        &CapacityError::OutOfMemory,
        &InUse,
        &NeverEvicts,
        &marks,
        &WatermarkError::LowNotBelowHigh { high: 2, low: 2 },
        &swap::TooManyProducers,
        &NoLane::AllTaken,
        &NoLane::Closed,
        &RatesError::ZeroPeriod,
        &RatesError::ZeroRate,
        &RatesError::TooFast { greatest: u32::MAX },
        &FrameError::Length { length: 3 },
        &CreditError::ZeroWindow,
        &SendError::Closed(Secret),
        &SendError::Shed(Secret),
        &SendTimeoutError::Timeout(Secret),
        &SendTimeoutError::Closed(Secret),
        &RecvError,
        &RecvTimeoutError::Timeout,
        &NoSeat,
        &BuildError::Watermarks(marks),
    ];
    errors.into_iter().for_each(says);
}

/// A value that comes back for one reason comes back for the same one where there is a time.
#[test]
fn an_error_of_a_send_is_one_of_a_send_in_time() {
    assert_eq!(SendTimeoutError::from(SendError::Timeout(1)), SendTimeoutError::Timeout(1));
    assert_eq!(SendTimeoutError::from(SendError::Closed(2)), SendTimeoutError::Closed(2));
    assert_eq!(SendTimeoutError::from(SendError::Shed(3)), SendTimeoutError::Shed(3));
}

/// What is made by `Default` is what `new` makes: memory of rings, rings, and what channels wait in.
#[test]
fn by_default_it_is_new() {
    let mut slots: [spsc::Slot<u32>; 1] = Default::default();
    let mut ring = spsc::SliceRing::new(&mut slots).unwrap();
    let (mut tx, mut rx) = ring.split();
    assert_eq!((tx.push(1), tx.push(2), rx.pop()), (Ok(()), Err(PushError::Full(2)), Ok(1)));

    let mut slots: [mpsc::Slot<u32>; 1] = Default::default();
    let mut ring = mpsc::SliceRing::new(&mut slots).unwrap();
    let (mut tx, mut rx) = ring.split();
    assert_eq!((tx.push(1), tx.push(2), rx.pop()), (Ok(()), Err(PushError::Full(2)), Ok(1)));

    let mut slots: [swap::Slot<u32>; 4] = Default::default();
    let mut ring = swap::SliceRing::new(&mut slots, 1).unwrap();
    let (mut tx, mut rx) = ring.split();
    assert_eq!((tx.push(1), rx.pop()), (Ok(Pushed::Stored), Ok(1)));

    let mut slots: [priority::Slot<u32, 2>; 1] = Default::default();
    let mut ring = priority::SliceRing::new(&mut slots).unwrap();
    let (mut tx, mut rx) = ring.split();
    assert_eq!((tx.push(1, 1), rx.pop()), (Ok(Pushed::Stored), Ok((1, 1))));

    let (mut lanes, mut slots): ([fan_in::LaneMemory<u32>; 1], [fan_in::Slot<u32>; 1]) = Default::default();
    let mut ring = fan_in::SliceRing::new(&mut lanes, &mut slots).unwrap();
    let (opener, mut rx) = ring.split();
    let mut lane = opener.open(NonZeroU32::MIN).unwrap();
    assert_eq!((lane.push(1), rx.pop().map(|(_, item)| item)), (Ok(()), Ok(1)));

    let (mut keys, mut order): ([conflated::KeyMemory<u32>; 1], [conflated::Slot<usize>; 1]) = Default::default();
    let mut ring = conflated::SliceRing::new(&mut keys, &mut order).unwrap();
    let (mut tx, mut rx) = ring.split();
    assert_eq!((tx.push(0, 1), rx.pop()), (Ok(None), Ok((0, 1))));

    let lobby = channel::Lobby::<2>::default();
    let mut ring = spsc::Ring::<u32, 1>::default();
    let (tx, rx) = ring.split();
    let (mut sender, mut receiver) = lobby.ends(tx, rx).unwrap();
    assert_eq!((sender.try_send(1), receiver.try_recv()), (Ok(()), Ok(1)));

    let (before, clock) = (InstantClock::new(), InstantClock::default());
    assert!(clock.now() <= before.now(), "it counts from when it was made");
}
