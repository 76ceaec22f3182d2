//! The lock around the lines: a mutex of the standard library, or without that a critical section.

#[cfg(feature = "std")]
mod mutex {
    use crate::sync::{Mutex, always_const};

    #[derive(Debug)]
    pub(in crate::wait) struct Lock<T>(Mutex<T>);

    impl<T> Lock<T> {
        always_const! {
            pub(in crate::wait) fn new(value: T) -> Self {
                Self(Mutex::new(value))
            }
        }

        pub(in crate::wait) fn with<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
            // Nothing panics while it is held; and if it did, the lines would be as good as they were.
            change(&mut self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
        }
    }
}

#[cfg(not(feature = "std"))]
mod section {
    use core::cell::RefCell;

    use critical_section::Mutex;

    #[derive(Debug)]
    pub(in crate::wait) struct Lock<T>(Mutex<RefCell<T>>);

    impl<T> Lock<T> {
        pub(in crate::wait) const fn new(value: T) -> Self {
            Self(Mutex::new(RefCell::new(value)))
        }

        /// Nothing that runs within takes the lock: if it did, it would change nothing. So no panic is left in the images of
        /// microcontrollers.
        pub(in crate::wait) fn with<R: Default>(&self, change: impl FnOnce(&mut T) -> R) -> R {
            critical_section::with(|section| {
                let held = self.0.borrow(section).try_borrow_mut();
                debug_assert!(held.is_ok(), "who holds the lock takes it");
                held.map_or_else(|_| R::default(), |mut value| change(&mut value))
            })
        }
    }
}

#[cfg(feature = "std")]
pub(super) use mutex::Lock;
#[cfg(not(feature = "std"))]
pub(super) use section::Lock;
