//! Both sides of a credit with a peer that means harm: any bytes as frames, any positions of items, any times, among what the
//! two would do with each other.
//!
//! The input is a header of three bytes, and steps of a byte and what it needs. Every input is valid.
//!
//! Claims: rate, misuse.

#![no_main]

use forebay_core::credit::{Frame, FrameError, Granter, MAX_WINDOW, Spender};
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_STEPS: usize = 500;

const LIFETIME: u64 = 100;
const RENEWAL: u64 = 30;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&[shape, session, clock], mut rest)) = data.split_first_chunk() else { return Corpus::Reject };
    let window = match shape {
        255 => MAX_WINDOW,
        shape => 1 + u32::from(shape % 16),
    };
    let mut case = Case {
        window,
        granter: Granter::new(window, session, RENEWAL).expect("right"),
        spender: Spender::new(window, session, LIFETIME).expect("right"),
        // Time may wrap.
        now: u64::MAX - u64::from(clock),
        held: 0,
    };
    for _ in 0..MAX_STEPS {
        if !case.step(&mut rest) {
            break;
        }
    }
    Corpus::Keep
});

struct Case {
    window: u32,
    granter: Granter,
    spender: Spender,
    now: u64,
    held: u32,
}

/// The next bytes of the input.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (&bytes, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(bytes)
}

impl Case {
    /// Whether there was one.
    fn step(&mut self, rest: &mut &[u8]) -> bool {
        let Some([what]) = take(rest) else { return false };
        match what % 10 {
            0 => self.bytes(rest, false),
            1 => self.bytes(rest, true),
            2 => {
                if let Some(bytes) = take(rest) {
                    self.item(u32::from_be_bytes(bytes));
                }
            }
            3 => {
                if let Some(position) = self.spender.spend(self.now) {
                    self.item(position);
                }
            }
            // Lost on the way.
            4 => {
                let _ = self.spender.spend(self.now);
            }
            5 => {
                let items = u32::from(what / 20);
                // Told as what has left, or as what is left.
                let told = if what / 10 % 2 == 0 {
                    self.granter.release(items).map(|()| items)
                } else {
                    self.granter.release_all_but(items as usize)
                };
                match told {
                    Ok(left) => {
                        assert!(what / 10 % 2 == 0 || left == self.held - items);
                        self.held -= left;
                    }
                    Err(error) => assert!(items > self.held && error.held == self.held),
                }
            }
            6 => {
                if let Some(frame) = self.granter.grant_due(self.now) {
                    let _ = self.spender.on_frame(self.now, &frame);
                }
            }
            7 => {
                let frame = self.granter.grant(self.now);
                let _ = self.spender.on_frame(self.now, &frame);
            }
            8 => {
                let frame = self.spender.blocked();
                let _ = self.granter.on_frame(&frame);
            }
            _ => self.now = self.now.wrapping_add(u64::from(what)),
        }
        self.check();
        true
    }

    /// Bytes from the wire, to one side.
    fn bytes(&mut self, rest: &mut &[u8], to_granter: bool) {
        let length = rest.len().min(Frame::LEN);
        let (bytes, others) = rest.split_at(length);
        *rest = others;
        match Frame::decode(bytes) {
            Ok(frame) => {
                assert_eq!(frame.encode()[..], *bytes);
                let before = (self.spender.available(self.now), self.granter.outstanding());
                if to_granter {
                    if self.granter.on_frame(&frame).is_err() {
                        assert_eq!(self.granter.outstanding(), before.1, "a refused frame changed something");
                    }
                } else {
                    match self.spender.on_frame(self.now, &frame) {
                        Ok(credit) => assert_eq!(credit, self.spender.available(self.now)),
                        Err(_) => {
                            assert_eq!(self.spender.available(self.now), before.0, "a refused frame changed something")
                        }
                    }
                }
            }
            Err(FrameError::Length { .. }) => assert_ne!(bytes.len(), Frame::LEN),
            Err(_) => assert_eq!(bytes.len(), Frame::LEN),
        }
    }

    fn item(&mut self, position: u32) {
        if self.granter.accept(position).is_ok() {
            self.held += 1;
        }
    }

    fn check(&self) {
        assert!(self.held <= self.window, "the queue overflows");
        assert_eq!(self.granter.held(), self.held);
        assert!(self.granter.outstanding() <= self.window - self.held, "granted without room");
        assert!(self.granter.grantable() <= self.window);
        assert!(self.spender.available(self.now) <= self.window, "credit above the window");
        assert_eq!(self.spender.available(self.now.wrapping_add(LIFETIME)), 0, "credit for ever");
    }
}
