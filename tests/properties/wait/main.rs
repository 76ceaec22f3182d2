//! Properties of waiting, on one thread that is a free executor: whatever order polls, wakes, cancellations and ends that come
//! and go have, nothing is lost, and nobody sleeps when what it waits for is there.

mod orders;
