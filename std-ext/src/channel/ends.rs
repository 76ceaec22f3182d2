//! The ends of the rings as ends of channels: what each of them can promise.

mod lanes;
mod queues;

/// An end of a ring that says how pressed it is by methods of the same names.
macro_rules! pressed_end {
    ($room:expr, [$($generics:tt)+] $end:ty) => {
        impl<$($generics)+> $crate::channel::End for $end {
            const ROOM: $crate::channel::Room = $room;

            #[inline]
            fn has_changed(&self, seen: &mut $crate::Seen) -> bool {
                self.pressure_since(seen).is_some()
            }
        }

        impl<$($generics)+> $crate::channel::PressureEnd for $end {
            #[inline]
            fn pressure(&self) -> $crate::Pressure {
                self.pressure()
            }

            #[inline]
            fn pressure_since(&self, seen: &mut $crate::Seen) -> Option<$crate::Pressure> {
                self.pressure_since(seen)
            }
        }
    };
}
use pressed_end;
