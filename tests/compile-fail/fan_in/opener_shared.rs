//! error[E0277]: cannot be shared between threads safely
//!
//! Each thread has a clone of its own.

use forebay_core::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 2>::new();
    let (opener, _consumer) = ring.split();
    std::thread::scope(|threads| {
        #[cfg(not(mended))]
        let opener = &opener;
        #[cfg(mended)]
        let opener = opener.clone();
        threads.spawn(move || opener.is_closed());
    });
}
