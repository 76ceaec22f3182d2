//! error[E0382]: use of moved value: `ring`

use forebay::spsc::HeapRing;

fn main() {
    let ring = HeapRing::<u32>::new(4).unwrap();
    let first = ring.into_ends();
    #[cfg(mended)]
    let ring = HeapRing::<u32>::new(4).unwrap();
    let second = ring.into_ends();
    drop((first, second));
}
