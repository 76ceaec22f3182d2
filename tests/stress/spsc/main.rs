//! Two threads that work the spsc ring as fast as they can: every item is checked, and the threads wait by yielding alone.
//!
//! What the threads do is random, by fixed seeds. They run under ThreadSanitizer too, so nothing but the ring orders one
//! thread after the other while they run: what they share beside it are relaxed counters.
//!
//! Claims: order, drops.

mod leaving;
mod moving;
mod splitting;
mod streams;
mod work;
