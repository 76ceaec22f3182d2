//! As `nopanic_mpsc`, with all that its ends can do: none of it leaves a panic in the image either.

#![no_std]
#![no_main]

use forebay_core::mpsc::Ring;
use forebay_core::{PopError, Refusal};
use forebay_firmware::{board, interrupt};

forebay_firmware::no_panic!();

#[board::entry]
fn main() -> ! {
    static RING: Ring<usize, 7> = Ring::with_refusal(Refusal::DropIncoming);

    let Ok((mut first, mut consumer)) = RING.try_split() else { board::exit(false) };
    let mut second = first.clone();
    let mut pushed = 0;
    let mut tick = || {
        pushed += first.push_iter([1; 3]);
        // One that doesn't say how many there are, and one that says too much.
        pushed += second.push_iter((0..4).filter(|number| number % 2 == 1).map(|_| 1));
        pushed += first.push_iter(Says(2));
        pushed += usize::from(!second.is_full() && second.free() > 0 && second.push(1).is_ok());
        pushed += usize::from(second.is_empty() && second.len() == 0 && second.push(1).is_ok());
        if second.shed() > 10 {
            second.set_refusal(Refusal::Reject);
        }
    };
    let mut popped = interrupt::during(&mut tick, || {
        let mut popped = 0;
        while popped < 10_000 {
            popped += consumer.drain().take(2).sum::<usize>();
            popped += consumer.pop().unwrap_or(0);
            if consumer.is_full() || consumer.free() < 3 {
                consumer.pop_all(|item| popped += item);
            }
            if consumer.lost() > 0 && consumer.refusal() == Refusal::Reject {
                consumer.set_refusal(Refusal::DropIncoming);
            }
        }
        popped
    });
    consumer.close();
    let refused = first.is_closed() && second.push(1).is_err_and(|error| error.is_closed());
    popped += consumer.drain().sum::<usize>();
    let closed = consumer.pop() == Err(PopError::Closed) && consumer.is_empty() && consumer.is_closed();
    drop((first, second, consumer));
    board::exit(popped == pushed && refused && closed && RING.try_split().is_ok())
}

/// An iterator that says that there are three items more than there are.
struct Says(usize);

impl Iterator for Says {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.0 = self.0.checked_sub(1)?;
        Some(1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0 + 3, None)
    }
}
