//! Several threads that work the mpsc ring as fast as they can: every item is checked, and the threads wait by yielding alone.
//!
//! What the threads do is random, by fixed seeds. They run under ThreadSanitizer too, so nothing but the ring orders one
//! thread after another while they run, where a test does not say otherwise: what they share beside it are relaxed counters.
//!
//! Claims: order, answers, account, drops.

mod leaving;
mod order;
mod splitting;
mod streams;
mod work;
