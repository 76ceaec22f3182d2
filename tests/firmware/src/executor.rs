//! A minimal executor: a flag for each task, which its waker sets, and sleep while none is set.

use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, RawWaker, RawWakerVTable, Waker};

use crate::board;

/// Whether a task is to be polled. It is a `static`, and any number of wakers may set it, from an interrupt too.
pub struct Flag(AtomicBool);

impl Flag {
    /// A task that is to be polled: nobody has looked yet what it waits for.
    #[allow(clippy::new_without_default, reason = "for statics")]
    pub const fn new() -> Self {
        Self(AtomicBool::new(true))
    }

    /// As a waker does.
    pub fn set(&self) {
        // Release: pairs with the load in `take`. What the task is woken for comes before.
        self.0.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        // Relaxed: `take` looks again.
        self.0.load(Ordering::Relaxed)
    }

    /// Whether it was set, which it is no more. If it is set again before that, the poll that follows sees what for.
    fn take(&self) -> bool {
        // Acquire: pairs with the store in `set`.
        let was_set = self.0.load(Ordering::Acquire);
        if was_set {
            // Relaxed: as above. And only then: it may have been set since we looked.
            self.0.store(false, Ordering::Relaxed);
        }
        was_set
    }

    fn waker(&'static self) -> Waker {
        const VTABLE: RawWakerVTable = RawWakerVTable::new(|flag| RawWaker::new(flag, &VTABLE), set, set, |_| ());

        /// # Safety
        /// It is the address of a static flag.
        unsafe fn set(flag: *const ()) {
            // SAFETY: as the caller says.
            let flag = unsafe { &*flag.cast::<Flag>() };
            flag.set();
        }

        // SAFETY: the data is the address of a static flag, which can be shared; the functions do nothing but set it.
        unsafe { Waker::new(core::ptr::from_ref(self).cast(), &VTABLE) }
    }
}

/// Runs tasks until all are done. Answers with how often there was nothing to do, and the core slept.
pub fn run<const N: usize>(tasks: [Pin<&mut dyn Future<Output = ()>>; N], flags: &'static [Flag; N]) -> u32 {
    let (mut tasks, mut left, mut slept) = (tasks.map(Some), N, 0);
    loop {
        for (task, flag) in tasks.iter_mut().zip(flags) {
            if !flag.take() {
                continue;
            }
            let Some(future) = task else { continue };
            if future.as_mut().poll(&mut Context::from_waker(&flag.waker())).is_ready() {
                *task = None;
                left -= 1;
            }
        }
        if left == 0 {
            return slept;
        }
        slept += u32::from(board::sleep_unless(|| flags.iter().any(Flag::is_set)));
    }
}
