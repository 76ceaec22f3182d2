//! The ring of lanes: there is one consumer, any number of openers, and one producer to a lane.

use std::error::Error;
use std::fmt::Debug;
use std::hash::Hash;
use std::rc::Rc;

use forebay_core::fan_in::{
    ByLane, Consumer, Drain, HeapRing, Keep, Lane, LaneId, LaneMemory, Lanes, NoLane, Opener, OwnedConsumer,
    OwnedOpener, OwnedProducer, Producer, Ring, SliceRing,
};

use crate::ask::{
    CLONED_END, CLONED_KEEP, END, NEITHER, OWNER, SENT_NEVER_SHARED, Traits, each_is, forever, sent, shared, traits,
};

#[test]
fn ends() {
    each_is!(CLONED_END, |T| Opener<'static, T>, |T| OwnedOpener<T>);
    each_is!(END, |T| Producer<'static, T>, |T| OwnedProducer<T>);
    each_is!(END, |T| Consumer<'static, T>, |T| OwnedConsumer<T>, |T| Drain<'static, T>, |T| ByLane<'static, T>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(traits!(|T| Opener<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Producer<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Consumer<'static, T, Rc<()>>).crossing, NEITHER);
    each_is!(CLONED_KEEP, |T| Keep<T>);
}

#[test]
fn owners() {
    // The consumer's ends of the lanes lie in it, and point at them.
    const OWNED: Traits = Traits { unwind: (false, false), ..OWNER };
    each_is!(OWNED, |T| Ring<T, 4, 2>, |T| HeapRing<T>, |T| SliceRing<'static, T>);
    each_is!(Traits { crossing: SENT_NEVER_SHARED, ..OWNED }, |T| LaneMemory<T>);
}

#[test]
fn what_is_borrowed_of_the_consumer() {
    let seen = Traits { crossing: NEITHER, ..END };
    each_is!(seen, |T| Lanes<'static, T>, |T| Lane<'static, T>);
}

#[test]
fn for_every_item_that_may_be_sent() {
    const fn all<'q, T: Send + 'q, K: Send>() {
        sent::<Opener<'q, T, K>>();
        sent::<Producer<'q, T, K>>();
        sent::<Consumer<'q, T, K>>();
        sent::<Ring<T, 1, 1>>();
        shared::<Ring<T, 1, 1>>();
        sent::<HeapRing<T>>();
        shared::<HeapRing<T>>();
        sent::<SliceRing<'q, T>>();
        shared::<SliceRing<'q, T>>();
    }
    const fn owned<T: Send + 'static>() {
        forever::<OwnedOpener<T>>();
        forever::<OwnedProducer<T>>();
        forever::<OwnedConsumer<T>>();
    }
    all::<&str, ()>();
    owned::<String>();
}

#[test]
fn errors_are_errors_and_a_lane_is_a_key() {
    const fn is_error<E: Error + Copy + Eq + Send + Sync + 'static>() {}
    is_error::<NoLane>();
    const fn is_key<K: Debug + Copy + Eq + Hash + Send + Sync + 'static>() {}
    is_key::<LaneId>();
}
