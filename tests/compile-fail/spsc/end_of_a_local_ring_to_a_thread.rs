//! error[E0597]: `ring` does not live long enough

use forebay::spsc::Ring;

fn main() {
    #[cfg(not(mended))]
    let ring = Ring::<u32, 4>::new();
    #[cfg(mended)]
    static ring: Ring<u32, 4> = Ring::new();
    let (mut producer, _consumer) = ring.try_split().unwrap();
    std::thread::spawn(move || producer.push(1));
}
