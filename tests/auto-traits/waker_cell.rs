//! The cell of one that waits: it goes everywhere, and so does its registrar, unless what keeps the cell does not.

use std::cell::Cell;
use std::sync::Arc;

use forebay_core::waker_cell::{Registrar, WakerCell};

use crate::ask::{Ask, Otherwise, sent, shared};

#[test]
fn cells() {
    sent::<WakerCell>();
    shared::<WakerCell>();
}

#[test]
fn registrars() {
    sent::<Registrar<&WakerCell>>();
    shared::<Registrar<&WakerCell>>();
    sent::<Registrar<Arc<WakerCell>>>();
    shared::<Registrar<Arc<WakerCell>>>();
    type OfOneThread = (WakerCell, Cell<u8>);
    assert_eq!((Ask::<Registrar<&OfOneThread>>::SEND, Ask::<Registrar<&OfOneThread>>::SYNC), (false, false));
    assert_eq!((Ask::<Registrar<Arc<OfOneThread>>>::SEND, Ask::<Registrar<Arc<OfOneThread>>>::SYNC), (false, false));
}
