//! error[E0599]: its trait bounds were not satisfied
//!
//! Where there always is room there is no pressure.

use forebay::channel;

fn main() {
    #[cfg(mended)]
    let (mut sender, _receiver) = channel::conflated(2, |&number: &usize| number).unwrap();
    #[cfg(not(mended))]
    let (mut sender, _receiver) = channel::latest::<usize>();
    drop(sender.pressure_changed());
}
