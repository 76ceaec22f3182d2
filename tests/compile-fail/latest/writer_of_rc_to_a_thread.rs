//! error[E0277]: `Rc<u32>` cannot be sent between threads safely
//!
//! What is written is read in another thread.

#[cfg(not(mended))]
use std::rc::Rc;
#[cfg(mended)]
use std::sync::Arc as Rc;

fn main() {
    let (mut writer, _reader) = forebay::latest::triple_buffer::<Rc<u32>>();
    std::thread::spawn(move || writer.write(Rc::new(1)).is_some());
}
