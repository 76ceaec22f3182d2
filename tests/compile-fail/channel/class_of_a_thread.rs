//! error[E0277]: cannot be sent between threads safely
//!
//! A sender goes nowhere where its function can't go.

use std::rc::Rc;
use std::sync::Arc;

use forebay::{Overflow, channel};

fn main() {
    #[cfg(not(mended))]
    let table = Rc::new([0, 1]);
    #[cfg(mended)]
    let table = Arc::new([0, 1]);
    let class_of = move |&number: &usize| table[number];
    let (sender, _receiver) = channel::priority::<2, _, _>(1, Overflow::Reject, class_of).unwrap();
    std::thread::spawn(move || drop(sender));
}
