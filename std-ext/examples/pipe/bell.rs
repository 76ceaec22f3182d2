//! A doorbell: sleeping until something changes, and saying that it has.

use std::hint;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

/// Lets threads sleep until another says that something may have changed.
///
/// They must not miss each other: the sleeper says that it sleeps and then looks once more at what it waits for; the
/// ringer changes that and then looks whether anybody sleeps. With a fence between the two steps on both sides, at least
/// one of them sees what the other did.
pub(crate) struct Bell {
    /// Somebody may be asleep.
    asleep: AtomicBool,
    /// Held by a sleeper from before it says so until it is really asleep.
    bed: Mutex<()>,
    wake: Condvar,
}

impl Bell {
    pub(crate) const fn new() -> Self {
        Self { asleep: AtomicBool::new(false), bed: Mutex::new(()), wake: Condvar::new() }
    }

    /// Whether somebody sleeps, or has just been about to.
    #[cfg(test)]
    pub(crate) fn is_needed(&self) -> bool {
        self.asleep.load(Ordering::Relaxed)
    }

    /// Asks `ready` until it answers.
    pub(crate) fn wait<R>(&self, mut ready: impl FnMut() -> Option<R>) -> R {
        if let Some(answer) = linger(&mut ready) {
            return answer;
        }
        let mut bed = self.bed.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            self.asleep.store(true, Ordering::Relaxed);
            // [B1] SeqCst: pairs with [B2]. Orders: `asleep` before our look at the ring.
            fence(Ordering::SeqCst);
            if let Some(answer) = ready() {
                // Others may be asleep, so that stays as it is, and the next ring is in vain at worst.
                return answer;
            }
            bed = self.wake.wait(bed).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Wakes all sleepers, if there are any.
    pub(crate) fn ring(&self) {
        // [B2] SeqCst: pairs with [B1]. Orders: our change of the ring before our look at `asleep`.
        fence(Ordering::SeqCst);
        // One ring wakes, so that pushes do not pay for a sleeper that is only slow to rise.
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::Relaxed) {
            drop(self.bed.lock().unwrap_or_else(PoisonError::into_inner));
            self.wake.notify_all();
        }
    }
}

const SPINS: u32 = 16;
const YIELDS: u32 = 16;

/// Asks `ready` for some microseconds, first on this core alone, then letting others run between.
pub(crate) fn linger<R>(mut ready: impl FnMut() -> Option<R>) -> Option<R> {
    for turn in 0..SPINS + YIELDS {
        if let Some(answer) = ready() {
            return Some(answer);
        }
        if turn < SPINS { hint::spin_loop() } else { thread::yield_now() }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU32};
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::*;

    /// Sleepers who wait for one flag.
    struct Sleepers {
        bell: Arc<Bell>,
        flag: Arc<AtomicBool>,
        woken: mpsc::Receiver<()>,
    }

    impl Sleepers {
        /// As many, of whom each has looked for the last time before its sleep.
        fn new(count: u32) -> Self {
            let (bell, flag, looks) = (Arc::new(Bell::new()), Arc::new(AtomicBool::new(false)), Arc::default());
            let (wakes, woken) = mpsc::channel();
            for _ in 0..count {
                let (bell, flag, wakes) = (bell.clone(), flag.clone(), wakes.clone());
                let looks: Arc<AtomicU32> = Arc::clone(&looks);
                thread::spawn(move || {
                    bell.wait(|| {
                        looks.fetch_add(1, Ordering::Relaxed);
                        flag.load(Ordering::Relaxed).then_some(())
                    });
                    wakes.send(())
                });
            }
            while looks.load(Ordering::Relaxed) < count * (SPINS + YIELDS + 1) {
                thread::yield_now();
            }
            Self { bell, flag, woken }
        }

        /// Sets the flag and rings once.
        fn wake(&self) {
            self.flag.store(true, Ordering::Relaxed);
            self.bell.ring();
        }

        #[track_caller]
        fn assert_woken(&self, count: u32) {
            (0..count).for_each(|_| self.woken.recv_timeout(Duration::from_secs(60)).expect("woken in time"));
        }
    }

    #[test]
    fn one_ring_wakes_all() {
        let sleepers = Sleepers::new(3);
        sleepers.wake();
        sleepers.assert_woken(3);
    }

    #[test]
    fn who_need_not_sleep_lets_the_others_be_woken() {
        let sleepers = Sleepers::new(1);
        let mut looks = 0;
        // Ready at the last look before the sleep.
        sleepers.bell.wait(|| {
            looks += 1;
            (looks > SPINS + YIELDS).then_some(())
        });
        sleepers.wake();
        sleepers.assert_woken(1);
    }
}
