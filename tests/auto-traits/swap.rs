//! What of the evicting ring may cross threads, and what may not, for items of every kind.

#![allow(dead_code, reason = "of two constants of one name one is hidden")]
#![allow(
    clippy::assertions_on_constants,
    reason = "an answer is a constant, and a wrong one should fail its test alone"
)]

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;

use forebay_core::swap::{
    Consumer, HeapRing, Keep, OwnedConsumer, OwnedProducer, Producer, Ring, SliceRing, Slot, TooManyProducers,
};

/// Asks whether a type has a trait, without demanding it: where the bound holds, the type's own constant hides the
/// other one.
struct Ask<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const DEBUG: bool = false;
    const CLONE: bool = false;
    const UNPIN: bool = false;
    const UNWIND_SAFE: bool = false;
    const REF_UNWIND_SAFE: bool = false;
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

impl<T: ?Sized + Unpin> Ask<T> {
    const UNPIN: bool = true;
}

impl<T: ?Sized + UnwindSafe> Ask<T> {
    const UNWIND_SAFE: bool = true;
}

impl<T: ?Sized + RefUnwindSafe> Ask<T> {
    const REF_UNWIND_SAFE: bool = true;
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
    assert_eq!(answers!(|T| Producer<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| Consumer<'static, T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| OwnedProducer<T>), SENT_NEVER_SHARED);
    assert_eq!(answers!(|T| OwnedConsumer<T>), SENT_NEVER_SHARED);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(answers!(|T| Producer<'static, T, Rc<()>>), [(false, false); 4]);
    assert_eq!(answers!(|T| Consumer<'static, T, Rc<()>>), [(false, false); 4]);
    assert_eq!(answers!(|T| Keep<T>), SENT_AND_SHARED);
}

#[test]
fn owners_are_sent_and_shared_if_their_items_may_be_sent() {
    assert_eq!(answers!(|T| Ring<T, 4, 2>), SENT_AND_SHARED);
    assert_eq!(answers!(|T| HeapRing<T>), SENT_AND_SHARED);
    assert_eq!(answers!(|T| SliceRing<'static, T>), SENT_AND_SHARED);
    assert_eq!(answers!(|T| Slot<T>), SENT_NEVER_SHARED);
}

#[test]
fn the_other_auto_traits() {
    macro_rules! plain {
        ($of:ty) => {
            (Ask::<$of>::UNPIN, Ask::<$of>::UNWIND_SAFE, Ask::<$of>::REF_UNWIND_SAFE)
        };
    }
    const ENDS: (bool, bool, bool) = (true, false, false);
    assert_eq!(plain!(Producer<'static, u32>), ENDS);
    assert_eq!(plain!(Consumer<'static, u32>), ENDS);
    assert_eq!(plain!(OwnedProducer<u32>), ENDS);
    assert_eq!(plain!(OwnedConsumer<u32>), ENDS);
    assert_eq!(plain!(SliceRing<'static, u32>), ENDS);
    const OWNERS: (bool, bool, bool) = (true, true, false);
    assert_eq!(plain!(Ring<u32, 4, 2>), OWNERS);
    assert_eq!(plain!(HeapRing<u32>), OWNERS);
    assert_eq!(plain!(Slot<u32>), OWNERS);
}

/// What the answers above say for four items, the compiler says here for all, and for every borrow.
#[test]
fn for_every_item_that_may_be_sent() {
    fn sent<T: Send>() {}
    fn shared<T: Sync>() {}
    fn forever<T: 'static>() {}

    fn all<'q, T: Send + 'q, K: Send>() {
        sent::<Producer<'q, T, K>>();
        sent::<Consumer<'q, T, K>>();
        sent::<Ring<T, 1, 1>>();
        shared::<Ring<T, 1, 1>>();
        sent::<HeapRing<T>>();
        shared::<HeapRing<T>>();
        sent::<SliceRing<'q, T>>();
        shared::<SliceRing<'q, T>>();
        sent::<Slot<T>>();
    }
    fn owned<T: Send + 'static>() {
        forever::<OwnedProducer<T>>();
        forever::<OwnedConsumer<T>>();
    }
    all::<&str, ()>();
    owned::<String>();
}

/// An item that has no trait at all.
struct Opaque;

#[test]
fn all_is_debug_and_no_end_is_clone() {
    assert!(Ask::<Producer<'static, Opaque>>::DEBUG && Ask::<Consumer<'static, Opaque>>::DEBUG);
    assert!(Ask::<Ring<Opaque, 1>>::DEBUG && Ask::<HeapRing<Opaque>>::DEBUG && Ask::<Keep<Opaque>>::DEBUG);
    assert!(Ask::<SliceRing<'static, Opaque>>::DEBUG && Ask::<Slot<Opaque>>::DEBUG);
    assert!(!Ask::<Producer<'static, u32>>::CLONE && !Ask::<Consumer<'static, u32>>::CLONE);
    fn is_error<E: Error + Send + Sync + Copy + 'static>() {}
    is_error::<TooManyProducers>();
}
