//! Items of awkward shapes, all with a drop: without size, aligned like two cache lines, larger than a page, odd.

use std::cell::Cell;

thread_local! {
    /// How many items there are in this thread: an item without size can't be told from another.
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// How many items there are in this thread.
#[must_use]
pub fn alive() -> usize {
    ALIVE.get()
}

/// A member that is counted while it lives.
#[derive(Debug)]
pub struct Counted;

impl Counted {
    fn new() -> Self {
        ALIVE.set(ALIVE.get() + 1);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get().checked_sub(1).expect("an item was dropped twice"));
    }
}

/// An item that bears a number if it has room for one.
pub trait Shape: Sized {
    /// The item of that number.
    fn new(id: u8) -> Self;

    /// Looks whether it is.
    ///
    /// # Panics
    /// If the item is not the one of that number, whole and in its place.
    fn check(&self, id: u8);
}

/// Without size.
#[derive(Debug)]
pub struct Nothing(Counted);

impl Shape for Nothing {
    fn new(_id: u8) -> Self {
        Self(Counted::new())
    }

    fn check(&self, _id: u8) {
        let Self(Counted) = self;
    }
}

/// Without size, and aligned.
#[derive(Debug)]
#[repr(align(128))]
pub struct AlignedNothing(Counted);

impl Shape for AlignedNothing {
    fn new(_id: u8) -> Self {
        Self(Counted::new())
    }

    fn check(&self, _id: u8) {
        let Self(Counted) = self;
    }
}

/// Aligned like two cache lines.
#[derive(Debug)]
#[repr(align(128))]
pub struct Aligned(u8, Counted);

impl Shape for Aligned {
    fn new(id: u8) -> Self {
        Self(id, Counted::new())
    }

    fn check(&self, id: u8) {
        assert_eq!(std::ptr::from_ref(self).addr() % 128, 0, "an item out of alignment");
        assert_eq!(self.0, id);
    }
}

/// Every byte of it bears the number.
#[derive(Debug)]
pub struct Bytes<const LEN: usize>([u8; LEN], Counted);

impl<const LEN: usize> Shape for Bytes<LEN> {
    fn new(id: u8) -> Self {
        Self([id; LEN], Counted::new())
    }

    fn check(&self, id: u8) {
        assert!(self.0.iter().all(|&byte| byte == id), "a torn item");
    }
}

/// Of an odd size.
pub type Odd = Bytes<5>;
/// Larger than a page.
pub type Page = Bytes<5000>;

/// The number that an item bears.
#[must_use]
pub fn number(of: usize) -> u8 {
    u8::try_from(of % 256).expect("below 256")
}

/// A test of each shape, by a function that is generic over it.
#[macro_export]
macro_rules! each_shape {
    ($shape:ident) => {
        #[test]
        fn without_size() {
            assert_eq!(size_of::<$crate::shapes::Nothing>(), 0);
            $shape::<$crate::shapes::Nothing>();
        }

        #[test]
        fn without_size_and_aligned() {
            type T = $crate::shapes::AlignedNothing;
            assert_eq!((size_of::<T>(), align_of::<T>()), (0, 128));
            $shape::<T>();
        }

        #[test]
        fn aligned_to_128() {
            type T = $crate::shapes::Aligned;
            assert_eq!((size_of::<T>(), align_of::<T>()), (128, 128));
            $shape::<T>();
        }

        #[test]
        fn larger_than_a_page() {
            assert!(size_of::<$crate::shapes::Page>() > 4096);
            $shape::<$crate::shapes::Page>();
        }

        #[test]
        fn of_an_odd_size() {
            type T = $crate::shapes::Odd;
            assert_eq!((size_of::<T>(), align_of::<T>()), (5, 1));
            $shape::<T>();
        }
    };
}
