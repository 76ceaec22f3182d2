//! forebay's rings for one producer, as the seam has them: for questions about what stands before or behind any ring.

use forebay::seam::{Pop, Push};
use forebay::{Watermarks, mpsc, spsc, swap};

/// One of our rings.
pub(super) trait Ring {
    const NAME: &'static str;

    /// Its ends, with these marks, or those of a new ring: high at full.
    fn ends<T: Send + 'static>(
        capacity: usize,
        marks: Option<Watermarks>,
    ) -> (impl Push<Item = T> + Send, impl Pop<Item = T> + Send);
}

/// Sets the watermarks at both ends.
macro_rules! rings {
    ($($ring:ident $name:literal $made:expr;)*) => {$(
        pub(super) struct $ring;

        impl Ring for $ring {
            const NAME: &'static str = $name;

            fn ends<T: Send + 'static>(
                capacity: usize,
                marks: Option<Watermarks>,
            ) -> (impl Push<Item = T> + Send, impl Pop<Item = T> + Send) {
                let (mut tx, mut rx) = $made(capacity).expect("there is memory for the ring");
                if let Some(marks) = marks {
                    tx.set_watermarks(marks).and(rx.set_watermarks(marks)).expect("not above the capacity");
                }
                (tx, rx)
            }
        }
    )*};
}

rings! {
    Spsc "spsc" spsc::ring;
    Mpsc "mpsc" mpsc::ring;
    Swap "swap" |capacity| swap::HeapRing::new(capacity, 1).map(swap::HeapRing::into_ends);
}

/// At three quarters of the capacity, and at one.
pub(super) fn marks(capacity: usize) -> Watermarks {
    Watermarks::new(capacity / 4 * 3, capacity / 4).expect("high above low")
}
