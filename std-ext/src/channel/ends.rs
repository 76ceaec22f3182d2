//! The ends of the rings as ends of channels: what each of them can promise.

mod classes;
mod lanes;
mod newest;
mod queues;

/// An end of a ring that says how pressed it is by methods of the same names, or one behind it does; and what it counts.
macro_rules! pressed_end {
    ($room:expr, [$($generics:tt)+] $end:ty $(, $behind:ident)? $(; $with:ident = $count:expr)* $(;; $meets:ident)?) => {
        impl<$($generics)+> $crate::channel::End for $end {
            const ROOM: $crate::channel::Room = $room;
            const HAS_PRESSURE: bool = true;
            $(const $meets: bool = true;)?

            #[inline]
            fn has_changed(&self, seen: &mut $crate::Seen) -> bool {
                self$(.$behind())?.pressure_since(seen).is_some()
            }

            fn level(&self) -> Option<$crate::Pressure> {
                Some($crate::channel::PressureEnd::pressure(self))
            }

            fn counts(&self) -> $crate::channel::RingCounts {
                $crate::channel::RingCounts::default()$(.$with(($count)(self)))*
            }
        }

        impl<$($generics)+> $crate::channel::PressureEnd for $end {
            #[inline]
            fn pressure(&self) -> $crate::Pressure {
                self$(.$behind())?.pressure()
            }

            #[inline]
            fn pressure_since(&self, seen: &mut $crate::Seen) -> Option<$crate::Pressure> {
                self$(.$behind())?.pressure_since(seen)
            }
        }
    };
}
use pressed_end;

/// How an end that never evicts goes by a policy: by its own, where it can't by the one that is asked of it.
macro_rules! goes_by_refusal {
    ($item:ty) => {
        fn push_under(
            &mut self,
            overflow: $crate::Overflow,
            value: $item,
        ) -> Result<$crate::Pushed<$item>, $crate::PushError<$item>> {
            match $crate::Refusal::try_from(overflow) {
                Ok(refusal) => self.push_under(refusal, value),
                Err($crate::NeverEvicts) => self.push(value),
            }
            .map(|()| $crate::Pushed::Stored)
        }

        fn waits_at_full(&self) -> bool {
            self.refusal() == $crate::Refusal::Reject
        }
    };
}
use goes_by_refusal;
