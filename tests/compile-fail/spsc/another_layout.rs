//! error[E0277]: the trait bound `Mine: forebay_core::spsc::layout::sealed::Layout` is not satisfied

struct Mine;

#[cfg(not(mended))]
impl forebay::spsc::Layout for Mine {}

fn main() {
    drop(Mine);
}
