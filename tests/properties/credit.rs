//! Properties of credit, in virtual time: over a link that loses, repeats and reorders, with a consumer of any pace; and with
//! any frames at all.
//!
//! Claims: rate, misuse.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem;
use std::num::NonZeroU32;
use std::rc::Rc;

use forebay_core::credit::{Frame, FrameError, Granter, Kind, MAX_WINDOW, NotHeld, Spender};
use forebay_core::fan_in::{HeapRing, OwnedConsumer, OwnedProducer};
use quickcheck::QuickCheck;

/// Ticks for which a message is under way at most.
const FLIGHT: u64 = 20;
const RENEWAL: u64 = 50;
const LIFETIME: u64 = 200;

/// Marsaglia's xorshift: chance that can be repeated.
struct Chance(u64);

impl Chance {
    const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[derive(Clone, Copy, Debug)]
enum Message {
    Item(u32),
    Frame([u8; Frame::LEN]),
}

/// Messages under way, each with the time at which it comes.
struct Link {
    under_way: Vec<(u64, Message)>,
    /// Of a hundred messages, how many are lost and how many come twice.
    lost: u64,
    twice: u64,
    /// Whether messages overtake each other.
    reorders: bool,
}

impl Link {
    /// A good one if all of these are nothing.
    fn new(lost: u8, twice: u8, reorders: bool) -> Self {
        Self { under_way: vec![], lost: u64::from(lost % 101), twice: u64::from(twice % 101), reorders }
    }

    fn send(&mut self, now: u64, message: Message, chance: &mut Chance) {
        let copies = if chance.below(100) < self.lost {
            0
        } else if chance.below(100) < self.twice {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let flight = if self.reorders { 1 + chance.below(FLIGHT) } else { FLIGHT };
            self.under_way.push((now + flight, message));
        }
    }

    fn arrived(&mut self, now: u64) -> Vec<Message> {
        let mut arrived = vec![];
        self.under_way.retain(|&(time, message)| {
            if time <= now {
                arrived.push(message);
            }
            time > now
        });
        arrived
    }
}

/// What the receiver puts items into.
trait Queue {
    /// There is room for it.
    fn put(&mut self, position: u32);

    /// An item is taken out, if there is one.
    fn take(&mut self);

    /// Tells the granter what has been taken out.
    fn release(&mut self, granter: &mut Granter);

    fn len(&self) -> usize;
}

/// One whose items are counted as they are taken out.
#[derive(Default)]
struct Plain {
    items: VecDeque<u32>,
    taken: u32,
}

impl Queue for Plain {
    fn put(&mut self, position: u32) {
        self.items.push_back(position);
    }

    fn take(&mut self) {
        self.taken += u32::from(self.items.pop_front().is_some());
    }

    fn release(&mut self, granter: &mut Granter) {
        granter.release(mem::take(&mut self.taken)).expect("they were held");
    }

    fn len(&self) -> usize {
        self.items.len()
    }
}

/// The consumer of all lanes, and the position of the last item of each.
struct Server {
    consumer: OwnedConsumer<u32>,
    last: [Option<u32>; 3],
}

/// A lane of a fan-in ring, of which the granter knows the length alone.
struct Lane {
    producer: OwnedProducer<u32>,
    server: Rc<RefCell<Server>>,
}

impl Queue for Lane {
    fn put(&mut self, position: u32) {
        self.producer.push(position).expect("what was granted has room");
    }

    /// Of any lane, and in order.
    fn take(&mut self) {
        let Server { consumer, last } = &mut *self.server.borrow_mut();
        if let Ok((lane, position)) = consumer.pop() {
            let before = last[lane.index()].replace(position);
            assert!(before.is_none_or(|before| before < position), "{position} after {before:?}");
        }
    }

    fn release(&mut self, granter: &mut Granter) {
        let (held, len) = (granter.held() as usize, self.producer.len());
        assert_eq!(granter.release_all_but(len), Ok((held - len) as u32));
        assert_eq!(granter.release_all_but(len + 1), Err(NotHeld { held: len as u32 }), "one that was not accepted");
    }

    fn len(&self) -> usize {
        self.producer.len()
    }
}

/// A sender that always has something to send, a receiver with a queue of the window's size, and a link each way.
struct World<Q = Plain> {
    window: u32,
    granter: Granter,
    spender: Spender,
    queue: Q,
    link: Link,
    now: u64,
    chance: Chance,
    /// Since when there is no credit.
    blocked: Option<u64>,
    sent: u64,
    accepted: u64,
    lost: u64,
    last: Option<u32>,
}

impl<Q: Queue> World<Q> {
    fn new(window: u32, seed: u64, link: Link, queue: Q) -> Self {
        Self {
            window,
            granter: Granter::new(window, 3, RENEWAL).expect("right"),
            spender: Spender::new(window, 3, LIFETIME).expect("right"),
            queue,
            link,
            now: 0,
            chance: Chance::new(seed),
            blocked: None,
            sent: 0,
            accepted: 0,
            lost: 0,
            last: None,
        }
    }

    /// A tick passes. The consumer takes an item in `pace` of 100 ticks.
    fn tick(&mut self, pace: u64) {
        self.now += 1;
        for message in self.link.arrived(self.now) {
            match message {
                Message::Item(position) => self.receive(position),
                Message::Frame(bytes) => {
                    let frame = Frame::decode(&bytes).expect("it was encoded");
                    match frame.kind {
                        Kind::Grant => drop(self.spender.on_frame(self.now, &frame)),
                        Kind::Blocked => self.lost += u64::from(self.granter.on_frame(&frame).unwrap_or(0)),
                    }
                }
            }
        }
        if self.chance.below(100) < pace {
            self.queue.take();
        }
        self.queue.release(&mut self.granter);
        if let Some(frame) = self.granter.grant_due(self.now) {
            self.link.send(self.now, Message::Frame(frame.encode()), &mut self.chance);
        }
        self.offer();
        self.check();
    }

    fn receive(&mut self, position: u32) {
        if let Ok(missing) = self.granter.accept(position) {
            assert!(self.last.is_none_or(|last| last < position), "{position} after {:?}", self.last);
            self.last = Some(position);
            self.lost += u64::from(missing);
            self.accepted += 1;
            self.queue.put(position);
        }
    }

    fn offer(&mut self) {
        if let Some(position) = self.spender.spend(self.now) {
            self.sent += 1;
            self.blocked = None;
            self.link.send(self.now, Message::Item(position), &mut self.chance);
        } else {
            let since = *self.blocked.get_or_insert(self.now);
            if self.now - since > 2 * FLIGHT {
                self.blocked = Some(self.now);
                let frame = self.spender.blocked();
                self.link.send(self.now, Message::Frame(frame.encode()), &mut self.chance);
            }
        }
    }

    fn check(&self) {
        assert!(self.queue.len() <= self.window as usize, "the queue overflows");
        assert_eq!(self.queue.len(), self.granter.held() as usize);
        assert!(self.granter.held() + self.granter.outstanding() <= self.window);
        assert!(self.spender.available(self.now) <= self.window);
        let free = self.accepted + self.lost - self.queue.len() as u64;
        assert!(self.sent - free <= u64::from(self.window), "more than the window is under way or inside");
    }
}

fn world(window: u8, seed: u64, lost: u8, twice: u8, reorders: bool) -> World {
    World::new(1 + u32::from(window % 64), seed, Link::new(lost, twice, reorders), Plain::default())
}

/// The queue never overflows whatever the link does, and when the link is good again everything flows.
#[test]
fn a_bad_link_breaks_nothing_and_a_good_one_repairs_all() {
    fn property(window: u8, seed: u64, lost: u8, twice: u8, reorders: bool, pace: u8) {
        let mut world = world(window, seed, lost, twice, reorders);
        for _ in 0..2000 {
            world.tick(u64::from(pace % 101));
        }
        world.link.lost = 0;
        (world.link.twice, world.link.reorders) = (0, false);
        // What is under way arrives, a grant is repeated, credit returns.
        for _ in 0..2 * RENEWAL + 6 * FLIGHT {
            world.tick(100);
        }
        let (accepted, lost) = (world.accepted, world.lost);
        for _ in 0..1000 {
            world.tick(100);
        }
        assert_eq!(world.lost, lost, "a good link loses nothing");
        // A window in two flights and the wait for a half of it, or an item a tick, if the window is large.
        let least = Ord::min(u64::from(world.window) * 1000 / (4 * FLIGHT), 900);
        assert!(world.accepted - accepted >= least, "{} of {least}", world.accepted - accepted);
        // Nothing is forgotten: what was sent has come, or is lost, or is under way.
        let under_way = world.link.under_way.iter().filter(|(_, message)| matches!(message, Message::Item(_))).count();
        assert_eq!(world.sent, world.accepted + world.lost + under_way as u64);
    }
    QuickCheck::new().tests(300).quickcheck(property as fn(_, _, _, _, _, _));
}

/// Senders with a lane each, whose links do anything, and a consumer of any pace: no lane overflows, and when a link is good
/// again its items flow, whatever the others do.
#[test]
fn lanes_with_credit_never_overflow() {
    fn property(windows: (u8, u8, u8), seed: u64, lost: u8, twice: u8, reorders: bool, pace: u8) {
        let capacity = 1 + u32::from(windows.0 % 16);
        let (opener, consumer) = HeapRing::new(3, capacity as usize).expect("small").into_ends();
        let server = Rc::new(RefCell::new(Server { consumer, last: [None; 3] }));
        let mut worlds: Vec<World<Lane>> = (0..3)
            .map(|number| {
                let producer = opener.open(NonZeroU32::MIN).expect("a lane for each");
                // A window may be less than what the lane holds.
                let window = capacity.min(1 + u32::from([windows.0, windows.1, windows.2][number as usize]));
                let link = Link::new(lost.wrapping_mul(number + 1), twice, reorders);
                World::new(
                    window,
                    seed.wrapping_add(2 * u64::from(number)),
                    link,
                    Lane { producer, server: Rc::clone(&server) },
                )
            })
            .collect();
        for _ in 0..700 {
            worlds.iter_mut().for_each(|world| world.tick(u64::from(pace % 101)));
        }
        let good = &mut worlds[usize::from(windows.1 % 3)];
        good.link = Link::new(0, 0, false);
        let accepted = good.accepted;
        for _ in 0..500 {
            worlds.iter_mut().for_each(|world| world.tick(100));
        }
        let good = &worlds[usize::from(windows.1 % 3)];
        assert!(good.accepted > accepted + 5, "{} items", good.accepted - accepted);
    }
    QuickCheck::new().tests(100).quickcheck(property as fn(_, _, _, _, _, _));
}

/// Nothing is heard of the receiver any more: the credit runs out to zero.
#[test]
fn the_credit_of_a_silent_peer_runs_out() {
    fn property(window: u8, seed: u64, lost: u8, reorders: bool) {
        let mut world = world(window, seed, lost % 50, 0, reorders);
        for _ in 0..500 {
            world.tick(100);
        }
        world.link.lost = 100;
        let silent = world.now;
        while world.now < silent + FLIGHT + LIFETIME {
            world.tick(100);
        }
        assert_eq!(world.spender.available(world.now), 0);
        let sent = world.sent;
        for _ in 0..10_000 {
            world.tick(100);
        }
        assert_eq!(world.sent, sent);
    }
    QuickCheck::new().tests(100).quickcheck(property as fn(_, _, _, _));
}

#[test]
fn frames_come_back_as_they_were() {
    fn property(kind: bool, session: u8, sequence: u32, count: u32) -> bool {
        let kind = if kind { Kind::Grant } else { Kind::Blocked };
        let frame = Frame { kind, session, sequence, count };
        Frame::decode(&frame.encode()) == Ok(frame)
    }
    QuickCheck::new().tests(1000).quickcheck(property as fn(_, _, _, _) -> _);
}

#[test]
fn bytes_are_one_frame_or_none() {
    fn property(bytes: Vec<u8>) -> bool {
        match Frame::decode(&bytes) {
            Ok(frame) => frame.encode()[..] == bytes[..],
            Err(FrameError::Length { length }) => length == bytes.len() && length != Frame::LEN,
            Err(_) => bytes.len() == Frame::LEN && bytes[0] != 0x10 && bytes[0] != 0x11,
        }
    }
    QuickCheck::new().tests(3000).quickcheck(property as fn(_) -> _);
    for first in 0..=u8::MAX {
        assert!(property(vec![first, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    }
}

/// Frames of a peer that means harm: never credit for more than the window, never more accepted than fits in.
#[test]
fn hostile_frames_get_a_window_at_most() {
    fn property(window: u32, told: Vec<(u8, u32, u32)>) {
        let window = 1 + window % if window % 2 == 0 { 16 } else { MAX_WINDOW };
        let mut granter = Granter::new(window, 0, RENEWAL).expect("right");
        let mut spender = Spender::new(window, 0, LIFETIME).expect("right");
        let mut spent = 0_u64;
        let mut held = 0_u64;
        for (now, (what, sequence, count)) in (0..).zip(told.into_iter().cycle().take(300)) {
            let sequence = if what % 2 == 0 { now as u32 } else { sequence };
            let kind = if what % 3 == 0 { Kind::Blocked } else { Kind::Grant };
            // Near to what would do, or anything.
            let count = if what % 5 == 0 { count } else { (spent as u32).wrapping_add(count % (window + 2)) };
            let frame = Frame { kind, session: 0, sequence, count };
            match what % 4 {
                0 => drop(granter.on_frame(&frame)),
                1 => drop(spender.on_frame(now, &frame)),
                2 => held += u64::from(granter.accept(count).is_ok()),
                _ => spent += u64::from(spender.spend(now).is_some()),
            }
            if what % 7 == 0 {
                granter.grant(now);
            }
            assert!(spender.available(now) <= window);
            assert_eq!(spender.available(now + LIFETIME), 0);
            assert_eq!(u64::from(granter.held()), held);
            assert!(u64::from(granter.held()) + u64::from(granter.outstanding()) <= u64::from(window));
            assert!(granter.grantable() <= window);
        }
    }
    QuickCheck::new().tests(3000).quickcheck(property as fn(_, _));
}

/// The whole window is held, outstanding or grantable, whatever is lost on the way.
#[test]
fn the_window_is_shared_out() {
    let mut granter = Granter::new(10, 1, RENEWAL).unwrap();
    let shares = |granter: &Granter| (granter.held(), granter.outstanding(), granter.grantable());
    assert_eq!(shares(&granter), (0, 0, 10));
    granter.grant(0);
    assert_eq!(shares(&granter), (0, 10, 0));
    assert_eq!([0, 1, 2].map(|position| granter.accept(position)), [Ok(0); 3]);
    assert_eq!(shares(&granter), (3, 7, 0));
    granter.release(2).unwrap();
    assert_eq!(shares(&granter), (1, 7, 2));
    assert_eq!(granter.accept(5), Ok(2), "two are lost");
    assert_eq!(shares(&granter), (2, 4, 4));
}
