//! What of the fan-in ring may cross threads, and what may not, for items of every kind.

#![allow(dead_code, reason = "of two constants of one name one is hidden")]
#![allow(
    clippy::assertions_on_constants,
    reason = "an answer is a constant, and a wrong one should fail its test alone"
)]

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::MutexGuard;

use forebay_core::fan_in::{
    Consumer, Drain, HeapRing, Keep, Lane, LaneId, LaneMemory, Lanes, NoLane, Opener, OwnedConsumer, OwnedOpener,
    OwnedProducer, Producer, Ring, SliceRing,
};

/// Asks whether a type has a trait, without demanding it: where the bound holds, the type's own constant hides the
/// other one.
struct Ask<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const DEBUG: bool = false;
    const CLONE: bool = false;
}

impl<T: ?Sized> Otherwise for Ask<T> {}

impl<T: ?Sized + Send> Ask<T> {
    const SEND: bool = true;
}

impl<T: ?Sized + Sync> Ask<T> {
    const SYNC: bool = true;
}

impl<T: ?Sized + Debug> Ask<T> {
    const DEBUG: bool = true;
}

impl<T: Clone> Ask<T> {
    const CLONE: bool = true;
}

/// Items that may be sent and shared, sent, shared, neither.
macro_rules! answers {
    (|$item:ident| $type:ty) => {{
        type With<$item> = $type;
        [
            (Ask::<With<u32>>::SEND, Ask::<With<u32>>::SYNC),
            (Ask::<With<Cell<u32>>>::SEND, Ask::<With<Cell<u32>>>::SYNC),
            (Ask::<With<MutexGuard<'static, u32>>>::SEND, Ask::<With<MutexGuard<'static, u32>>>::SYNC),
            (Ask::<With<Rc<u32>>>::SEND, Ask::<With<Rc<u32>>>::SYNC),
        ]
    }};
}

/// `Send` if the item is `Send`, never `Sync`.
const SENT_NEVER_SHARED: [(bool, bool); 4] = [(true, false), (true, false), (false, false), (false, false)];
/// `Send` and `Sync` if the item is `Send`.
const SENT_AND_SHARED: [(bool, bool); 4] = [(true, true), (true, true), (false, false), (false, false)];

#[test]
fn ends_are_sent_with_their_items_and_never_shared() {
    assert_eq!(answers!(|T| Opener<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| Producer<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| Consumer<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| OwnedOpener<T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| OwnedProducer<T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| OwnedConsumer<T>), SENT_NEVER_SHARED);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(answers!(|T| Opener<'static, T, Rc<()>>), [(false, false); 4]);
    assert_eq!(answers!(|T| Producer<'static, T, Rc<()>>), [(false, false); 4]);
    assert_eq!(answers!(|T| Consumer<'static, T, Rc<()>>), [(false, false); 4]);
    assert_eq!(answers!(|T| Keep<T>), SENT_AND_SHARED);
}

#[test]
fn owners_are_sent_and_shared_if_their_items_may_be_sent() {
    assert_eq!(answers!(|T| Ring<T, 4, 2>), SENT_AND_SHARED);
    assert_eq!(answers!(|T| SliceRing<'static, T>), SENT_AND_SHARED);
    assert_eq!(answers!(|T| HeapRing<T>), SENT_AND_SHARED);
}

#[test]
fn memory_for_a_lane_is_sent_with_its_items() {
    assert_eq!(answers!(|T| LaneMemory<T>), SENT_NEVER_SHARED);
}

#[test]
fn what_is_borrowed_of_the_consumer() {
    assert_eq!(answers!(|T| Drain<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| Lanes<'static, T>), [(false, false); 4]);
    assert_eq!(answers!(|T| Lane<'static, T>), [(false, false); 4]);
}

#[test]
fn ends_of_lanes_are_not_cloned_and_openers_are() {
    assert!(Ask::<Opener<'static, Rc<u32>>>::CLONE && Ask::<OwnedOpener<Rc<u32>>>::CLONE);
    assert!(!Ask::<Producer<'static, u32>>::CLONE && !Ask::<OwnedProducer<u32>>::CLONE);
    assert!(!Ask::<Consumer<'static, u32>>::CLONE && !Ask::<OwnedConsumer<u32>>::CLONE);
}

#[test]
fn they_are_shown_whatever_they_hold() {
    struct Mute;

    assert!(Ask::<Opener<'static, Mute>>::DEBUG && Ask::<Producer<'static, Mute>>::DEBUG);
    assert!(Ask::<Consumer<'static, Mute>>::DEBUG && Ask::<Drain<'static, Mute>>::DEBUG);
    assert!(Ask::<Lane<'static, Mute>>::DEBUG && Ask::<Lanes<'static, Mute>>::DEBUG);
    assert!(Ask::<Ring<Mute, 4, 2>>::DEBUG && Ask::<HeapRing<Mute>>::DEBUG && Ask::<Keep<Mute>>::DEBUG);
    assert!(Ask::<SliceRing<'static, Mute>>::DEBUG && Ask::<LaneMemory<Mute>>::DEBUG);
}

#[test]
fn errors_are_errors() {
    fn is_error<E: Error + Copy + Eq + Send + Sync + 'static>() {}
    is_error::<NoLane>();
    fn is_key<K: Debug + Copy + Eq + std::hash::Hash + Send + Sync + 'static>() {}
    is_key::<LaneId>();
}
