//! Tasks that wait, on a minimal executor that sleeps when none is ready: with the interrupt as a sender and as the receiver, over
//! rings and a lobby in statics.

#![no_std]
#![no_main]

use core::panic::PanicInfo;

use forebay::channel::Lobby;
use forebay::{mpsc, spsc};
use forebay_firmware::item::Reading;
use forebay_firmware::tasks::{SEATS, to_interrupt, to_task};
use forebay_firmware::{board, say};

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    forebay_firmware::report_panic(info)
}

const ITEMS: u32 = 2000;

static LOBBY: Lobby<SEATS> = Lobby::new();

// As the README says.
const _: () = assert!(size_of::<Lobby<2>>() == 272 && size_of::<Lobby<3>>() == 272 + 48);

#[board::entry]
fn main() -> ! {
    let mut items = 0;
    macro_rules! run {
        ($($kind:ident $capacity:literal $($way:ident)*;)*) => {$({
            static RING: $kind::Ring<Reading, $capacity> = $kind::Ring::new();
            $({
                let (producer, consumer) = RING.try_split().expect("both ends are back");
                let (sender, receiver) = LOBBY.ends(producer, consumer).expect("all seats are free");
                let figures = run!($kind $way sender receiver);
                items += figures.items;
                say!("{} {:2} {:12}: {figures}", stringify!($kind), $capacity, stringify!($way));
            })*
        })*};
        (spsc to_task $sender:ident $receiver:ident) => { to_task($sender, [None, None], $receiver, ITEMS) };
        (spsc to_interrupt $sender:ident $receiver:ident) => { to_interrupt($sender, None, $receiver, ITEMS) };
        (mpsc to_task $sender:ident $receiver:ident) => {{
            let others = [(); 2].map(|()| Some($sender.try_clone().expect("there is a seat")));
            assert!($sender.try_clone().is_err(), "there is none for a fifth");
            to_task($sender, others, $receiver, ITEMS)
        }};
        (mpsc to_interrupt $sender:ident $receiver:ident) => {{
            let other = $sender.try_clone().expect("there is a seat");
            to_interrupt($sender, Some(other), $receiver, ITEMS)
        }};
    }
    run! {
        spsc 1 to_task to_interrupt to_task;
        spsc 7 to_task to_interrupt;
        mpsc 1 to_task to_interrupt to_task;
        mpsc 7 to_task to_interrupt;
        mpsc 32 to_task to_interrupt;
    }
    say!("items checked: {items}");
    board::exit(true)
}
