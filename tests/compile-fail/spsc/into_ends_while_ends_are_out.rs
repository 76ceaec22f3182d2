//! error[E0505]: cannot move out of `ring` because it is borrowed

use forebay::spsc::HeapRing;

fn main() {
    let mut ring = HeapRing::<u32>::new(4).unwrap();
    let (mut producer, _) = ring.split();
    let _ = producer.push(1);
    #[cfg(mended)]
    drop(producer);
    let ends = ring.into_ends();
    drop(ends);
}
