//! error[E0277]: `Rc<()>` cannot be sent between threads safely
//!
//! The function that tells keys goes with the end.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

fn main() {
    let held = Rc::new(());
    let (producer, _consumer) = forebay::conflated::ring::<u32>(2).unwrap();
    let mut keyed = producer.by(move |_: &u32| Rc::strong_count(&held));
    std::thread::spawn(move || keyed.push(1).is_ok());
}
