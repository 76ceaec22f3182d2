//! The triple buffer.

use std::rc::Rc;

use forebay::latest::{Keep, OwnedReader, OwnedWriter, ReadSlot, Reader, TripleBuffer, WriteSlot, Writer};

use crate::ask::{END, KEEP, NEITHER, OWNER, Traits, each_is, forever, sent, shared, traits};

#[test]
fn ends() {
    each_is!(END, |T| Writer<'static, T>, |T| OwnedWriter<T>, |T| WriteSlot<'static, T>);
    each_is!(END, |T| Reader<'static, T>, |T| OwnedReader<T>);
    // It shows its value.
    each_is!(Traits { debug: false, ..END }, |T| ReadSlot<'static, T>);
}

#[test]
fn what_keeps_the_buffer_must_be_sent_too() {
    assert_eq!(traits!(|T| Writer<'static, T, Rc<()>>).crossing, NEITHER);
    assert_eq!(traits!(|T| Reader<'static, T, Rc<()>>).crossing, NEITHER);
    each_is!(KEEP, |T| Keep<T>);
}

#[test]
fn owners() {
    each_is!(OWNER, |T| TripleBuffer<T>);
}

#[test]
fn for_every_value_that_may_be_sent() {
    const fn all<'q, T: Send + 'q, K: Send>() {
        sent::<Writer<'q, T, K>>();
        sent::<Reader<'q, T, K>>();
        sent::<TripleBuffer<T>>();
        shared::<TripleBuffer<T>>();
    }
    const fn owned<T: Send + 'static>() {
        forever::<OwnedWriter<T>>();
        forever::<OwnedReader<T>>();
    }
    all::<&str, ()>();
    owned::<String>();
}
