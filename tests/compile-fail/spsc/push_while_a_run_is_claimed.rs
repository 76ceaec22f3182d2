//! error[E0499]: cannot borrow `producer` as mutable more than once at a time

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<u32, 4>::new();
    let (mut producer, _consumer) = ring.split();
    let run = producer.write_run(2);
    #[cfg(mended)]
    run.fill([1, 2]);
    let _ = producer.push(2);
    #[cfg(not(mended))]
    run.fill([1, 2]);
}
