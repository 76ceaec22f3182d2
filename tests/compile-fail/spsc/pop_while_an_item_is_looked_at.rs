//! error[E0502]: cannot borrow `consumer` as mutable because it is also borrowed as immutable

use forebay::spsc::Ring;

fn main() {
    let mut ring = Ring::<String, 4>::new();
    let (_producer, mut consumer) = ring.split();
    let text = consumer.peek();
    #[cfg(mended)]
    let text = text.cloned();
    let _ = consumer.pop();
    drop(text);
}
