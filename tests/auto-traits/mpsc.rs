//! The ring for several producers: there is one consumer, and any number of producers.

use std::rc::Rc;

use forebay_core::mpsc::{
    Consumer, Drain, HeapRing, Keep, OwnedConsumer, OwnedProducer, Producer, Ring, SliceRing, Slot,
};

use crate::ask::{
    BORROWER, CLONED_END, CLONED_KEEP, END, NEITHER, OWNER, SLOT, each_is, forever, sent, shared, traits,
};

#[test]
fn ends() {
    each_is!(CLONED_END, |T| Producer<'static, T>, |T| OwnedProducer<T>);
    each_is!(END, |T| Consumer<'static, T>, |T| OwnedConsumer<T>, |T| Drain<'static, T>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(traits!(|T| Producer<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Consumer<'static, T, Rc<()>>).crossing, NEITHER);
    each_is!(CLONED_KEEP, |T| Keep<T>);
}

#[test]
fn owners() {
    each_is!(OWNER, |T| Ring<T, 4>, |T| HeapRing<T>);
    each_is!(BORROWER, |T| SliceRing<'static, T>);
    each_is!(SLOT, |T| Slot<T>);
}

#[test]
fn for_every_item_that_may_be_sent() {
    const fn all<'q, T: Send + 'q, K: Send>() {
        sent::<Producer<'q, T, K>>();
        sent::<Consumer<'q, T, K>>();
        sent::<Ring<T, 1>>();
        shared::<Ring<T, 1>>();
        sent::<HeapRing<T>>();
        shared::<HeapRing<T>>();
        sent::<SliceRing<'q, T>>();
        shared::<SliceRing<'q, T>>();
    }
    const fn owned<T: Send + 'static>() {
        forever::<OwnedProducer<T>>();
        forever::<OwnedConsumer<T>>();
    }
    all::<&str, ()>();
    owned::<String>();
}
