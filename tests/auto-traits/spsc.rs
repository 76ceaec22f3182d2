//! The ring for one producer and one consumer, in both layouts.

use std::cell::Cell;
use std::rc::Rc;

use forebay::spsc::{
    Consumer, Dense, Drain, Flagged, HeapRing, Iter, IterMut, Keep, Layout, OwnedConsumer, OwnedProducer, Producer,
    ReadRun, ReadSlot, Ring, SliceRing, Slot, WriteRun, WriteSlot,
};

use crate::ask::{
    BORROWER, END, KEEP, NEITHER, OWNER, SENT_NEVER_SHARED, SLOT, Traits, each_is, forever, sent, shared, traits,
};

/// For both layouts.
macro_rules! in_each_layout {
    ($expected:expr, |$item:ident, $layout:ident| $type:ty) => {{
        type With<$item, $layout> = $type;
        each_is!($expected, |T| With<T, Dense>, |T| With<T, Flagged>);
    }};
}

#[test]
fn ends() {
    in_each_layout!(END, |T, L| Producer<'static, T, L>);
    in_each_layout!(END, |T, L| Consumer<'static, T, L>);
    in_each_layout!(END, |T, L| OwnedProducer<T, L>);
    in_each_layout!(END, |T, L| OwnedConsumer<T, L>);
}

#[test]
fn what_keeps_the_ring_must_be_sent_too() {
    assert_eq!(traits!(|T| Producer<'static, T, Dense, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Consumer<'static, T, Dense, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Producer<'static, T, Flagged, Cell<()>>).crossing, SENT_NEVER_SHARED);
    assert_eq!(traits!(|T| Consumer<'static, T, Flagged, Cell<()>>).crossing, SENT_NEVER_SHARED);
    in_each_layout!(KEEP, |T, L| Keep<T, L>);
}

#[test]
fn guards() {
    each_is!(END, |T| WriteRun<'static, T>);
    in_each_layout!(END, |T, L| WriteSlot<'static, T, L>);
    in_each_layout!(END, |T, L| Drain<'static, T, L>);
    in_each_layout!(END, |T, L| IterMut<'static, T, L>);
    // These show their items.
    const SHOWS: Traits = Traits { debug: false, ..END };
    each_is!(SHOWS, |T| ReadRun<'static, T>);
    in_each_layout!(SHOWS, |T, L| ReadSlot<'static, T, L>);
    // It borrows an end, which nobody may share.
    in_each_layout!(Traits { crossing: NEITHER, clone: (true, false), ..END }, |T, L| Iter<'static, T, L>);
}

#[test]
fn owners() {
    in_each_layout!(OWNER, |T, L| Ring<T, 4, L>);
    in_each_layout!(OWNER, |T, L| HeapRing<T, L>);
    in_each_layout!(BORROWER, |T, L| SliceRing<'static, T, L>);
    in_each_layout!(SLOT, |T, L| Slot<T, L>);
}

#[test]
fn for_every_item_that_may_be_sent() {
    const fn ends<'q, T: Send + 'q, L: Layout, K: Send>() {
        sent::<Producer<'q, T, L, K>>();
        sent::<Consumer<'q, T, L, K>>();
    }
    const fn owners<'a, T: Send + 'a, L: Layout>() {
        sent::<Ring<T, 1, L>>();
        shared::<Ring<T, 1, L>>();
        sent::<HeapRing<T, L>>();
        shared::<HeapRing<T, L>>();
        sent::<SliceRing<'a, T, L>>();
        shared::<SliceRing<'a, T, L>>();
    }
    const fn owned<T: Send + 'static, L: Layout>() {
        sent::<OwnedProducer<T, L>>();
        sent::<OwnedConsumer<T, L>>();
        forever::<OwnedProducer<T, L>>();
        forever::<OwnedConsumer<T, L>>();
    }
    ends::<&str, Dense, ()>();
    ends::<&str, Flagged, ()>();
    owners::<&str, Dense>();
    owners::<&str, Flagged>();
    owned::<String, Dense>();
    owned::<String, Flagged>();
}
