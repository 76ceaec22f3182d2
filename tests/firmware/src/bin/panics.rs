//! As `nopanic`, with a panic in it: this image is not linked, or the others were linked for nothing.

#![no_std]
#![no_main]

use core::hint::black_box;

use forebay_firmware::board;

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    board::exit([true, false][black_box(0)])
}
