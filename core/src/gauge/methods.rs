//! What every end says of its ring's pressure: the same methods with the same words, once.
//!
//! An end has `self.$end.ring.gauge()`, the ring as its gauge has to know it by `self.$end.depth()`, and `self.$end.look_at_marks()`, which makes it look at the marks with its next operation.

/// The methods of a producer's end; of its ring are the examples, and what is to be added to the words that all have.
macro_rules! producer_pressure {
    (
        $end:ident;
        pressure: { $(#[$closed:meta])+ }, { $(#[$more:meta])* }, { $(#[$example:meta])+ }
        pressure_since: { $(#[$since_example:meta])+ }
        set_watermarks: { $(#[$others:meta])+ }
    ) => {
        $crate::gauge::methods::pressure! {
            $end;
            /// How pressed the ring is: the signal for producers to slow down.
            ///
            /// It is [`Slow`](Pressure::Slow) from when the ring is filled up to the high [watermark](Watermarks), and
            /// [`Stop`](Pressure::Stop) from when it is full, until it has been emptied down to the low one; then it is
            /// [`Open`](Pressure::Open) again. Without watermarks set, it is `Stop` from full until half empty.
            $(#[$closed])+
            ///
            /// The ring changes it by itself: the push that fills it up to a mark, or is refused, before it returns, and the pop
            /// that empties it, or finds nothing. It is never stuck: once a pop has found nothing, and no push is under way, it is
            /// `Open`. Where another end lowers it at the same moment it may be too low, until the next push. A consumer that
            /// waits for items by other means than looking again has to look once more before it does, after a
            /// [`fence(SeqCst)`](core::sync::atomic::fence).
            $(#[$more])*
            ///
            /// # Progress
            /// Wait-free: one relaxed load of a line that is written seldom; in a ring with room for one, as [`len`](Self::len).
            ///
            /// # Examples
            $(#[$example])+
            pressure;
            /// The pressure, if it has changed since it was last `seen`: for a driver that sends a frame at each change, say.
            ///
            /// It is told whenever it has changed since the last look, however often, and not again: what is told is the level that there
            /// is now, which may be the one that was told before.
            ///
            /// # Progress
            /// As [`pressure`](Self::pressure).
            ///
            /// # Examples
            $(#[$since_example])+
            pressure_since;
            /// Changes where the pressure rises and falls, from the next push of this end on.
            $(#[$others])+
            set_watermarks;
        }
    };
}

/// The methods of a consumer's end.
macro_rules! consumer_pressure {
    ($end:ident) => {
        $crate::gauge::methods::pressure! {
            $end;
            /// How pressed the ring is, as its producers see it: see [`Producer::pressure`](super::Producer::pressure).
            ///
            /// # Progress
            /// As there.
            pressure;
            /// The pressure, if it has changed since it was last `seen`: see
            /// [`Producer::pressure_since`](super::Producer::pressure_since).
            ///
            /// # Progress
            /// As there.
            pressure_since;
            /// Changes where the pressure rises and falls: see [`Producer::set_watermarks`](super::Producer::set_watermarks).
            set_watermarks;
        }
    };
}

macro_rules! pressure {
    (
        $end:ident;
        $(#[$pressure:meta])+ pressure;
        $(#[$since:meta])+ pressure_since;
        $(#[$set:meta])+ set_watermarks;
    ) => {
        /// How full the ring is, from 0 to 255, which says that every slot is taken.
        ///
        /// # Progress
        /// As [`len`](Self::len).
        #[must_use]
        pub fn fill(&self) -> u8 {
            $crate::gauge::fill(self.len(), self.capacity())
        }

        $(#[$pressure])+
        #[must_use]
        #[inline]
        pub fn pressure(&self) -> Pressure {
            $crate::gauge::pressure(&self.$end.depth())
        }

        $(#[$since])+
        #[inline]
        pub fn pressure_since(&self, seen: &mut Seen) -> Option<Pressure> {
            $crate::gauge::pressure_since(&self.$end.depth(), seen)
        }

        /// Where the pressure rises and falls.
        #[must_use]
        pub fn watermarks(&self) -> Watermarks {
            self.$end.ring.gauge().marks(self.capacity())
        }

        $(#[$set])+
        ///
        /// # Errors
        /// If the high mark is above the capacity.
        pub fn set_watermarks(&mut self, marks: Watermarks) -> Result<(), WatermarkError> {
            let capacity = self.capacity();
            self.$end.ring.gauge().set_marks(marks, capacity)?;
            self.$end.look_at_marks();
            Ok(())
        }
    };
}

pub(crate) use {consumer_pressure, pressure, producer_pressure};
