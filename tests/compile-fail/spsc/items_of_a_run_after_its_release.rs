//! error[E0505]: cannot move out of `run` because it is borrowed

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (_producer, mut consumer) = ring.split();
    let run = consumer.read_run(4);
    let (first, _second) = run.as_slices();
    #[cfg(mended)]
    let first = first.to_vec();
    run.release(4);
    drop(first.first());
}
