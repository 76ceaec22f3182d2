//! error[E0597]: `ring` does not live long enough

use forebay_core::priority::Ring;

#[cfg(mended)]
static RING: Ring<u32, 4, 2> = Ring::new();

fn main() {
    #[cfg(not(mended))]
    let ring = Ring::<u32, 4, 2>::new();
    #[cfg(mended)]
    let ring = &RING;
    let (producer, _consumer) = ring.try_split().unwrap();
    let mut another = producer.clone();
    std::thread::spawn(move || another.push(0, 1).is_ok());
}
