//! A ring as a part of a larger one, which has its memory and says when which end is made.

use super::consumer::Rx;
use super::depth::Turns;
use super::layout::sealed::Side;
use super::producer::Tx;
use super::view::{Ctl, View};
use super::{Consumer, Dense, Producer, Slot};
use crate::gauge::{WatermarkError, Watermarks, settle};
use crate::owner::{End, Engine};
use crate::position::Capacity;
use crate::sync::{Claim, Ordering};

/// The shared words of such a ring.
pub(crate) struct LaneCtl(Ctl);

impl LaneCtl {
    pub(crate) const fn new() -> Self {
        Self(Ctl::new())
    }
}

/// A ring by address. Its ends are `'static` as far as the compiler knows: whoever makes them sees to it that they go before
/// the ring does.
pub(crate) struct Lane<T>(View<T, Dense>);

impl<T> Clone for Lane<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Lane<T> {}

impl<T> Lane<T> {
    /// # Safety
    /// `slots` has `capacity` slots, and they and `ctl` outlive this and all that is made of it.
    pub(crate) unsafe fn new(ctl: &LaneCtl, slots: &[Slot<T>], capacity: Capacity) -> Self {
        // SAFETY: as the caller says.
        Self(unsafe { View::new(&ctl.0, slots, capacity) })
    }

    /// For whoever has the lane to itself: if there was a producer's end that was forgotten, it is gone.
    pub(crate) fn forget_producer(self) {
        // Relaxed: nobody else has the lane.
        self.0.ctl().ends.producer.store(false, Ordering::Relaxed);
    }

    /// How many items are inside. For whoever has the lane to itself.
    pub(crate) fn settled(self) -> usize {
        self.0.settled().1
    }

    /// Changes where the pressure rises and falls. The ends go by the old marks until they look again.
    pub(crate) fn set_watermarks(self, marks: Watermarks) -> Result<(), WatermarkError> {
        self.0.gauge().set_marks(marks, self.0.capacity().get())
    }

    /// The right to decide about the ends, for who makes both at once.
    pub(crate) fn claim(&self) -> &Claim {
        self.0.claim()
    }

    /// Whether an end is out. As [`Engine::has_ends`].
    pub(crate) fn has_ends(&self) -> bool {
        self.0.has_ends()
    }

    /// The consumer's end. The level is that of what is inside.
    ///
    /// # Safety
    /// It is the only one, and no producer's end is at work.
    pub(crate) unsafe fn consumer(self) -> Consumer<'static, T> {
        self.0.arm();
        // SAFETY: as the caller says.
        let rx = unsafe { Rx::new(self.0, self.0.at_rest()) };
        self.0.gauge().open();
        settle(self.0.depth(rx.head(), Side::Consumer, Turns::at(rx.head())));
        // SAFETY: as the caller of `new` says.
        Consumer::new(unsafe { End::of(rx) })
    }

    /// A producer's end, with the watermarks of a new ring.
    ///
    /// # Safety
    /// It is the only one. The consumer's end doesn't touch the lane until it is told that this one is there, and all that it
    /// did before happened before.
    pub(crate) unsafe fn producer(self) -> Producer<'static, T> {
        self.0.gauge().forget_marks();
        // SAFETY: as the caller says.
        let tx = unsafe { Tx::new(self.0, self.0.at_rest()) };
        // SAFETY: as the caller of `new` says.
        Producer::new(unsafe { End::of(tx) })
    }

    /// Drops what is left inside.
    ///
    /// # Safety
    /// No ends are at work, and none will be.
    pub(crate) unsafe fn drop_rest(self) {
        // SAFETY: as the caller says.
        unsafe { Engine::drop_rest(self.0) };
    }
}
