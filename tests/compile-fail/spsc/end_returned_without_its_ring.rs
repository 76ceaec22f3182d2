//! error[E0515]: cannot return value referencing local variable `ring`

use forebay::spsc::{Consumer, HeapRing, Producer};

#[cfg(not(mended))]
fn ends() -> (Producer<'static, u32>, Consumer<'static, u32>) {
    let mut ring = HeapRing::new(4).unwrap();
    ring.split()
}

#[cfg(mended)]
fn ends(ring: &mut HeapRing<u32>) -> (Producer<'_, u32>, Consumer<'_, u32>) {
    ring.split()
}

fn main() {
    #[cfg(not(mended))]
    drop(ends());
    #[cfg(mended)]
    drop(ends(&mut HeapRing::new(4).unwrap()));
}
