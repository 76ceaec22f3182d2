//! The timer interrupt, lent to a closure for the time that another one runs in the main loop; and a lower interrupt between the
//! two, which the timer can interrupt as it interrupts the main loop.

use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use crate::board;
use crate::random::Random;

/// What the interrupt runs: a closure by address, and how to call it.
#[derive(Clone, Copy)]
struct Work {
    call: unsafe fn(*mut ()),
    closure: *mut (),
}

struct Current(UnsafeCell<Work>);

// SAFETY: the main loop writes it while the timer is stopped, and its interrupt alone reads it while the timer runs.
unsafe impl Sync for Current {}

unsafe fn nothing(_: *mut ()) {}

impl Current {
    const fn new() -> Self {
        Self(UnsafeCell::new(Work { call: nothing, closure: ptr::null_mut() }))
    }

    /// From now on it is this.
    ///
    /// # Safety
    /// The timer is stopped, and the closure is lent until it is something else.
    unsafe fn set<F: FnMut()>(&self, closure: &mut F) {
        /// # Safety
        /// `closure` is the address of an `F` that nobody else uses.
        unsafe fn call<F: FnMut()>(closure: *mut ()) {
            // SAFETY: as the caller says.
            let closure = unsafe { &mut *closure.cast::<F>() };
            closure();
        }

        // SAFETY: the timer is stopped, so nobody else looks.
        unsafe { *self.0.get() = Work { call: call::<F>, closure: ptr::from_mut(closure).cast() } };
    }

    /// # Safety
    /// The timer is stopped.
    unsafe fn clear(&self) {
        // SAFETY: the timer is stopped, so nobody else looks.
        unsafe { *self.0.get() = Work { call: nothing, closure: ptr::null_mut() } };
    }

    /// For its interrupt, which does not interrupt itself.
    fn run(&self) {
        // SAFETY: the main loop writes it only while the timer is stopped.
        let work = unsafe { *self.0.get() };
        // SAFETY: the closure is lent while it is set, and its interrupt alone calls it.
        unsafe { (work.call)(work.closure) };
    }
}

static CURRENT: Current = Current::new();
static LOWER: Current = Current::new();
/// Whether the lower interrupt is at work.
static LOWER_RUNS: AtomicBool = AtomicBool::new(false);

/// Where the main loop was interrupted: a bit per halfword of the program.
struct Places(UnsafeCell<[u32; 1024]>);

// SAFETY: the main loop looks at it while the timer is stopped, and the interrupt alone while the timer runs.
unsafe impl Sync for Places {}

static PLACES: Places = Places(UnsafeCell::new([0; 1024]));

struct Chance(UnsafeCell<Random>);

// SAFETY: only the interrupt uses it.
unsafe impl Sync for Chance {}

static CHANCE: Chance = Chance(UnsafeCell::new(Random::new(0x2545_f491)));

/// Runs `body` while the timer interrupts it again and again, at ever other instructions, to run `tick`.
pub fn during<R>(tick: &mut (impl FnMut() + Send), body: impl FnOnce() -> R) -> R {
    // SAFETY: the timer is stopped, and the closure is lent until it is again.
    unsafe { CURRENT.set(tick) };
    board::start_timer();
    let result = body();
    board::stop_timer();
    // SAFETY: the timer is stopped.
    unsafe { CURRENT.clear() };
    result
}

/// The same with a lower interrupt, which interrupts `body` to run `lower`, and is itself interrupted to run `upper`. Answers also
/// with how often that was.
pub fn during_both<R>(
    upper: &mut (impl FnMut() + Send),
    lower: &mut (impl FnMut() + Send),
    body: impl FnOnce() -> R,
) -> (R, u32) {
    let (mut nested, mut random) = (0, Random::new(0x1234_5678));
    let mut tick = || {
        nested += u32::from(LOWER_RUNS.load(Ordering::Relaxed));
        upper();
        if random.below(2) == 0 {
            board::raise_lower();
        }
    };
    // SAFETY: the timer is stopped, and nobody else raises the lower interrupt; the closure is lent until it is stopped again.
    unsafe { LOWER.set(lower) };
    board::enable_lower();
    let result = during(&mut tick, body);
    board::disable_lower();
    // SAFETY: the timer is stopped.
    unsafe { LOWER.clear() };
    (result, nested)
}

/// How many different instructions of the main loop have been interrupted since the last call.
pub fn take_places() -> u32 {
    // SAFETY: called from the main loop while the timer is stopped.
    let places = unsafe { &mut *PLACES.0.get() };
    let count = places.iter().map(|word| word.count_ones()).sum();
    places.fill(0);
    count
}

/// For the board's handler: `place` is how far into the program the interrupted instruction lies.
#[inline]
pub(crate) fn on_timer(place: u32) {
    // SAFETY: only the interrupt uses it while the timer runs, and it does not interrupt itself.
    let places = unsafe { &mut *PLACES.0.get() };
    if let Some(word) = places.get_mut(place as usize / 64) {
        *word |= 1 << (place / 2 % 32);
    }

    CURRENT.run();

    // SAFETY: only the interrupt uses it.
    let chance = unsafe { &mut *CHANCE.0.get() };
    // Mostly at once again, now and then after a longer time, so that each side is the faster one for a while.
    let pause = if chance.below(8) == 0 { 16 * chance.below(8) } else { chance.below(8) };
    board::set_timer(1 + pause);
    // The main loop goes on somewhat later each time, so that its instructions drift against the timer.
    for _ in 0..chance.below(32) {
        board::pause();
    }
}

/// For the board's handler of the lower interrupt.
pub(crate) fn on_lower() {
    LOWER_RUNS.store(true, Ordering::Relaxed);
    LOWER.run();
    LOWER_RUNS.store(false, Ordering::Relaxed);
}
