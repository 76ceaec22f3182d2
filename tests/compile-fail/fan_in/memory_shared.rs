//! error[E0277]: cannot be shared between threads safely

use forebay_core::fan_in::LaneMemory;

fn main() {
    let lane = LaneMemory::<u32>::new();
    #[cfg(not(mended))]
    let lane = &lane;
    std::thread::scope(|threads| {
        threads.spawn(move || drop(lane));
    });
}
