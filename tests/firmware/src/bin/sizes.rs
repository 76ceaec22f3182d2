//! Says how many bytes the memory of each ring takes, for 64 items of one byte, and those of its ends.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay::channel::{Lobby, Receiver, Sender};
use forebay_core::{conflated, fan_in, latest, mpsc, priority, spsc, swap};
use forebay_firmware::{board, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

#[board::entry]
fn main() -> ! {
    macro_rules! sizes {
        ($($name:literal: $ring:ty, $producer:ty, $consumer:ty;)*) => {$(
            say!("{} {} {} {}", $name, size_of::<$ring>(), size_of::<$producer>(), size_of::<$consumer>());
        )*};
    }
    sizes! {
        "spsc": spsc::Ring<u8, 64>, spsc::Producer<'static, u8>, spsc::Consumer<'static, u8>;
        "latest": latest::TripleBuffer<u8>, latest::Writer<'static, u8>, latest::Reader<'static, u8>;
        "conflated": conflated::Ring<u8, 64>, conflated::Producer<'static, u8>, conflated::Consumer<'static, u8>;
        "mpsc": mpsc::Ring<u8, 64>, mpsc::Producer<'static, u8>, mpsc::Consumer<'static, u8>;
        "swap": swap::Ring<u8, 64>, swap::Producer<'static, u8>, swap::Consumer<'static, u8>;
        "fan_in": fan_in::Ring<u8, 64, 2>, fan_in::Producer<'static, u8>, fan_in::Consumer<'static, u8>;
        "priority": priority::Ring<u8, 64, 2>, priority::Producer<'static, u8, 2>, priority::Consumer<'static, u8, 2>;
        "channel": (spsc::Ring<u8, 64>, Lobby<2>), Sender<spsc::Producer<'static, u8>, &'static Lobby<2>>,
            Receiver<spsc::Consumer<'static, u8>, &'static Lobby<2>>;
    }
    board::exit(true)
}
