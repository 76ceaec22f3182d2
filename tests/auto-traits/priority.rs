//! The ring by importance.

use std::rc::Rc;

use forebay_core::priority::{
    By, ByClass, Consumer, Drain, HeapRing, Keep, OwnedConsumer, OwnedProducer, Producer, Ring, SliceRing, Slot,
};

use crate::ask::{
    BORROWER, CLONED_END, CLONED_KEEP, END, NEITHER, OWNER, SLOT, each_is, forever, sent, shared, traits,
};

#[test]
fn ends() {
    each_is!(CLONED_END, |T| Producer<'static, T, 2>, |T| OwnedProducer<T, 2>);
    each_is!(CLONED_END, |T| By<'static, T, fn(&T) -> usize, 2>);
    each_is!(END, |T| Consumer<'static, T, 2>, |T| OwnedConsumer<T, 2>);
    each_is!(END, |T| Drain<'static, T, 2>, |T| ByClass<'static, T, 2>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(traits!(|T| Producer<'static, T, 2, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Consumer<'static, T, 2, Rc<()>>).crossing, NEITHER);
    each_is!(CLONED_KEEP, |T| Keep<T, 2>);
}

#[test]
fn owners() {
    each_is!(OWNER, |T| Ring<T, 4, 2>, |T| HeapRing<T, 2>);
    each_is!(BORROWER, |T| SliceRing<'static, T, 2>);
    each_is!(SLOT, |T| Slot<T, 2>);
}

#[test]
fn for_every_item_that_may_be_sent() {
    const fn all<'q, T: Send + 'q, K: Send>() {
        sent::<Producer<'q, T, 2, K>>();
        sent::<Consumer<'q, T, 2, K>>();
        sent::<Ring<T, 1, 1>>();
        shared::<Ring<T, 1, 1>>();
        sent::<HeapRing<T, 1>>();
        shared::<HeapRing<T, 1>>();
        sent::<SliceRing<'q, T, 1>>();
        shared::<SliceRing<'q, T, 1>>();
        sent::<Slot<T, 1>>();
    }
    const fn owned<T: Send + 'static>() {
        forever::<OwnedProducer<T, 2>>();
        forever::<OwnedConsumer<T, 2>>();
    }
    all::<&str, ()>();
    owned::<String>();
}
