//! What the firmware images share: a board with a timer interrupt and one below it, items that can be checked, and the traffic between
//! the interrupt and the main loop.
//!
//! The images of the feature `critical-section` need compare-and-swap, which cores without it do within one. The others don't:
//! [`ring!`] hands out a `&'static mut` ring, and its ends use loads and stores alone.
//!
//! Claims: progress, order, pressure, waiting, firmware.

#![no_std]

pub mod batch;
#[cfg_attr(target_arch = "arm", path = "board/arm.rs")]
#[cfg_attr(target_arch = "riscv32", path = "board/riscv.rs")]
pub mod board;
#[cfg(feature = "critical-section")]
pub mod executor;
pub mod interrupt;
pub mod item;
#[cfg(feature = "critical-section")]
pub mod lanes;
#[cfg(feature = "critical-section")]
pub mod newest;
#[cfg(feature = "critical-section")]
pub mod overload;
#[cfg(feature = "critical-section")]
pub mod readings;
#[cfg(feature = "critical-section")]
pub mod rings;
#[cfg(feature = "critical-section")]
pub mod streams;
#[cfg(feature = "critical-section")]
pub mod tasks;
pub mod traffic;

mod random;

/// So many items, or fewer on the machine that is the slowest in the emulator.
#[must_use]
pub const fn items(few: u32, many: u32) -> u32 {
    if cfg!(slowest) { few } else { many }
}

/// A `&'static mut` ring of its own for this place in the program, which must be reached once only.
///
/// This is what firmware without an allocator and without atomic swaps writes to get `'static` ends:
/// `split` on a mutable static. Its use is sound because the place is reached once, before any interrupt runs that
/// knows the ring, and nobody else can name the static.
#[macro_export]
macro_rules! ring {
    ($item:ty, $capacity:literal, $layout:ty) => {
        $crate::ring!($crate::Ring<$item, $capacity, $layout>)
    };
    ($ring:ty) => {{
        static mut RING: $ring = <$ring>::new();
        // SAFETY: this is the only reference that is ever made: the caller comes here once, and no one else sees RING.
        unsafe { &mut *::core::ptr::addr_of_mut!(RING) }
    }};
}

pub use forebay_core::spsc::Ring;

/// Prints a line to whoever runs the image.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => {
        ::core::fmt::Write::write_fmt(&mut $crate::board::Console, ::core::format_args!("{}\n", ::core::format_args!($($part)*)))
            .unwrap_or_else(|_| $crate::board::exit(false))
    };
}

/// The panic handler of an image in which there is no panic: it is linked only if none is left in it.
#[macro_export]
macro_rules! no_panic {
    () => {
        #[panic_handler]
        fn panic(_: &::core::panic::PanicInfo<'_>) -> ! {
            unsafe extern "C" {
                // Nobody has this symbol: whoever can get here can't be linked.
                safe fn a_panic_is_left_in_this_image() -> !;
            }
            a_panic_is_left_in_this_image()
        }
    };
}

/// For the panic handlers of the images: tells where, and ends the run as a failure.
pub fn report_panic(info: &core::panic::PanicInfo<'_>) -> ! {
    say!("{info}");
    board::exit(false)
}
