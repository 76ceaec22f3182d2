//! QEMU's `virt` machine with one RISC-V hart: the CLINT's timer, its software interrupt below that, a serial line, and a
//! register that ends the run.

use core::fmt;
use core::ptr;

use riscv::asm;
use riscv::interrupt::Interrupt;
use riscv::register::mstatus::MPP;
use riscv::register::{mepc, mie, mstatus};

pub use riscv_rt::entry;

const FINISHER: *mut u32 = 0x10_0000 as *mut u32;
const SERIAL: *mut u8 = 0x1000_0000 as *mut u8;
const MSIP: *mut u32 = 0x200_0000 as *mut u32;
const MTIMECMP: *mut u32 = 0x200_4000 as *mut u32;
const MTIME: *mut u32 = 0x200_bff8 as *mut u32;
const PROGRAM: usize = 0x8000_0000;

/// What is printed goes to the serial line.
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for &byte in text.as_bytes() {
            // SAFETY: the data register of the serial line, which never makes QEMU wait.
            unsafe { ptr::write_volatile(SERIAL, byte) };
        }
        Ok(())
    }
}

/// Ends the run.
pub fn exit(success: bool) -> ! {
    let word = if success { 0x5555 } else { 1 << 16 | 0x3333 };
    // SAFETY: the register that ends the emulation.
    unsafe { ptr::write_volatile(FINISHER, word) };
    loop {}
}

/// From now on the timer interrupts, when it is set.
pub(crate) fn start_timer() {
    set_timer(1);
    // SAFETY: the handler below is there for it.
    unsafe { mie::set_mtimer() };
    // SAFETY: called from the main loop, outside any critical section.
    unsafe { mstatus::set_mie() };
}

/// The timer interrupts once, after `ticks` of a hundred instructions.
pub(crate) fn set_timer(ticks: u32) {
    // SAFETY: the clock. A run ends long before its lower half does.
    let now = unsafe { ptr::read_volatile(MTIME) };
    // SAFETY: the upper half of the alarm: never, as long as the lower half is not there.
    unsafe { ptr::write_volatile(MTIMECMP.add(1), u32::MAX) };
    // SAFETY: the lower half.
    unsafe { ptr::write_volatile(MTIMECMP, now + ticks) };
    // SAFETY: the upper half.
    unsafe { ptr::write_volatile(MTIMECMP.add(1), 0) };
}

/// The timer does not interrupt any more.
pub(crate) fn stop_timer() {
    // SAFETY: nobody waits for the timer any more.
    unsafe { mie::clear_mtimer() };
}

/// The lower interrupt can be raised.
pub(crate) fn enable_lower() {
    // SAFETY: the handler below is there for it.
    unsafe { mie::set_msoft() };
}

/// The lower interrupt comes as soon as nothing above it runs: for the timer's.
#[inline]
pub(crate) fn raise_lower() {
    // SAFETY: the register that raises it.
    unsafe { ptr::write_volatile(MSIP, 1) };
}

/// The lower interrupt doesn't come any more. It isn't raised, or the main loop would not be here.
pub(crate) fn disable_lower() {
    // SAFETY: nobody waits for it.
    unsafe { mie::clear_msoft() };
}

/// A hart has no priorities among its interrupts: so this one lets the timer's in, and keeps itself out.
#[riscv_rt::core_interrupt(Interrupt::MachineSoft)]
fn on_software() {
    // SAFETY: it was raised, and has come.
    unsafe { ptr::write_volatile(MSIP, 0) };
    // SAFETY: it is let in again at the end.
    unsafe { mie::clear_msoft() };
    let place = mepc::read();
    // SAFETY: the timer's handler may run within this one: what it changes of the hart is put back below.
    unsafe { mstatus::set_mie() };
    crate::interrupt::on_lower();
    // SAFETY: as in any handler.
    unsafe { mstatus::clear_mie() };
    // SAFETY: interrupts were let in where this one came, or it would not have come.
    unsafe { mstatus::set_mpie() };
    // SAFETY: there is no other mode here.
    unsafe { mstatus::set_mpp(MPP::Machine) };
    // SAFETY: this is where it came.
    unsafe { mepc::write(place) };
    // SAFETY: as in `enable_lower`. It comes no sooner than this has returned.
    unsafe { mie::set_msoft() };
}

/// Sleeps until an interrupt comes, unless `is_ready` says that there is something to do. Answers with whether it slept.
///
/// Nothing comes between the question and the sleep: an interrupt that is kept out wakes the core all the same, and runs after that.
pub(crate) fn sleep_unless(is_ready: impl FnOnce() -> bool) -> bool {
    riscv::interrupt::free(|| {
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

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn on_timer() {
    crate::interrupt::on_timer((mepc::read() - PROGRAM) as u32);
}
