//! A receiver that pushes meet, or that fences, whichever this build does: by a random order of all that ends do, with futures that
//! are dropped and forgotten, against what a queue says.

use std::collections::VecDeque;
use std::mem::forget;

use forebay::{PopError, Pressure, PushError};
use forebay_tests::random::Random;
use futures_util::Stream;

use super::*;

/// Says that it has more items than it has.
struct Promises;

impl Iterator for Promises {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (3, None)
    }
}

/// What an end waits for, by a future that was forgotten, and how often its waker had been woken by then.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Waits {
    Item,
    Level,
    Closed,
}

struct Ear {
    counters: [Arc<Counter>; 2],
    waits: Option<(Waits, usize, usize)>,
    told: Pressure,
}

impl Ear {
    fn new() -> Self {
        Self { counters: Default::default(), waits: None, told: Pressure::Open }
    }

    fn asleep(&self) -> Option<Waits> {
        self.waits.and_then(|(kind, which, count)| (self.counters[which].count() == count).then_some(kind))
    }
}

struct World {
    receiver: MpscReceiver<u32>,
    ear: Ear,
    senders: Vec<(MpscSender<u32>, Ear)>,
    inside: VecDeque<u32>,
    capacity: usize,
    is_closed: bool,
    next: u32,
    /// Whether somebody pushes past the channel, and tells nobody of the pressure.
    has_voids: bool,
}

impl World {
    fn receive(&mut self, got: Result<u32, PopError>) {
        match got {
            Ok(item) => assert_eq!(Some(item), self.inside.pop_front()),
            Err(PopError::Empty) => {
                assert!(self.inside.is_empty() && !self.is_over(), "there is something");
            }
            Err(PopError::Closed) => assert!(self.inside.is_empty() && self.is_over()),
        }
    }

    fn is_over(&self) -> bool {
        self.is_closed || self.senders.is_empty()
    }

    fn check(&self) {
        match self.ear.asleep() {
            Some(Waits::Item) => assert!(self.inside.is_empty() && !self.is_over(), "the receiver sleeps"),
            Some(Waits::Level) if !self.has_voids => {
                assert_eq!(self.receiver.pressure(), self.ear.told, "the receiver sleeps")
            }
            _ => {}
        }
        for (sender, ear) in &self.senders {
            match ear.asleep() {
                Some(Waits::Level) if !self.has_voids => assert_eq!(sender.pressure(), ear.told, "a sender sleeps"),
                Some(Waits::Closed) => assert!(!self.is_closed, "a sender sleeps"),
                _ => {}
            }
        }
        // All are asleep and it is empty: then it is not held up.
        if !self.has_voids && self.inside.is_empty() && self.ear.asleep() == Some(Waits::Item) {
            assert_eq!(self.receiver.pressure(), Pressure::Open);
        }
    }

    fn step(&mut self, random: &mut Random) {
        let which = random.below(2);
        match random.below(16) {
            0 => {
                let got = self.receiver.try_recv();
                if got.is_ok() {
                    // Out of line.
                    self.ear.waits = None;
                }
                self.receive(got);
            }
            1..=4 => {
                let how = random.below(4);
                let counter = Arc::clone(&self.ear.counters[which]);
                self.ear.waits = None;
                let got = match how {
                    0 => {
                        let mut items = Vec::new();
                        let mut future = self.receiver.recv_many(&mut items, 2);
                        let polled = poll(&mut future, &counter);
                        forget(future);
                        if let Poll::Ready(count) = polled {
                            assert_eq!(count, items.len());
                            if count == 0 {
                                self.receive(Err(PopError::Closed));
                            }
                            items.into_iter().for_each(|item| self.receive(Ok(item)));
                        }
                        polled.map(drop)
                    }
                    1 => {
                        let waker = Waker::from(Arc::clone(&counter));
                        Pin::new(&mut self.receiver).poll_next(&mut Context::from_waker(&waker)).map(|item| {
                            self.receive(item.ok_or(PopError::Closed));
                        })
                    }
                    how => {
                        let mut future = self.receiver.recv();
                        let polled = poll(&mut future, &counter);
                        if how == 2 {
                            forget(future);
                        } else {
                            drop(future);
                            if polled.is_pending() {
                                self.receive(Err(PopError::Empty));
                                return;
                            }
                        }
                        polled.map(|item| self.receive(item.map_err(|_| PopError::Closed)))
                    }
                };
                if got.is_pending() {
                    self.receive(Err(PopError::Empty));
                    self.ear.waits = Some((Waits::Item, which, counter.count()));
                }
            }
            5 => {
                let counter = Arc::clone(&self.ear.counters[which]);
                let mut future = self.receiver.pressure_changed();
                self.ear.waits = None;
                match poll(&mut future, &counter) {
                    Poll::Ready(pressure) => self.ear.told = pressure,
                    Poll::Pending => {
                        forget(future);
                        self.ear.waits = Some((Waits::Level, which, counter.count()));
                    }
                }
            }
            6 if random.below(40) == 0 => {
                self.receiver.close();
                self.ear.waits = None;
                self.is_closed = true;
            }
            7 => {
                let count = random.below(3);
                let taken: Vec<_> = self.receiver.drain().take(count).collect();
                if !taken.is_empty() {
                    self.ear.waits = None;
                }
                taken.into_iter().for_each(|item| self.receive(Ok(item)));
            }
            other => {
                if self.senders.is_empty() {
                    return;
                }
                let at = random.below(self.senders.len());
                let has_room = self.senders.len() < 4;
                let (sender, ear) = &mut self.senders[at];
                match other {
                    8 | 9 => {
                        ear.waits = None;
                        match sender.try_send(self.next) {
                            Ok(()) => self.inside.push_back(self.next),
                            Err(PushError::Full(_)) => assert!(!self.is_closed),
                            Err(PushError::Closed(_)) => assert!(self.is_closed),
                            Err(error) => panic!("{error}"),
                        }
                        self.next += 1;
                    }
                    10 => {
                        ear.waits = None;
                        let numbers: Vec<_> = (self.next..self.next + 2).collect();
                        self.next += 2;
                        let mut many = sender.send_many(numbers.iter().copied());
                        let _polled = poll(&mut many, &ear.counters[which]);
                        self.inside.extend(&numbers[..many.sent()]);
                        if random.below(2) == 0 {
                            forget(many);
                        }
                    }
                    11 | 12 => {
                        ear.waits = None;
                        let mut future = sender.pressure_changed();
                        match poll(&mut future, &ear.counters[which]) {
                            Poll::Ready(pressure) => ear.told = pressure,
                            Poll::Pending => {
                                forget(future);
                                ear.waits = Some((Waits::Level, which, ear.counters[which].count()));
                            }
                        }
                    }
                    13 => {
                        ear.waits = None;
                        let mut future = sender.closed();
                        if poll(&mut future, &ear.counters[which]).is_pending() {
                            forget(future);
                            ear.waits = Some((Waits::Closed, which, ear.counters[which].count()));
                        }
                    }
                    14 if has_room => {
                        let another = (sender.clone(), Ear::new());
                        self.senders.push(another);
                    }
                    15 if random.below(3) == 0 => {
                        if self.has_voids && random.below(2) == 0 {
                            // Tickets that are given back without an item.
                            assert_eq!(sender.end().clone().push_iter(Promises), 0);
                        } else {
                            self.senders.swap_remove(at);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn nobody_sleeps_where_the_queue_says_otherwise() {
    let runs = if cfg!(miri) { 3 } else { 3000 };
    for seed in 0..runs {
        let mut random = Random::new(seed);
        let capacity = [1, 2, 3, 5][seed as usize % 4];
        let (sender, receiver) = channel::mpsc(capacity).unwrap();
        let mut world = World {
            receiver,
            ear: Ear::new(),
            senders: vec![(sender, Ear::new())],
            inside: VecDeque::new(),
            capacity,
            is_closed: false,
            next: 0,
            has_voids: seed % 3 == 0,
        };
        for _ in 0..300 {
            world.step(&mut random);
            assert!(world.inside.len() <= world.capacity);
            world.check();
        }
    }
}
