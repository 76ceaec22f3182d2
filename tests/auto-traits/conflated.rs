//! The conflated ring.

use std::error::Error;
use std::rc::Rc;

use forebay_core::conflated::{
    Consumer, HeapRing, Keep, KeyMemory, Keyed, NoKey, OwnedConsumer, OwnedProducer, Producer, Ring, SliceRing, Values,
};

use crate::ask::{AS_THE_ITEM, BORROWER, END, KEEP, NEITHER, OWNER, SLOT, each_is, forever, sent, shared, traits};

#[test]
fn ends() {
    each_is!(END, |T| Producer<'static, T>, |T| OwnedProducer<T>);
    each_is!(END, |T| Consumer<'static, T>, |T| OwnedConsumer<T>);
    each_is!(END, |T| Keyed<'static, T, fn(&T) -> usize>, |T| Values<'static, T>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(traits!(|T| Producer<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Consumer<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Keyed<'static, T, fn(&T) -> usize, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Keyed<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Values<'static, T, Rc<()>>).crossing, NEITHER);
    each_is!(KEEP, |T| Keep<T>);
}

#[test]
fn owners() {
    each_is!(OWNER, |T| Ring<T, 4>, |T| HeapRing<T>);
    each_is!(BORROWER, |T| SliceRing<'static, T>);
    each_is!(SLOT, |T| KeyMemory<T>);
}

#[test]
fn for_every_value_that_may_be_sent() {
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

#[test]
fn a_key_that_is_none_is_an_error_as_the_value() {
    assert_eq!(traits!(|T| NoKey<T>).crossing, AS_THE_ITEM);
    const fn is_error<E: Error>() {}
    is_error::<NoKey<Rc<u32>>>();
}
