//! error[E0599]: no method named `write_run` found for struct

use forebay::spsc::{Dense, Flagged, Ring};

#[cfg(not(mended))]
type Layout = Flagged;
#[cfg(mended)]
type Layout = Dense;

fn main() {
    let mut ring = Ring::<u32, 4, Layout>::new();
    let (mut producer, _consumer) = ring.split();
    producer.write_run(2).fill([1, 2]);
    drop::<Option<Flagged>>(None);
}
