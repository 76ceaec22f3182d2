//! error[E0277]: cannot be shared between threads safely

use forebay_core::conflated::KeyMemory;

fn main() {
    let key = KeyMemory::<u32>::new();
    #[cfg(not(mended))]
    let key = &key;
    std::thread::scope(|threads| {
        threads.spawn(move || drop(key));
    });
}
