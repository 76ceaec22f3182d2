//! error[E0597]: `ring` does not live long enough

use forebay::conflated::Ring;

fn main() {
    #[cfg(mended)]
    let mut ring = Ring::<u32, 2>::new();
    let mut consumer;
    {
        #[cfg(not(mended))]
        let mut ring = Ring::<u32, 2>::new();
        consumer = ring.split().1;
    }
    assert!(consumer.pop().is_err());
}
