//! error[E0597]: `ring` does not live long enough

use core::num::NonZeroU32;

use forebay_core::fan_in::Ring;

#[cfg(mended)]
static RING: Ring<u32, 4, 2> = Ring::new();

fn main() {
    #[cfg(not(mended))]
    let ring = Ring::<u32, 4, 2>::new();
    #[cfg(mended)]
    let ring = &RING;
    let (opener, _consumer) = ring.try_split().unwrap();
    let mut producer = opener.open(NonZeroU32::MIN).unwrap();
    std::thread::spawn(move || producer.push(1).is_ok());
}
