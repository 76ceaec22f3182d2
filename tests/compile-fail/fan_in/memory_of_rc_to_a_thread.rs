//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! Memory of lanes is sent as their items are.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

use forebay_core::fan_in::LaneMemory;

fn main() {
    let lane = LaneMemory::<Rc<u32>>::new();
    std::thread::spawn(move || drop(lane));
}
