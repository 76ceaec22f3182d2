//! As `nopanic`, with a task that waits for each item, and an executor: its size less that of `bare` is the price of all that.

#![no_std]
#![no_main]

use core::cell::Cell;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;

use forebay::channel::Lobby;
use forebay::spsc::Ring;
use forebay_firmware::executor::{self, Flag};
use forebay_firmware::{board, interrupt};

forebay_firmware::no_panic!();

static RING: Ring<u8, 64> = Ring::new();
static LOBBY: Lobby<2> = Lobby::new();
static FLAGS: [Flag; 1] = [Flag::new()];

#[board::entry]
fn main() -> ! {
    board::exit(works() == Some(true))
}

fn works() -> Option<bool> {
    let (producer, consumer) = RING.try_split().ok()?;
    let (mut sender, mut receiver) = LOBBY.ends(producer, consumer).ok()?;
    let mut next = 0;
    let mut tick = || {
        if sender.try_send(next).is_ok() {
            next = next.wrapping_add(1);
        }
    };
    let right = Cell::new(true);
    let (mut expected, mut left) = (0u8, 1000);
    // Not an `async` block: the compiler's panic would be in that, for who polls it after its end.
    let receive = pin!(poll_fn(|cx| {
        while left > 0 {
            let Poll::Ready(item) = receiver.poll_recv(cx) else { return Poll::Pending };
            right.set(item == Ok(expected) && right.get());
            (expected, left) = (expected.wrapping_add(1), left - 1);
        }
        Poll::Ready(())
    }));
    interrupt::during(&mut tick, || executor::run([receive], &FLAGS));
    Some(right.get())
}
