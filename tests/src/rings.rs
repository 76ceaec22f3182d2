//! Every ring that the seam has, with every policy, for what must hold before and behind any of them.

use std::num::NonZeroU32;

use forebay::channel::PressureEnd;
use forebay_core::seam::{Pop, Push};
use forebay_core::spsc::{Dense, Flagged};
use forebay_core::{Overflow, Refusal, Watermarks, fan_in, mpsc, priority, spsc, swap};

use crate::swap::OVERFLOWS;

/// A ring for several producers has two.
pub type Another<P> = Option<P>;

/// Which ring it is.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// For messages.
    pub name: &'static str,
    /// What a push does at full.
    pub overflow: Overflow,
}

/// Somebody who is shown the ends of each ring.
pub trait Visitor<T> {
    /// Does what has to be done with one of them.
    fn visit<P, C>(&mut self, kind: Kind, push: P, another: Another<P>, pop: C)
    where
        P: Push<Item = T> + PressureEnd + 'static,
        C: Pop<Item = T> + 'static;
}

/// Shows the ends of each ring, with these watermarks or those of a new ring. The consumers have looked for an item since those were
/// set.
///
/// # Panics
/// If there is no such ring.
pub fn each<T: 'static>(capacity: usize, marks: Option<Watermarks>, visitor: &mut impl Visitor<T>) {
    macro_rules! show {
        ($name:literal, $overflow:expr, $ends:expr, $another:expr) => {
            let (mut push, mut pop) = $ends;
            if let Some(marks) = marks {
                push.set_watermarks(marks).expect("not above the capacity");
                assert!(pop.pop().is_err());
            }
            let another = $another(&push);
            visitor.visit(Kind { name: $name, overflow: $overflow }, push, another, pop);
        };
    }
    let reject = Overflow::Reject;
    show!("spsc, dense", reject, spsc::HeapRing::<T, Dense>::new(capacity).unwrap().into_ends(), |_: &_| None);
    show!("spsc, flagged", reject, spsc::HeapRing::<T, Flagged>::new(capacity).unwrap().into_ends(), |_: &_| None);
    for refusal in [Refusal::Reject, Refusal::DropIncoming] {
        let ends = mpsc::HeapRing::<T>::with_refusal(capacity, refusal).unwrap().into_ends();
        show!("mpsc", refusal.into(), ends, |push: &mpsc::OwnedProducer<T>| Some(push.clone()));
        let (opener, pop) = fan_in::HeapRing::<T>::new(2, capacity).unwrap().into_ends();
        let lane = opener.open(NonZeroU32::MIN).unwrap();
        lane.set_refusal(refusal);
        show!("a lane", refusal.into(), (lane, pop), |_: &_| None);
    }
    for overflow in OVERFLOWS {
        let ends = swap::HeapRing::<T>::with_overflow(capacity, 1, overflow).unwrap().into_ends();
        show!("swap", overflow, ends, |_: &_| None);
        let ends = swap::HeapRing::<T>::with_overflow(capacity, 2, overflow).unwrap().into_ends();
        show!("swap for two", overflow, ends, |push: &swap::OwnedProducer<T>| Some(push.try_clone().unwrap()));
        // All of one class, which is then a queue as the others are.
        let class = (|_| 1) as fn(&T) -> usize;
        let (mut push, mut pop) = priority::HeapRing::<T, 2>::with_overflow(capacity, overflow).unwrap().into_ends();
        if let Some(marks) = marks {
            push.set_watermarks(marks).expect("not above the capacity");
            assert!(pop.pop().is_err());
        }
        let another = Some(push.clone().by(class));
        visitor.visit(Kind { name: "priority", overflow }, push.by(class), another, pop);
    }
}
