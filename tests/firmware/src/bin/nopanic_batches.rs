//! As `nopanic`, with every way in and every way out: none of them leaves a panic in the image either.

#![no_std]
#![no_main]

use forebay_core::spsc::Dense;
use forebay_firmware::{board, interrupt, ring};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    let ring: &'static mut _ = ring!(u8, 7, Dense);
    let (mut producer, mut consumer) = ring.split();
    let mut pushed = 0usize;
    let mut tick = || {
        pushed += producer.push_slice(&[1, 1]);
        pushed += producer.write_run(2).copy_from_slice(&[1, 1, 1]);
        pushed += producer.write_run(1).fill([1]);
        let mut run = producer.write_run(3);
        let len = run.len();
        let (one, two) = run.as_mut_slices();
        for slot in one.iter_mut().chain(two) {
            slot.write(1);
        }
        // SAFETY: every slot of the run was written.
        unsafe { run.commit(len) };
        pushed += len;
        if let Ok(slot) = producer.write_slot() {
            slot.write(1);
            pushed += 1;
        }
        pushed += usize::from(!producer.is_full() && producer.free() > 0 && producer.push(1).is_ok());
        pushed += producer.push_iter([1; 3]);
    };
    let popped = interrupt::during(&mut tick, || {
        let mut popped = 0usize;
        while popped < 10_000 {
            let mut values = [0; 3];
            let count = consumer.pop_slice(&mut values);
            popped += values.iter().take(count).map(|&value| usize::from(value)).sum::<usize>();
            let run = consumer.read_run(2);
            let (one, two) = run.as_slices();
            let sum = one.iter().chain(two).map(|&value| usize::from(value)).sum();
            run.release(sum);
            popped += sum;
            if let Ok(slot) = consumer.read_slot() {
                popped += usize::from(*slot);
                slot.release();
            }
            let sum = consumer.iter().take(2).map(|&value| usize::from(value)).sum();
            popped += consumer.drain().take(sum).count();
            if consumer.peek().is_some() && !consumer.is_empty() && consumer.pop().is_ok() {
                popped += 1;
            }
            if consumer.is_full() {
                popped += consumer.clear();
            }
        }
        popped
    });
    board::exit(popped + consumer.len() == pushed)
}
