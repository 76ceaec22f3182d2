//! Errors are as the value that they give back, and errors whatever that is.

#![allow(
    clippy::assertions_on_constants,
    reason = "an answer is a constant, and a wrong one should fail its test alone"
)]

use std::error::Error;
use std::marker::PhantomData;

use forebay::{CapacityError, InUse, PopError, PushError};

use crate::ask::{AS_THE_ITEM, Ask, Both, Neither, Opaque, Otherwise as _, traits};

#[test]
fn they_are_sent_and_shared_as_the_value() {
    assert_eq!(traits!(|T| PushError<T>).crossing, AS_THE_ITEM);
    assert_eq!(traits!(|T| (PopError, PhantomData<T>)).crossing, AS_THE_ITEM);
    assert_eq!(traits!(|T| (CapacityError, PhantomData<T>)).crossing, AS_THE_ITEM);
    assert_eq!(traits!(|T| (InUse, PhantomData<T>)).crossing, AS_THE_ITEM);
}

#[test]
fn they_are_errors_whatever_the_value_is() {
    assert!(Ask::<PushError<Opaque>>::ERROR && Ask::<PushError<Opaque>>::DEBUG);
    assert!(Ask::<PushError<Neither>>::ERROR);
    assert!(Ask::<PopError>::ERROR && Ask::<CapacityError>::ERROR && Ask::<InUse>::ERROR);
    assert!(Ask::<PushError<Both>>::COPY && Ask::<PopError>::COPY && Ask::<CapacityError>::COPY && Ask::<InUse>::COPY);
    assert!(!Ask::<PushError<Opaque>>::COPY && !Ask::<PushError<String>>::COPY);
}

#[test]
fn the_message_is_the_same_for_every_value() {
    let errors: [Box<dyn Error + Send + Sync>; 4] =
        [PushError::Full("a value").into(), PopError::Empty.into(), CapacityError::Zero.into(), InUse.into()];
    for error in errors {
        assert!(!error.to_string().is_empty() && !format!("{error:?}").is_empty());
        assert!(!error.to_string().contains("a value"));
    }
}
