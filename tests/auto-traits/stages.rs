//! Stages: what counts is there once, and what counts nothing may be had twice.

use core::marker::PhantomData;

use forebay_core::admission::{Classes, Gate, Sampler, Sampling, Thresholds, Weighing};
use forebay_core::expiry::{Expiring, MaxAge, Stamped, Stamping};
use forebay_core::mpsc;

use crate::ask::{Ask, Otherwise as _};

type Clock = fn() -> u64;
type Producer = mpsc::Producer<'static, u32>;
type Sample = Sampler<u32, &'static Sampling>;
type ByClass = Classes<u32, &'static Thresholds<2>, fn(&u32) -> usize, 2>;

/// Whether a type is `Clone`, where all is that it holds.
macro_rules! clones {
    ($($type:ty),* $(,)?) => {
        [$(Ask::<$type>::CLONE),*]
    };
}

#[test]
fn what_counts_is_there_once() {
    assert_eq!(clones!(Producer, Clock, &'static Sampling, PhantomData<u32>), [true; 4]);
    assert_eq!(clones!(Sample, Weighing<()>, ByClass, Gate<Producer, ()>), [false; 4]);
    assert_eq!(clones!(Expiring<(), Clock, &'static MaxAge, fn(u32)>), [false]);
    assert_eq!(clones!(Stamping<mpsc::Producer<'static, Stamped<u32>>, Clock>), [true]);
}
