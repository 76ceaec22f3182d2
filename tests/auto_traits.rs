//! What may cross threads, and what may not: every public type, for items of every kind.
//!
//! Each `unsafe impl` is checked in both directions.

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

use forebay::latest::{self, OwnedReader, OwnedWriter, Reader, TripleBuffer, Writer};
use forebay::spsc::{
    Consumer, Dense, Drain, Flagged, HeapRing, Iter, IterMut, Keep, Layout, OwnedConsumer, OwnedProducer, Producer,
    ReadRun, ReadSlot, Ring, SliceRing, Slot, WriteRun, WriteSlot,
};
use forebay::{CapacityError, InUse, PopError, PushError};
use forebay_core::mpsc;

/// Asks whether a type has a trait, without demanding it: where the bound holds, the type's own constant hides the
/// other one.
struct Ask<T: ?Sized>(PhantomData<T>);

trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNPIN: bool = false;
    const UNWIND_SAFE: bool = false;
    const REF_UNWIND_SAFE: bool = false;
    const COPY: bool = false;
    const CLONE: bool = false;
    const DEBUG: bool = false;
    const ERROR: bool = false;
}

impl<T: ?Sized> Otherwise for Ask<T> {}

impl<T: ?Sized + Send> Ask<T> {
    const SEND: bool = true;
}

impl<T: ?Sized + Sync> Ask<T> {
    const SYNC: bool = true;
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

impl<T: Copy> Ask<T> {
    const COPY: bool = true;
}

impl<T: Clone> Ask<T> {
    const CLONE: bool = true;
}

impl<T: ?Sized + Debug> Ask<T> {
    const DEBUG: bool = true;
}

impl<T: ?Sized + Error> Ask<T> {
    const ERROR: bool = true;
}

/// Items that may be sent and shared, sent, shared, neither.
type Both = u32;
type SendOnly = Cell<u32>;
type SyncOnly = MutexGuard<'static, u32>;
type Neither = Rc<u32>;

/// Whether a type is `Send` and whether it is `Sync`, for each of those items.
type Answers = [(bool, bool); 4];

macro_rules! answers {
    ($of:ident) => {
        [
            (Ask::<$of<Both>>::SEND, Ask::<$of<Both>>::SYNC),
            (Ask::<$of<SendOnly>>::SEND, Ask::<$of<SendOnly>>::SYNC),
            (Ask::<$of<SyncOnly>>::SEND, Ask::<$of<SyncOnly>>::SYNC),
            (Ask::<$of<Neither>>::SEND, Ask::<$of<Neither>>::SYNC),
        ]
    };
}

/// `Send` if the item is `Send`, never `Sync`.
const SENT_NEVER_SHARED: Answers = [(true, false), (true, false), (false, false), (false, false)];
/// `Send` and `Sync` if the item is `Send`.
const SENT_AND_SHARED: Answers = [(true, true), (true, true), (false, false), (false, false)];
/// Neither, whatever the item is.
const NEITHER: Answers = [(false, false); 4];
/// As the item.
const AS_THE_ITEM: Answers = [(true, true), (true, false), (false, true), (false, false)];

type Itself<T> = T;

#[test]
fn the_kinds_of_items_are_what_they_say() {
    assert_eq!(answers!(Itself), AS_THE_ITEM);
}

/// For both layouts.
macro_rules! each_layout {
    ($what:ident, $expected:expr, |$item:ident, $layout:ident| $type:ty) => {{
        type InDense<$item> = With<$item, Dense>;
        type InFlagged<$item> = With<$item, Flagged>;
        type With<$item, $layout> = $type;
        assert_eq!($what!(InDense), $expected, "dense: {}", stringify!($type));
        assert_eq!($what!(InFlagged), $expected, "flagged: {}", stringify!($type));
    }};
}

#[test]
fn ends_are_sent_with_their_items_and_never_shared() {
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Producer<'static, T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Consumer<'static, T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| OwnedProducer<T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| OwnedConsumer<T, L>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    each_layout!(answers, NEITHER, |T, L| Producer<'static, T, L, Rc<()>>);
    each_layout!(answers, NEITHER, |T, L| Consumer<'static, T, L, Rc<()>>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Producer<'static, T, L, Cell<()>>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Consumer<'static, T, L, Cell<()>>);
    each_layout!(answers, SENT_AND_SHARED, |T, L| Keep<T, L>);
}

#[test]
fn guards_are_sent_with_their_items_and_never_shared() {
    type InWriteRun<T> = WriteRun<'static, T>;
    type InReadRun<T> = ReadRun<'static, T>;
    assert_eq!(answers!(InWriteRun), SENT_NEVER_SHARED);
    assert_eq!(answers!(InReadRun), SENT_NEVER_SHARED);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| WriteSlot<'static, T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| ReadSlot<'static, T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Drain<'static, T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| IterMut<'static, T, L>);
    // It borrows an end, which nobody may share.
    each_layout!(answers, NEITHER, |T, L| Iter<'static, T, L>);
}

#[test]
fn owners_are_sent_and_shared_if_their_items_may_be_sent() {
    each_layout!(answers, SENT_AND_SHARED, |T, L| Ring<T, 4, L>);
    each_layout!(answers, SENT_AND_SHARED, |T, L| SliceRing<'static, T, L>);
    each_layout!(answers, SENT_AND_SHARED, |T, L| HeapRing<T, L>);
    each_layout!(answers, SENT_NEVER_SHARED, |T, L| Slot<T, L>);
}

#[test]
fn the_triple_buffer_is_sent_and_shared_if_its_values_may_be_sent() {
    assert_eq!(answers!(TripleBuffer), SENT_AND_SHARED);
    type Kept<T> = latest::Keep<T>;
    assert_eq!(answers!(Kept), SENT_AND_SHARED);
    type OfWriter<T> = Writer<'static, T>;
    type OfReader<T> = Reader<'static, T>;
    type OfWriteSlot<T> = latest::WriteSlot<'static, T>;
    type OfReadSlot<T> = latest::ReadSlot<'static, T>;
    assert_eq!(answers!(OfWriter), SENT_NEVER_SHARED);
    assert_eq!(answers!(OfReader), SENT_NEVER_SHARED);
    assert_eq!(answers!(OfWriteSlot), SENT_NEVER_SHARED);
    assert_eq!(answers!(OfReadSlot), SENT_NEVER_SHARED);
    assert_eq!(answers!(OwnedWriter), SENT_NEVER_SHARED);
    assert_eq!(answers!(OwnedReader), SENT_NEVER_SHARED);
    type WriterWithRc<T> = Writer<'static, T, Rc<()>>;
    assert_eq!(answers!(WriterWithRc), NEITHER);
    type ReaderWithRc<T> = Reader<'static, T, Rc<()>>;
    assert_eq!(answers!(ReaderWithRc), NEITHER);
}

/// The ring for several producers, with a name for each of its types.
mod many {
    use super::{Rc, mpsc};

    pub(crate) type Producer<T> = mpsc::Producer<'static, T>;
    pub(crate) type Consumer<T> = mpsc::Consumer<'static, T>;
    pub(crate) type ProducerWithRc<T> = mpsc::Producer<'static, T, Rc<()>>;
    pub(crate) type ConsumerWithRc<T> = mpsc::Consumer<'static, T, Rc<()>>;
    pub(crate) type OwnedProducer<T> = mpsc::OwnedProducer<T>;
    pub(crate) type OwnedConsumer<T> = mpsc::OwnedConsumer<T>;
    pub(crate) type Drain<T> = mpsc::Drain<'static, T>;
    pub(crate) type Keep<T> = mpsc::Keep<T>;
    pub(crate) type Ring<T> = mpsc::Ring<T, 4>;
    pub(crate) type SliceRing<T> = mpsc::SliceRing<'static, T>;
    pub(crate) type HeapRing<T> = mpsc::HeapRing<T>;
    pub(crate) type Slot<T> = mpsc::Slot<T>;
}

/// For some of those.
macro_rules! each_of_many {
    ($what:ident, $expected:expr, $($type:ident)*) => {
        $({
            type Here<T> = many::$type<T>;
            assert_eq!($what!(Here), $expected, stringify!($type));
        })*
    };
}

#[test]
fn the_ring_for_several_producers() {
    each_of_many!(answers, SENT_NEVER_SHARED, Producer Consumer OwnedProducer OwnedConsumer Drain Slot);
    each_of_many!(answers, SENT_AND_SHARED, Ring SliceRing HeapRing Keep);
    each_of_many!(answers, NEITHER, ProducerWithRc ConsumerWithRc);
    // Whatever the item is, there is one consumer and any number of producers.
    macro_rules! clone {
        ($of:ident) => {
            (Ask::<$of<Opaque>>::CLONE, Ask::<$of<Opaque>>::COPY)
        };
    }
    each_of_many!(clone, (true, false), Producer ProducerWithRc OwnedProducer Keep);
    each_of_many!(clone, (false, false), Consumer OwnedConsumer Drain Ring SliceRing HeapRing Slot);
}

#[test]
fn errors_are_as_the_value_that_they_give_back() {
    type OfPush<T> = PushError<T>;
    assert_eq!(answers!(OfPush), AS_THE_ITEM);
    type OfPop<T> = (PopError, PhantomData<T>);
    type OfCapacity<T> = (CapacityError, PhantomData<T>);
    type OfSplit<T> = (InUse, PhantomData<T>);
    assert_eq!(answers!(OfPop), AS_THE_ITEM);
    assert_eq!(answers!(OfCapacity), AS_THE_ITEM);
    assert_eq!(answers!(OfSplit), AS_THE_ITEM);
}

/// Whether a type is `Unpin`, `UnwindSafe`, `RefUnwindSafe`, for the plainest item.
macro_rules! plain {
    ($of:ident) => {
        (Ask::<$of<Both>>::UNPIN, Ask::<$of<Both>>::UNWIND_SAFE, Ask::<$of<Both>>::REF_UNWIND_SAFE)
    };
}

#[test]
fn the_other_auto_traits() {
    const ENDS: (bool, bool, bool) = (true, false, false);
    each_layout!(plain, ENDS, |T, L| Producer<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| Consumer<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| OwnedProducer<T, L>);
    each_layout!(plain, ENDS, |T, L| OwnedConsumer<T, L>);
    each_layout!(plain, ENDS, |T, L| WriteSlot<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| ReadSlot<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| Drain<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| Iter<'static, T, L>);
    each_layout!(plain, ENDS, |T, L| IterMut<'static, T, L>);
    const OWNERS: (bool, bool, bool) = (true, true, false);
    each_layout!(plain, OWNERS, |T, L| Ring<T, 4, L>);
    each_layout!(plain, OWNERS, |T, L| HeapRing<T, L>);
    each_layout!(plain, ENDS, |T, L| SliceRing<'static, T, L>);
    type OfWriter<T> = Writer<'static, T>;
    type OfReader<T> = Reader<'static, T>;
    assert_eq!(plain!(OfWriter), ENDS);
    assert_eq!(plain!(OfReader), ENDS);
    assert_eq!(plain!(OwnedWriter), ENDS);
    assert_eq!(plain!(OwnedReader), ENDS);
    assert_eq!(plain!(TripleBuffer), OWNERS);
    each_of_many!(plain, ENDS, Producer Consumer OwnedProducer OwnedConsumer Drain SliceRing);
    each_of_many!(plain, OWNERS, Ring HeapRing);
}

/// An item that has no trait at all.
struct Opaque;

#[test]
fn errors_are_errors_whatever_the_value_is() {
    assert!(!Ask::<Opaque>::DEBUG);
    assert!(Ask::<PushError<Opaque>>::ERROR && Ask::<PushError<Opaque>>::DEBUG);
    assert!(Ask::<PushError<Neither>>::ERROR);
    assert!(Ask::<PopError>::ERROR && Ask::<CapacityError>::ERROR && Ask::<InUse>::ERROR);
    assert!(Ask::<PushError<Both>>::COPY && Ask::<PopError>::COPY && Ask::<CapacityError>::COPY && Ask::<InUse>::COPY);
    assert!(!Ask::<PushError<Opaque>>::COPY && !Ask::<PushError<String>>::COPY);
    let errors: [Box<dyn Error + Send + Sync>; 4] =
        [PushError::Full("a value").into(), PopError::Empty.into(), CapacityError::Zero.into(), InUse.into()];
    for error in errors {
        assert!(!error.to_string().is_empty() && !format!("{error:?}").is_empty());
        assert!(!error.to_string().contains("a value"), "the message is the same for every value");
    }
}

#[test]
fn owners_and_ends_are_printed_whatever_the_item_is() {
    macro_rules! debug {
        ($of:ident) => {
            (Ask::<$of<Opaque>>::DEBUG, Ask::<$of<Both>>::COPY)
        };
    }
    each_layout!(debug, (true, false), |T, L| Producer<'static, T, L>);
    each_layout!(debug, (true, false), |T, L| Consumer<'static, T, L>);
    each_layout!(debug, (true, false), |T, L| OwnedProducer<T, L>);
    each_layout!(debug, (true, false), |T, L| OwnedConsumer<T, L>);
    each_layout!(debug, (true, false), |T, L| Ring<T, 4, L>);
    each_layout!(debug, (true, false), |T, L| SliceRing<'static, T, L>);
    each_layout!(debug, (true, false), |T, L| HeapRing<T, L>);
    each_layout!(debug, (true, false), |T, L| WriteSlot<'static, T, L>);
    each_layout!(debug, (true, false), |T, L| Drain<'static, T, L>);
    each_layout!(debug, (false, false), |T, L| ReadSlot<'static, T, L>);
    type OfWriter<T> = Writer<'static, T>;
    type OfReader<T> = Reader<'static, T>;
    type OfWriteSlot<T> = latest::WriteSlot<'static, T>;
    type OfReadSlot<T> = latest::ReadSlot<'static, T>;
    assert_eq!(debug!(TripleBuffer), (true, false));
    each_of_many!(debug, (true, false), Producer Consumer OwnedProducer OwnedConsumer Drain Keep);
    each_of_many!(debug, (true, false), Ring SliceRing HeapRing Slot);
    assert_eq!(debug!(OfWriter), (true, false));
    assert_eq!(debug!(OfReader), (true, false));
    assert_eq!(debug!(OfWriteSlot), (true, false));
    assert_eq!(debug!(OfReadSlot), (false, false));
}

/// What the answers above say for four items, the compiler says here for all, and for every borrow.
#[test]
fn for_every_item_that_may_be_sent() {
    fn sent<T: Send>() {}
    fn shared<T: Sync>() {}
    fn forever<T: 'static>() {}

    fn ends<'q, T: Send + 'q, L: Layout, K: Send>() {
        sent::<Producer<'q, T, L, K>>();
        sent::<Consumer<'q, T, L, K>>();
        sent::<Writer<'q, T, K>>();
        sent::<Reader<'q, T, K>>();
        sent::<mpsc::Producer<'q, T, K>>();
        sent::<mpsc::Consumer<'q, T, K>>();
    }
    fn owners<'a, T: Send + 'a, L: Layout>() {
        sent::<Ring<T, 1, L>>();
        shared::<Ring<T, 1, L>>();
        sent::<HeapRing<T, L>>();
        shared::<HeapRing<T, L>>();
        sent::<SliceRing<'a, T, L>>();
        shared::<SliceRing<'a, T, L>>();
        sent::<TripleBuffer<T>>();
        shared::<TripleBuffer<T>>();
        sent::<mpsc::Ring<T, 1>>();
        shared::<mpsc::Ring<T, 1>>();
        sent::<mpsc::HeapRing<T>>();
        shared::<mpsc::HeapRing<T>>();
        sent::<mpsc::SliceRing<'a, T>>();
        shared::<mpsc::SliceRing<'a, T>>();
    }
    fn owned<T: Send + 'static, L: Layout>() {
        sent::<OwnedProducer<T, L>>();
        sent::<OwnedConsumer<T, L>>();
        forever::<OwnedProducer<T, L>>();
        forever::<OwnedConsumer<T, L>>();
        forever::<OwnedWriter<T>>();
        forever::<OwnedReader<T>>();
        forever::<mpsc::OwnedProducer<T>>();
        forever::<mpsc::OwnedConsumer<T>>();
    }
    ends::<&str, Dense, ()>();
    ends::<&str, Flagged, ()>();
    owners::<&str, Dense>();
    owners::<&str, Flagged>();
    owned::<String, Dense>();
    owned::<String, Flagged>();
}
