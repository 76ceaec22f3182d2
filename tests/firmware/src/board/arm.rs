//! Cortex-M: SysTick, PendSV below it, and semihosting to print and to end the run.

use core::arch::global_asm;
use core::fmt;

use cortex_m::asm;
use cortex_m::peripheral::scb::SystemHandler;
use cortex_m::peripheral::{SCB, SYST, syst::SystClkSource};
use cortex_m_semihosting::{debug, hio};

pub use cortex_m_rt::entry;
use cortex_m_rt::exception;

/// Cycles of the timer for one tick.
const TICK: u32 = 8;

/// What is printed goes to whoever debugs, here QEMU.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        hio::hstdout().and_then(|mut out| out.write_all(text.as_bytes())).map_err(|()| fmt::Error)
    }
}

/// Ends the run.
pub fn exit(success: bool) -> ! {
    debug::exit(if success { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}

/// From now on the timer interrupts, when it is set.
pub(crate) fn start_timer() {
    let mut timer = timer();
    timer.set_clock_source(SystClkSource::Core);
    timer.enable_interrupt();
    set_timer(1);
    timer.enable_counter();
}

/// The timer interrupts after `ticks`, and then again and again after as many, until it is set anew.
pub(crate) fn set_timer(ticks: u32) {
    let mut timer = timer();
    timer.set_reload(ticks * TICK);
    timer.clear_current();
}

/// The timer does not interrupt any more.
pub(crate) fn stop_timer() {
    let mut timer = timer();
    timer.disable_counter();
    timer.disable_interrupt();
    SCB::clear_pendst();
    asm::dsb();
    asm::isb();
}

/// The lower interrupt can be raised. It is of the least priority, and the timer's is the highest.
pub(crate) fn enable_lower() {
    // SAFETY: only this module uses it.
    let mut block = unsafe { cortex_m::Peripherals::steal() }.SCB;
    // SAFETY: no critical section goes by priorities.
    unsafe { block.set_priority(SystemHandler::PendSV, 0xff) };
}

/// The lower interrupt comes as soon as nothing above it runs: for the timer's.
#[inline]
pub(crate) fn raise_lower() {
    SCB::set_pendsv();
}

/// The lower interrupt doesn't come any more. It isn't raised, or the main loop would not be here.
pub(crate) fn disable_lower() {
    SCB::clear_pendsv();
}

#[exception]
fn PendSV() {
    crate::interrupt::on_lower();
}

fn timer() -> SYST {
    // SAFETY: only this module uses the timer, and the main loop leaves it to the interrupt while it runs.
    unsafe { cortex_m::Peripherals::steal() }.SYST
}

/// Sleeps until an interrupt comes, unless `is_ready` says that there is something to do. Answers with whether it slept.
///
/// Nothing comes between the question and the sleep: an interrupt that is kept out wakes the core all the same, and runs after that.
pub(crate) fn sleep_unless(is_ready: impl FnOnce() -> bool) -> bool {
    cortex_m::interrupt::free(|_| {
        let sleeps = !is_ready();
        if sleeps {
            asm::wfi();
        }
        sleeps
    })
}

/// One instruction that does nothing.
#[inline(always)]
pub(crate) fn pause() {
    asm::nop();
}

// The handler in assembly finds the address of the interrupted instruction, before the compiler moves the stack.
global_asm!(
    ".section .text.SysTick, \"ax\"",
    ".global SysTick",
    ".type SysTick, %function",
    ".thumb_func",
    "SysTick:",
    "ldr r0, [sp, #24]",
    "ldr r1, =on_systick",
    "bx r1",
    ".ltorg",
);

#[unsafe(no_mangle)]
extern "C" fn on_systick(place: u32) {
    crate::interrupt::on_timer(place);
}
