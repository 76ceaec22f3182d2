//! error[E0597]: `lobby` does not live long enough
//!
//! Openers tell the receiver in the lobby that they have gone.

use forebay::channel::Lobby;
use forebay::fan_in::Ring;

fn main() {
    let mut ring = Ring::<u32, 1, 1>::new();
    let (opener, consumer) = ring.split();
    #[cfg(mended)]
    let lobby = Lobby::<2>::new();
    let ends;
    {
        #[cfg(not(mended))]
        let lobby = Lobby::<2>::new();
        ends = lobby.lanes(opener, consumer);
    }
    drop(ends);
}
