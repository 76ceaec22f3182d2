//! error[E0597]: `ring` does not live long enough

use forebay_core::priority::Ring;

fn main() {
    #[cfg(mended)]
    let mut ring = Ring::<u32, 4, 2>::new();
    let another;
    {
        #[cfg(not(mended))]
        let mut ring = Ring::<u32, 4, 2>::new();
        let (producer, _consumer) = ring.split();
        another = producer.clone();
    }
    drop(another);
}
