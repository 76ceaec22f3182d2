//! Credit: pressure over a wire. The receiver grants, the sender spends, and the receiver's queue never overflows.
//!
//! A level that is read where the queue is comes too late where the queue is far away: what is under way when it rises must
//! still find room. So the receiver tells beforehand how much it has room for. One pair of [`Granter`] and [`Spender`] serves
//! one sender; a receiver with several shares its room among their windows.
//!
//! What is granted is a count of all items since the session began, and not how many more: a frame that is lost, repeated or
//! late does no harm, and any later frame makes up for it. A grant expires: the credit of a receiver that has fallen silent runs
//! out to zero. Grants come in batches, when half of the window is free, and are repeated in time.
//!
//! # Examples
//! ```
//! use forebay_core::credit::{Frame, Granter, Spender};
//!
//! // A queue for 4 items. Time is in milliseconds: a grant is good for 3 s, and repeated after 1 s.
//! let mut granter = Granter::new(4, 1, 1000)?;
//! let mut spender = Spender::new(4, 1, 3000)?;
//!
//! // The first grant goes over the wire.
//! let bytes = granter.grant_due(0).expect("the first").encode();
//! spender.on_frame(5, &Frame::decode(&bytes)?)?;
//!
//! // Items do, with their positions, until there is no credit.
//! let mut queue = vec![];
//! while let Some(position) = spender.spend(10) {
//!     granter.accept(position)?;
//!     queue.push(position);
//! }
//! assert_eq!(queue, [0, 1, 2, 3]);
//!
//! // Two are taken out, which is half of the window.
//! queue.drain(..2);
//! granter.release(2)?;
//! let frame = granter.grant_due(20).expect("half of the window is free");
//! assert_eq!(spender.on_frame(25, &frame), Ok(2));
//!
//! // Nothing is heard for 3 s.
//! assert_eq!(spender.available(3024), 2);
//! assert_eq!(spender.available(3025), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is lost
//! A frame that is lost is made up for by any later one, and the renewal sends one if nothing else does. An item that is lost shows
//! when a later one comes, or when the sender says that it has no more credit:
//! ```
//! use forebay_core::credit::{Granter, Refused, Spender};
//!
//! let mut granter = Granter::new(4, 1, 1000)?;
//! let mut spender = Spender::new(4, 1, 3000)?;
//! let first = granter.grant_due(0).expect("the first");
//! spender.on_frame(0, &first)?;
//! while let Some(position) = spender.spend(10) {
//!     granter.accept(position)?;
//!     granter.release(1)?; // taken out at once
//! }
//!
//! // The frame that grants four more gets lost. The next one is due a second later, and grants the same.
//! let lost = granter.grant_due(20).expect("the whole window is free");
//! assert_eq!((spender.available(30), granter.grant_due(1019)), (0, None));
//! let again = granter.grant_due(1020).expect("the last one is a second old");
//! assert_eq!(spender.on_frame(1025, &again), Ok(4));
//! assert_eq!(spender.on_frame(1030, &lost), Err(Refused::Old), "it was on a longer way");
//!
//! // Of the next items the first and the last get lost.
//! let sent = [spender.spend(1040), spender.spend(1040), spender.spend(1040), spender.spend(1040)];
//! assert_eq!(sent, [Some(4), Some(5), Some(6), Some(7)]);
//! assert_eq!(granter.accept(5), Ok(1), "one before it is missing");
//! assert_eq!(granter.accept(6), Ok(0));
//! granter.release(2)?;
//! let frame = granter.grant_due(1050).expect("more than half of the window is free");
//! assert_eq!(spender.on_frame(1055, &frame), Ok(3), "the credit of the last one is still out");
//! while spender.spend(1060).is_some() {} // all of these get lost
//! assert_eq!(granter.on_frame(&spender.blocked()), Ok(4), "so many are missing now");
//! let frame = granter.grant_due(1070).expect("the sender is blocked");
//! assert_eq!(spender.on_frame(1075, &frame), Ok(4));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # A side that begins anew
//! A receiver that was restarted counts from 0 again, and says so by the next session number. The sender follows it, but not back
//! to a session that came before, of which frames may still be on their way:
//! ```
//! use forebay_core::credit::{Frame, Granter, Refused, Spender};
//!
//! /// A sender that follows its receiver.
//! struct Sender {
//!     session: u8,
//!     spender: Spender,
//! }
//!
//! impl Sender {
//!     fn hear(&mut self, now: u64, frame: &Frame) -> Result<u32, Refused> {
//!         match self.spender.on_frame(now, frame) {
//!             // Numbers wrap: up to 127 on is later, the others were before.
//!             Err(Refused::OtherSession { session }) if session.wrapping_sub(self.session) < 128 => {
//!                 self.session = session;
//!                 self.spender = Spender::new(4, session, 3000).expect("as before");
//!                 // What was sent in the old session and not answered for may be sent again here.
//!                 self.spender.on_frame(now, frame)
//!             }
//!             other => other,
//!         }
//!     }
//! }
//!
//! let mut sender = Sender { session: 255, spender: Spender::new(4, 255, 3000)? };
//! let mut before = Granter::new(4, 255, 1000)?;
//! assert_eq!(sender.hear(0, &before.grant(0)), Ok(4));
//! assert_eq!((sender.spender.spend(10), sender.spender.spend(10)), (Some(0), Some(1)));
//! let late = before.grant(20);
//!
//! let mut restarted = Granter::new(4, 0, 1000)?;
//! assert_eq!(sender.hear(500, &restarted.grant(0)), Ok(4));
//! assert_eq!(sender.hear(510, &late), Err(Refused::OtherSession { session: 255 }));
//! assert_eq!(sender.spender.spend(520), Some(0));
//! assert_eq!(restarted.accept(0), Ok(0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! Items need the number of their session as well, beside their position: the old ones are none of the new session's.
//!
//! # The protocol
//! Sources: H. T. Kung, T. Blackwell and A. Chapman, *Credit-based flow control for ATM networks: credit update protocol,
//! adaptive credit allocation, and statistical multiplexing* (1994), for cumulative counts; RFC 9000, sections 4.1 and 4.2
//! (`MAX_STREAM_DATA`, `STREAM_DATA_BLOCKED`), for limits that only grow and for when to send them; RFC 1982 for numbers that
//! wrap. Deviations: a grant expires, and an item that is lost on the way costs its credit only until the sender says that it
//! is blocked.
//!
//! - **Counts** are modulo 2³² and compared by distance. The window is at most 2³¹ − 1, so that of two counts a window apart it
//!   is known which is the earlier.
//! - **Invariant.** `freed ≤ next ≤ spent ≤ limit ≤ freed + window`: what left the queue, what came, what was sent, what was
//!   granted. So what is under way and what is held together are at most the window: `limit − freed`.
//! - **Order.** A side heeds only frames that are newer than all before, by their sequence number. A repeated frame does not even
//!   prolong the credit.
//! - **Sessions.** A side that begins anew takes another session number, and so must its peer: frames of another session change
//!   nothing, and say so, with the number.
//! - **Hostile frames.** Whatever comes, a sender has credit for at most a window, a receiver accepts at most a window, and no
//!   method loops. Frames are not authenticated: who can forge them can stop the flow, as by silence.

#![forbid(unsafe_code)]

mod error;
mod frame;
mod granter;
mod spender;

pub use self::error::{CreditError, ItemRefused, NotHeld, Refused};
pub use self::frame::{Frame, FrameError, Kind};
pub use self::granter::Granter;
pub use self::spender::Spender;

/// The greatest window, in items: 2³¹ − 1.
pub const MAX_WINDOW: u32 = (1 << 31) - 1;

/// Whether `a` is before `b`, as serial numbers (RFC 1982). What is 2³¹ apart is neither.
const fn precedes(a: u32, b: u32) -> bool {
    let distance = b.wrapping_sub(a);
    distance != 0 && distance < 1 << 31
}

const fn checked_window(window: u32, time: u64) -> Result<(), CreditError> {
    if window == 0 {
        return Err(CreditError::ZeroWindow);
    }
    if window > MAX_WINDOW {
        return Err(CreditError::WindowTooLarge { window });
    }
    if time == 0 {
        return Err(CreditError::ZeroTime);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_wrap() {
        assert!(precedes(0, 1) && precedes(u32::MAX, 0) && precedes(u32::MAX - 5, MAX_WINDOW - 6));
        assert!(!precedes(0, 0) && !precedes(1, 0) && !precedes(0, 1 << 31) && !precedes(1 << 31, 0));
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let too_large = MAX_WINDOW + 1;
        for (window, time, error) in [
            (0, 1, CreditError::ZeroWindow),
            (too_large, 1, CreditError::WindowTooLarge { window: too_large }),
            (1, 0, CreditError::ZeroTime),
        ] {
            assert_eq!(Granter::new(window, 0, time).err(), Some(error));
            assert_eq!(Spender::new(window, 0, time).err(), Some(error));
        }
        assert!(Granter::new(MAX_WINDOW, 0, 1).is_ok() && Spender::new(1, 0, u64::MAX).is_ok());
    }

    #[test]
    fn they_are_as_small_as_they_say() {
        assert!(size_of::<Granter>() <= 56 && size_of::<Spender>() <= 56);
    }

    fn pair(window: u32) -> (Granter, Spender) {
        (Granter::new(window, 9, 1000).expect("right"), Spender::new(window, 9, 3000).expect("right"))
    }

    #[test]
    fn a_grant_waits_for_half_of_the_window() {
        let (mut granter, mut spender) = pair(5);
        let first = granter.grant_due(0).expect("the first");
        assert_eq!(spender.on_frame(0, &first), Ok(5));
        for _ in 0..5 {
            granter.accept(spender.spend(0).expect("credit")).expect("credit");
        }
        assert_eq!((granter.held(), granter.outstanding(), granter.grantable()), (5, 0, 0));
        granter.release(2).expect("held");
        assert_eq!(granter.grant_due(0), None);
        granter.release(1).expect("held");
        assert_eq!(granter.grant_due(0).map(|frame| frame.count), Some(8));
        assert_eq!(granter.release(3), Err(NotHeld { held: 2 }));
    }

    #[test]
    fn a_grant_is_repeated_in_time_and_its_copy_prolongs_nothing() {
        let (mut granter, mut spender) = pair(5);
        let first = granter.grant_due(u64::MAX).expect("the first");
        assert_eq!(spender.on_frame(0, &first), Ok(5));
        assert_eq!(granter.grant_due(998), None);
        let again = granter.grant_due(999).expect("it is 1000 ticks old");
        assert_eq!(spender.on_frame(2999, &first), Err(Refused::Old));
        assert_eq!((spender.available(2999), spender.available(3000)), (5, 0));
        assert_eq!(spender.on_frame(3000, &again), Ok(5));
        assert_eq!(spender.available(5999), 5);
    }

    #[test]
    fn frames_that_make_no_sense_change_nothing() {
        let (mut granter, mut spender) = pair(10);
        let grant = granter.grant(0);
        assert_eq!(spender.on_frame(0, &grant), Ok(10));
        for _ in 0..4 {
            granter.accept(spender.spend(0).expect("credit")).expect("credit");
        }
        let later = Frame { sequence: 2, ..grant };
        for (frame, refused) in [
            (Frame { kind: Kind::Blocked, ..later }, Refused::WrongKind),
            (Frame { session: 8, ..later }, Refused::OtherSession { session: 8 }),
            (grant, Refused::Old),
            (Frame { sequence: 0, ..grant }, Refused::Old),
            (Frame { count: 9, ..later }, Refused::Backward),
            (Frame { count: 15, ..later }, Refused::Beyond),
        ] {
            assert_eq!(spender.on_frame(2999, &frame), Err(refused), "{frame:?}");
        }
        assert_eq!((spender.available(2999), spender.available(3000)), (6, 0));
        assert_eq!(spender.on_frame(5000, &Frame { count: 14, ..later }), Ok(10));

        let blocked = Frame { kind: Kind::Blocked, session: 9, sequence: 1, count: 4 };
        for (frame, refused) in [
            (grant, Refused::WrongKind),
            (Frame { session: 8, ..blocked }, Refused::OtherSession { session: 8 }),
            (Frame { count: 3, ..blocked }, Refused::Backward),
            (Frame { count: 11, ..blocked }, Refused::Beyond),
        ] {
            assert_eq!(granter.on_frame(&frame), Err(refused), "{frame:?}");
        }
        assert_eq!(granter.grant_due(1), None);
        assert_eq!(granter.on_frame(&Frame { count: 10, ..blocked }), Ok(6));
        assert_eq!(granter.on_frame(&Frame { count: 10, ..blocked }), Err(Refused::Old));
        assert_eq!(granter.grant_due(1).map(|frame| frame.count), Some(16), "4 are held, 6 are lost");
    }

    #[test]
    fn a_sender_that_begins_anew_in_the_same_session_gets_nothing() {
        let (mut granter, mut spender) = pair(10);
        for _ in 0..3 {
            let grant = granter.grant(0);
            spender.on_frame(0, &grant).expect("newer");
            while let Some(position) = spender.spend(0) {
                granter.accept(position).expect("credit");
                granter.release(1).expect("held");
            }
        }
        let mut anew = pair(10).1;
        assert_eq!(anew.on_frame(0, &granter.grant(0)), Err(Refused::Beyond));
        let mut anew = pair(10).0;
        let _ = (anew.grant(0), anew.grant(0), anew.grant(0));
        assert_eq!(spender.on_frame(0, &anew.grant(0)), Err(Refused::Backward));
    }
}
