//! error[E0599]: no method named `clone` found for struct

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (producer, _consumer) = ring.split();
    #[cfg(not(mended))]
    let producer = producer.clone();
    drop(producer);
}
