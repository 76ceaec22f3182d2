//! error[E0277]: the trait bound `String: Copy` is not satisfied

use forebay::spsc::Ring;

#[cfg(not(mended))]
type Item = String;
#[cfg(mended)]
type Item = char;

fn main() {
    let mut ring = Ring::<Item, 4>::new();
    let (mut producer, _consumer) = ring.split();
    producer.push_slice(&[Item::default()]);
}
