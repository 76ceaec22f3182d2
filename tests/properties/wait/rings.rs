//! Any order of whatever the ends of all rings can do, with futures that are cancelled, dropped and forgotten, and wakers that
//! change, panic, and use the channel themselves: when nobody is woken any more, a poll of one that waits finds nothing either.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::poll_fn;
use std::mem;
use std::num::NonZeroU32;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use forebay::channel::{
    self, CloneEnd, CloseEnd, Desk, ForceEnd, Lobby, PressureEnd, ReceiveEnd, Receiver, ReserveEnd, RoomEnd, SendEnd,
    Sender,
};
use forebay::expiry::{Clock, Expiring, MaxAge, Stamped, Stamping};
use forebay::fan_in::LaneId;
use forebay::{Overflow, Pushed, fan_in, mpsc, swap};

/// Numbers that follow from a seed: splitmix64.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

thread_local! {
    /// What a waker does beside: it may use the channel.
    static AT_WAKE: RefCell<Option<Box<dyn FnMut()>>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    panics: bool,
    uses: bool,
}

impl Bell {
    fn use_channel(&self) {
        if self.uses {
            let action = AT_WAKE.with(|cell| cell.try_borrow_mut().ok().and_then(|mut cell| cell.take()));
            if let Some(mut action) = action {
                action();
                AT_WAKE.with(|cell| *cell.borrow_mut() = Some(action));
            }
        }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.use_channel();
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::Relaxed);
        self.use_channel();
        if self.panics {
            std::panic::resume_unwind(Box::new("a waker"));
        }
    }
}

#[derive(Default)]
struct Log {
    next: Cell<u32>,
    accepted: RefCell<Vec<u32>>,
    received: RefCell<Vec<u32>>,
    evicted: RefCell<Vec<u32>>,
    returned: RefCell<Vec<u32>>,
    /// Something that was waited for was there; an eviction is not waited for where it is a matter of classes.
    found: Cell<bool>,
    has_classes: bool,
}

impl Log {
    fn id(&self) -> u32 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }

    fn sent<S: Sent>(&self, id: u32, sent: S) {
        self.accepted.borrow_mut().push(id);
        match sent.evicted() {
            Some(victim) => {
                self.evicted.borrow_mut().push(victim);
                self.found.set(!self.has_classes || self.found.get());
            }
            None => self.found.set(true),
        }
    }

    fn back(&self, id: u32, of: u32) {
        assert_eq!(id, of, "another value came back");
        self.returned.borrow_mut().push(id);
    }
}

trait Sent {
    fn evicted(self) -> Option<u32>;
}

impl Sent for () {
    fn evicted(self) -> Option<u32> {
        None
    }
}

impl Sent for Pushed<u32> {
    fn evicted(self) -> Option<u32> {
        match self {
            Pushed::Evicted(victim) => Some(victim),
            Pushed::Stored => None,
        }
    }
}

trait Id {
    fn id(&self) -> u32;
}

impl Id for u32 {
    fn id(&self) -> u32 {
        *self
    }
}

impl Id for (usize, u32) {
    fn id(&self) -> u32 {
        self.1
    }
}

impl Id for (LaneId, u32) {
    fn id(&self) -> u32 {
        self.1
    }
}

/// 0: goes on, 1: cancelled, 2: forgotten, 3: dropped with the end.
type Ctl = Rc<Cell<u8>>;
type Task<S> = Pin<Box<dyn Future<Output = S>>>;

/// Runs a future until it is cancelled. `Err`: with it.
async fn until<F: Future + Unpin>(mut future: F, ctl: &Ctl) -> Result<F::Output, F> {
    let done = poll_fn(|cx| match ctl.get() {
        0 => Pin::new(&mut future).poll(cx).map(Some),
        _ => Poll::Ready(None),
    })
    .await;
    done.ok_or(future)
}

fn leave<F>(future: F, ctl: &Ctl) {
    if ctl.get() == 2 {
        mem::forget(future);
    }
}

/// What is done at once.
type Act<S> = Rc<dyn Fn(&mut S, &Log, &mut Dice)>;
/// Another end beside one, if there can be one.
type Another<S> = Rc<dyn Fn(&S) -> Option<S>>;
type Way<S> = Rc<dyn Fn(S, Rc<Log>, Ctl, &mut Dice) -> Task<S>>;

struct Ways<S> {
    /// What waits.
    waits: Vec<(&'static str, Way<S>)>,
    /// What doesn't.
    now: Vec<Act<S>>,
    another: Option<Another<S>>,
    /// Goes out of line, if a forgotten future has left it there.
    tidy: Rc<dyn Fn(&mut S)>,
}

impl<S> Clone for Ways<S> {
    fn clone(&self) -> Self {
        Self {
            waits: self.waits.clone(),
            now: self.now.clone(),
            another: self.another.clone(),
            tidy: Rc::clone(&self.tidy),
        }
    }
}

fn sends<P, D>(_: &Sender<P, D>) -> Ways<Sender<P, D>>
where
    P: SendEnd<Item = u32> + 'static,
    P::Sent: Sent,
    D: Desk + 'static,
{
    Ways {
        waits: vec![
            (
                "send",
                Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    let id = log.id();
                    Box::pin(async move {
                        match until(s.send(id), &ctl).await {
                            Ok(Ok(sent)) => log.sent(id, sent),
                            Ok(Err(error)) => {
                                log.found.set(true);
                                log.back(error.into_inner(), id);
                            }
                            Err(future) if ctl.get() == 2 => {
                                log.returned.borrow_mut().push(id);
                                mem::forget(future);
                            }
                            Err(future) => log.back(future.into_inner().unwrap(), id),
                        }
                        s
                    }) as Task<_>
                }),
            ),
            (
                "closed",
                Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    Box::pin(async move {
                        match until(s.closed(), &ctl).await {
                            Ok(()) => log.found.set(true),
                            Err(future) => leave(future, &ctl),
                        }
                        s
                    })
                }),
            ),
            (
                "within",
                Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    let id = log.id();
                    Box::pin(async move {
                        let timer = poll_fn(|_| if ctl.get() == 0 { Poll::Pending } else { Poll::Ready(()) });
                        match pin!(s.send(id).within(timer)).await {
                            Ok(sent) => log.sent(id, sent),
                            Err(error) => {
                                log.found.set(ctl.get() == 0);
                                log.back(error.into_inner(), id);
                            }
                        }
                        s
                    })
                }),
            ),
            (
                "with_grace",
                Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    let id = log.id();
                    Box::pin(async move {
                        let timer = poll_fn(|_| if ctl.get() == 0 { Poll::Pending } else { Poll::Ready(()) });
                        match pin!(s.send(id).with_grace(timer)).await {
                            Ok(sent) => log.sent(id, sent),
                            Err(error) => {
                                log.found.set(ctl.get() == 0);
                                log.back(error.into_inner(), id);
                            }
                        }
                        s
                    })
                }),
            ),
            (
                "many",
                Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, dice: &mut Dice| {
                    let ids: Vec<u32> = (0..dice.below(4)).map(|_| log.id()).collect();
                    Box::pin(async move {
                        let mut items = ids.clone().into_iter();
                        let mut future = s.send_many(&mut items);
                        let before = Cell::new(0);
                        let done = poll_fn(|cx| match ctl.get() {
                            0 => {
                                let polled = Pin::new(&mut future).poll(cx).map(Some);
                                let sent = future.sent();
                                if sent > before.get() || polled.is_ready() {
                                    log.found.set(true);
                                }
                                log.accepted.borrow_mut().extend(&ids[before.get()..sent]);
                                before.set(sent);
                                polled
                            }
                            _ => Poll::Ready(None),
                        })
                        .await;
                        let sent = future.sent();
                        log.returned.borrow_mut().extend(&ids[sent..]);
                        match done {
                            Some(Ok(count)) => assert_eq!(count, ids.len()),
                            Some(Err(error)) => assert_eq!(error.into_inner(), ids[sent]),
                            None if ctl.get() == 2 => {
                                mem::forget(future);
                                return s;
                            }
                            None => {
                                let next = future.into_inner();
                                assert!(next.is_none_or(|next| next == ids[sent]));
                                return s;
                            }
                        }
                        drop(future);
                        s
                    })
                }),
            ),
        ],
        now: vec![
            Rc::new(|s, log, _| {
                let id = log.id();
                match s.try_send(id) {
                    Ok(sent) => log.sent(id, sent),
                    Err(error) => log.back(error.into_inner(), id),
                }
            }),
            Rc::new(|s, log, _| {
                let id = log.id();
                match s.send_timeout(id, Duration::ZERO) {
                    Ok(sent) => log.sent(id, sent),
                    Err(error) => log.back(error.into_inner(), id),
                }
            }),
        ],
        another: None,
        tidy: Rc::new(|s| drop(s.send_many([].into_iter()))),
    }
}

fn ready<P: RoomEnd + 'static, D: Desk + 'static>(ways: &mut Ways<Sender<P, D>>) {
    ways.waits.push((
        "ready",
        Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
            Box::pin(async move {
                match until(s.ready(), &ctl).await {
                    Ok(()) => log.found.set(true),
                    Err(future) => leave(future, &ctl),
                }
                s
            })
        }),
    ));
}

fn pressed<P: SendEnd + PressureEnd + 'static, D: Desk + 'static>(ways: &mut Ways<Sender<P, D>>) {
    ways.waits.push((
        "pressure",
        Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
            Box::pin(async move {
                match until(s.pressure_changed(), &ctl).await {
                    Ok(_) => log.found.set(true),
                    Err(future) => leave(future, &ctl),
                }
                s
            })
        }),
    ));
}

fn reserves<P: ReserveEnd<Item = u32> + 'static, D: Desk + 'static>(ways: &mut Ways<Sender<P, D>>)
where
    P::Sent: Sent,
{
    ways.waits.push((
        "reserve",
        Rc::new(|mut s: Sender<P, D>, log: Rc<Log>, ctl: Ctl, dice: &mut Dice| {
            let (id, uses, owned) = (log.id(), dice.one_in(2), dice.one_in(2));
            Box::pin(async move {
                if owned {
                    match until(s.reserve_owned(), &ctl).await {
                        Ok(Ok(permit)) if uses => match permit.send(id) {
                            Ok(s) => {
                                log.sent(id, ());
                                s
                            }
                            Err(_) => panic!("a permit that is none"),
                        },
                        Ok(Ok(permit)) => {
                            log.found.set(true);
                            permit.release()
                        }
                        Ok(Err(error)) => {
                            log.found.set(true);
                            error.into_inner()
                        }
                        Err(future) => future.into_inner().unwrap(),
                    }
                } else {
                    match until(s.reserve(), &ctl).await {
                        Ok(Ok(permit)) if uses => match permit.send(id) {
                            Ok(sent) => log.sent(id, sent),
                            Err(_) => panic!("a permit that is none"),
                        },
                        Ok(_) => log.found.set(true),
                        Err(future) => leave(future, &ctl),
                    }
                    s
                }
            })
        }),
    ));
}

fn forces<P: ForceEnd<Item = u32> + 'static, D: Desk + 'static>(ways: &mut Ways<Sender<P, D>>) {
    ways.now.push(Rc::new(|s, log, _| {
        let id = log.id();
        match s.force_send(id) {
            Ok(sent) => log.sent(id, sent),
            Err(error) => log.back(error.into_inner(), id),
        }
    }));
}

fn clones<P: SendEnd + CloneEnd + 'static, D: Desk + 'static>(ways: &mut Ways<Sender<P, D>>) {
    ways.another = Some(Rc::new(|s| s.try_clone().ok()));
}

fn receives<C, D>(_: &Receiver<C, D>) -> Ways<Receiver<C, D>>
where
    C: ReceiveEnd + Unpin + 'static,
    C::Item: Id,
    D: Desk + Unpin + 'static,
{
    fn got(log: &Log, item: &impl Id) {
        log.found.set(true);
        log.received.borrow_mut().push(item.id());
    }
    Ways {
        waits: vec![
            (
                "recv",
                Rc::new(|mut r: Receiver<C, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    Box::pin(async move {
                        match until(r.recv(), &ctl).await {
                            Ok(Ok(item)) => got(&log, &item),
                            Ok(Err(_)) => log.found.set(true),
                            Err(future) => leave(future, &ctl),
                        }
                        r
                    }) as Task<_>
                }),
            ),
            (
                "poll_recv",
                Rc::new(|mut r: Receiver<C, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
                    Box::pin(async move {
                        poll_fn(|cx| match ctl.get() {
                            0 => r.poll_recv(cx).map(|item| {
                                log.found.set(true);
                                item.iter().for_each(|item| got(&log, item));
                            }),
                            _ => Poll::Ready(()),
                        })
                        .await;
                        r
                    })
                }),
            ),
            (
                "recv_many",
                Rc::new(|mut r: Receiver<C, D>, log: Rc<Log>, ctl: Ctl, dice: &mut Dice| {
                    let max = dice.below(4);
                    Box::pin(async move {
                        let mut into = Vec::new();
                        match until(r.recv_many(&mut into, max), &ctl).await {
                            Ok(_) => log.found.set(true),
                            Err(future) => leave(future, &ctl),
                        }
                        into.iter().for_each(|item| got(&log, item));
                        r
                    })
                }),
            ),
        ],
        now: vec![
            Rc::new(|r, log, _| r.try_recv().iter().for_each(|item| got(log, item))),
            Rc::new(|r, log, dice| {
                let mut drain = r.drain();
                drain.by_ref().take(dice.below(5)).for_each(|item| got(log, &item));
                if dice.one_in(4) {
                    // It is told by the next look.
                    mem::forget(drain);
                    r.try_recv().iter().for_each(|item| got(log, item));
                }
            }),
            Rc::new(|r, log, _| r.recv_timeout(Duration::ZERO).iter().for_each(|item| got(log, item))),
        ],
        another: None,
        tidy: Rc::new(|r| drop(r.recv())),
    }
}

fn receiver_pressed<C: ReceiveEnd + PressureEnd + 'static, D: Desk + 'static>(ways: &mut Ways<Receiver<C, D>>) {
    ways.waits.push((
        "pressure",
        Rc::new(|mut s: Receiver<C, D>, log: Rc<Log>, ctl: Ctl, _: &mut Dice| {
            Box::pin(async move {
                match until(s.pressure_changed(), &ctl).await {
                    Ok(_) => log.found.set(true),
                    Err(future) => leave(future, &ctl),
                }
                s
            })
        }),
    ));
}

fn closes<C: CloseEnd + 'static, D: Desk + 'static>(ways: &mut Ways<Receiver<C, D>>) {
    ways.now.push(Rc::new(|r, _, dice| {
        if dice.one_in(12) {
            r.close();
        }
    }));
}

/// Now and then the policy is another one, if there is that.
fn changes_policy<S: 'static, O: TryFrom<Overflow> + 'static>(ways: &mut Ways<S>, set: fn(&S, O)) {
    ways.now.push(Rc::new(move |end, _, dice| {
        let overflows = [Overflow::Reject, Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest];
        if let (true, Ok(policy)) = (dice.one_in(3), O::try_from(overflows[dice.below(4)])) {
            set(end, policy);
        }
    }));
}

/// An end of a channel, at rest or in a task.
enum Actor<S> {
    Idle(S, bool),
    Busy { task: Task<S>, ctl: Ctl, bell: Arc<Bell>, what: &'static str },
}

struct Crew<S> {
    ways: Ways<S>,
    actors: Vec<Actor<S>>,
}

fn bell(dice: &mut Dice) -> Arc<Bell> {
    Arc::new(Bell { rung: AtomicBool::new(false), panics: dice.one_in(12), uses: dice.one_in(6) })
}

impl<S: 'static> Crew<S> {
    fn poll(&mut self, at: usize, dice: &mut Dice) -> bool {
        let Actor::Busy { mut task, ctl, bell: old, what } = self.actors.remove(at) else { panic!("idle") };
        let is_new = dice.one_in(3);
        let bell = if is_new { bell(dice) } else { Arc::clone(&old) };
        old.rung.store(false, Ordering::Relaxed);
        let polled = task.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::clone(&bell))));
        let (actor, ready) = match polled {
            Poll::Ready(end) => (Actor::Idle(end, ctl.get() == 2), true),
            Poll::Pending => (Actor::Busy { task, ctl, bell, what }, false),
        };
        self.actors.insert(at, actor);
        ready
    }

    fn start(&mut self, at: usize, log: &Rc<Log>, dice: &mut Dice) {
        if let Actor::Busy { .. } = self.actors[at] {
            return;
        }
        let Actor::Idle(end, _) = self.actors.remove(at) else { panic!("busy") };
        let (what, way) = self.ways.waits[dice.below(self.ways.waits.len())].clone();
        let ctl = Ctl::default();
        let task = way(end, Rc::clone(log), Rc::clone(&ctl), dice);
        self.actors.insert(at, Actor::Busy { task, ctl, bell: bell(dice), what });
        self.poll(at, dice);
    }

    fn now(&mut self, at: usize, log: &Rc<Log>, dice: &mut Dice) {
        if let Actor::Idle(end, _) = &mut self.actors[at] {
            let now = Rc::clone(&self.ways.now[dice.below(self.ways.now.len())]);
            now(end, log, dice);
        }
    }

    fn stop(&mut self, at: usize, dice: &mut Dice) {
        if let Actor::Busy { ctl, .. } = &self.actors[at] {
            ctl.set(1 + u8::from(dice.one_in(3)));
            assert!(self.poll(at, dice));
        }
    }

    fn woken(&self) -> Vec<usize> {
        let rung = |actor: &Actor<S>| matches!(actor, Actor::Busy { bell, .. } if bell.rung.load(Ordering::Relaxed));
        (0..self.actors.len()).filter(|&at| rung(&self.actors[at])).collect()
    }
}

struct Shape {
    seed: u64,
    name: &'static str,
    /// Which senders are mostly used.
    some: Vec<usize>,
    /// All that is accepted is received.
    keeps: bool,
    most: usize,
}

fn run<S: 'static, R: 'static>(shape: Shape, senders: (Vec<S>, Ways<S>), receiver: (R, Ways<R>)) {
    let Shape { seed, name, some, keeps, most } = shape;
    let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 77);
    let log = Rc::new(Log { has_classes: name == "priority", ..Log::default() });
    let mut tx = Crew { ways: senders.1, actors: senders.0.into_iter().map(|s| Actor::Idle(s, false)).collect() };
    let mut rx = Crew { ways: receiver.1, actors: vec![Actor::Idle(receiver.0, false)] };
    if let Some(another) = &tx.ways.another {
        if dice.one_in(3) {
            let Actor::Idle(first, _) = &tx.actors[0] else { panic!("idle") };
            if let Some(mut spare) = another(first) {
                let (now, log, mut dice) = (tx.ways.now.clone(), Rc::clone(&log), dice.clone());
                AT_WAKE.set(Some(Box::new(move || {
                    let way = dice.below(now.len());
                    if dice.one_in(2) {
                        now[way](&mut spare, &log, &mut dice);
                    }
                })));
            }
        }
    }
    let most_steps = if dice.one_in(8) { 600 } else { 60 };
    let steps = 5 + dice.below(most_steps);
    for step in 0..steps {
        let at = |dice: &mut Dice, len: usize| match dice.below(4) {
            0 => dice.below(len),
            _ => some[dice.below(some.len())] % len,
        };
        match dice.below(20) {
            0..=4 if !tx.actors.is_empty() => {
                let at = at(&mut dice, tx.actors.len());
                tx.start(at, &log, &mut dice);
            }
            5..=8 if !tx.actors.is_empty() => {
                let at = at(&mut dice, tx.actors.len());
                tx.now(at, &log, &mut dice);
            }
            9 if !tx.actors.is_empty() => {
                let at = at(&mut dice, tx.actors.len());
                tx.stop(at, &mut dice);
            }
            10 if !tx.actors.is_empty() => {
                let at = at(&mut dice, tx.actors.len());
                match (&tx.actors[at], &tx.ways.another) {
                    _ if dice.one_in(6) => drop(tx.actors.remove(at)),
                    (Actor::Idle(end, _), Some(another)) if tx.actors.len() < most => {
                        if let Some(other) = another(end) {
                            tx.actors.push(Actor::Idle(other, false));
                        }
                    }
                    _ => {}
                }
            }
            11 | 12 if !rx.actors.is_empty() => rx.start(0, &log, &mut dice),
            13 | 14 if !rx.actors.is_empty() => rx.now(0, &log, &mut dice),
            15 if !rx.actors.is_empty() => rx.stop(0, &mut dice),
            16 if !rx.actors.is_empty() && dice.one_in(20) => {
                rx.actors.clear();
            }
            17 | 18 => {
                if let Some(&at) = tx.woken().first() {
                    tx.poll(at, &mut dice);
                }
                if !rx.woken().is_empty() {
                    rx.poll(0, &mut dice);
                }
            }
            19 | 16 => settle(&mut tx, &mut rx, &log, &mut dice, (name, seed, step)),
            _ => {}
        }
    }
    settle(&mut tx, &mut rx, &log, &mut dice, (name, seed, steps));
    // The account.
    AT_WAKE.set(None);
    tx.actors.clear();
    settle(&mut tx, &mut rx, &log, &mut dice, (name, seed, steps + 1));
    if !rx.actors.is_empty() {
        if let Actor::Busy { ctl, .. } = &rx.actors[0] {
            ctl.set(1);
            rx.poll(0, &mut dice);
        }
        let Actor::Idle(end, _) = &mut rx.actors[0] else { panic!("cancelled") };
        let all: usize = log.next.get() as usize + 8;
        for _ in 0..all {
            (rx.ways.now[0])(end, &log, &mut dice);
        }
        let (accepted, received) = (log.accepted.borrow(), log.received.borrow());
        let set: HashSet<u32> = accepted.iter().copied().collect();
        assert_eq!(set.len(), accepted.len(), "{name} {seed}");
        let evicted = log.evicted.borrow();
        let out: HashSet<u32> = received.iter().chain(evicted.iter()).copied().collect();
        assert_eq!(out.len(), received.len() + evicted.len(), "{name} {seed}: twice");
        assert!(out.is_subset(&set), "{name} {seed}: out of nothing");
        assert!(!keeps || out == set, "{name} {seed}: lost {:?}", set.difference(&out));
        assert!(log.returned.borrow().iter().all(|id| !set.contains(id)), "{name} {seed}: returned and accepted");
    }
}

fn settle<S: 'static, R: 'static>(
    tx: &mut Crew<S>,
    rx: &mut Crew<R>,
    log: &Rc<Log>,
    dice: &mut Dice,
    what: (&str, u64, usize),
) {
    // One who has forgotten a future may have been called, and is kept.
    let tidy = Rc::clone(&tx.ways.tidy);
    for actor in &mut tx.actors {
        if let Actor::Idle(end, forgot @ true) = actor {
            tidy(end);
            *forgot = false;
        }
    }
    let tidy = Rc::clone(&rx.ways.tidy);
    for actor in &mut rx.actors {
        if let Actor::Idle(end, forgot @ true) = actor {
            tidy(end);
            *forgot = false;
        }
    }
    for polls in 0.. {
        assert!(polls < 2000, "{what:?}: they wake each other for ever");
        let (senders, receivers) = (tx.woken(), rx.woken());
        if senders.is_empty() && receivers.is_empty() {
            break;
        }
        if !senders.is_empty() && (receivers.is_empty() || dice.one_in(2)) {
            tx.poll(senders[dice.below(senders.len())], dice);
        } else {
            rx.poll(0, dice);
        }
    }
    // Nobody is woken. So nobody finds anything; the first that does is a call that was lost.
    let at_wake = AT_WAKE.take();
    log.found.set(false);
    for at in 0..tx.actors.len() {
        if let Actor::Busy { what: way, .. } = tx.actors[at] {
            tx.poll(at, dice);
            assert!(!log.found.get(), "{what:?}: sender {at} sleeps, and there is what it waits for: {way}");
        }
    }
    for at in 0..rx.actors.len() {
        if let Actor::Busy { what: way, .. } = rx.actors[at] {
            rx.poll(at, dice);
            assert!(!log.found.get(), "{what:?}: the receiver sleeps, and there is what it waits for: {way}");
        }
    }
    AT_WAKE.set(at_wake);
}

fn seeds() -> std::ops::Range<u64> {
    let from = std::env::var("FOREBAY_SEED").map_or(0, |from| from.parse().unwrap());
    let many = std::env::var("FOREBAY_SEEDS").map_or(5_000, |many| many.parse().unwrap());
    from..from + many
}

fn shape(seed: u64, name: &'static str, keeps: bool, most: usize) -> Shape {
    Shape { seed, name, some: (0..most).collect(), keeps, most }
}

#[test]
fn of_spsc() {
    for seed in seeds() {
        let (tx, rx) = channel::builder(1 + seed as usize % 3).spsc().unwrap();
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        reserves(&mut s);
        receiver_pressed(&mut r);
        run(shape(seed, "spsc", true, 1), (vec![tx], s), (rx, r));
    }
}

#[test]
fn of_mpsc() {
    for seed in seeds() {
        let capacity = 1 + seed as usize % 4;
        let builder = channel::builder(capacity);
        let (tx, rx) = if capacity > 2 { builder.watermarks(2, 1) } else { builder }.mpsc().unwrap();
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        clones(&mut s);
        receiver_pressed(&mut r);
        closes(&mut r);
        changes_policy(&mut s, Sender::set_overflow);
        changes_policy(&mut r, Receiver::set_overflow);
        run(shape(seed, "mpsc", true, 6), (vec![tx.clone(), tx], s), (rx, r));
    }
}

#[test]
fn of_swap() {
    for seed in seeds() {
        let overflow = [Overflow::Reject, Overflow::DropIncoming, Overflow::DropOldest][seed as usize % 3];
        let builder = channel::builder(1 + seed as usize % 4).overflow(overflow).senders(1 + seed as usize / 12 % 6);
        let (tx, rx) = match overflow {
            Overflow::Reject => builder.swap(),
            _ if seed as usize / 3 % 2 == 0 => builder.swap(),
            _ => builder.grace(Duration::from_millis(1)).swap(),
        }
        .unwrap();
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        clones(&mut s);
        forces(&mut s);
        receiver_pressed(&mut r);
        closes(&mut r);
        changes_policy(&mut s, Sender::set_overflow);
        changes_policy(&mut r, Receiver::set_overflow);
        s.waits.retain(|&(what, _)| what != "many");
        run(shape(seed, "swap", true, 6), (vec![tx], s), (rx, r));
    }
}

#[test]
fn of_priority() {
    for seed in seeds() {
        let overflow = [Overflow::Reject, Overflow::Reject, Overflow::DropOldest][seed as usize % 3];
        let class = |&id: &u32| id as usize % 3;
        let (tx, rx) = channel::priority::<3, _, _>(1 + seed as usize % 4, overflow, class).unwrap();
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        clones(&mut s);
        receiver_pressed(&mut r);
        closes(&mut r);
        changes_policy(&mut s, Sender::set_overflow);
        changes_policy(&mut r, Receiver::set_overflow);
        s.waits.retain(|&(what, _)| what != "many");
        run(shape(seed, "priority", true, 6), (vec![tx], s), (rx, r));
    }
}

#[test]
fn of_conflated() {
    for seed in seeds() {
        let (tx, rx) = channel::conflated(5, |&id: &u32| id as usize % 5).unwrap();
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        pressed(&mut s);
        receiver_pressed(&mut r);
        s.waits.retain(|&(what, _)| what != "many");
        run(shape(seed, "conflated", true, 1), (vec![tx], s), (rx, r));
    }
}

#[test]
fn of_latest() {
    for seed in seeds() {
        let (tx, rx) = channel::latest::<u32>();
        let (mut s, r) = (sends(&tx), receives(&rx));
        s.waits.retain(|&(what, _)| what != "many");
        run(shape(seed, "latest", true, 1), (vec![tx], s), (rx, r));
    }
}

/// With as many lanes as are told apart, and more.
#[test]
fn of_lanes() {
    for seed in seeds() {
        let lanes = [1, 2, 3, 63, 64, 65, 70, 130][seed as usize % 8];
        let (opener, rx) = channel::fan_in::<u32>(lanes, 1 + seed as usize / 8 % 3).unwrap();
        let senders: Vec<_> =
            (0..lanes).map(|lane| opener.open(NonZeroU32::new(1 + lane as u32 % 3).unwrap()).unwrap()).collect();
        let (mut s, r) = (sends(&senders[0]), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        reserves(&mut s);
        s.another = Some(Rc::new(move |_| opener.open(NonZeroU32::MIN).ok()));
        let mut shape = shape(seed, "lanes", true, lanes);
        shape.some = vec![0, 1, 64, 128, 65, 5, 69];
        run(shape, (senders, s), (rx, r));
    }
}

#[derive(Clone, Default)]
struct Ticks(Rc<Cell<u64>>);

impl Clock for Ticks {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

/// Of what is received so late that it is discarded.
#[test]
fn of_stages() {
    for seed in seeds() {
        let clock = Ticks::default();
        let (tx, rx) = mpsc::ring::<Stamped<u32>>(1 + seed as usize % 4).unwrap();
        let rx = Expiring::new(rx, clock.clone(), MaxAge::new(1)).with_sink(|_: u32| {});
        let (tx, rx) = channel::over(Stamping::new(tx, clock.clone()), rx);
        let (mut s, mut r) = (sends(&tx), receives(&rx));
        ready(&mut s);
        pressed(&mut s);
        clones(&mut s);
        receiver_pressed(&mut r);
        closes(&mut r);
        // The time goes on with what is sent at once.
        s.now.push(Rc::new(move |_, _, dice| clock.0.set(clock.0.get() + dice.below(3) as u64)));
        changes_policy(&mut s, Sender::set_overflow);
        changes_policy(&mut r, Receiver::set_overflow);
        run(shape(seed, "stages", false, 6), (vec![tx.clone(), tx], s), (rx, r));
    }
}

/// In the same statics, over and over.
#[test]
fn of_a_lobby() {
    static LOBBY: Lobby<5> = Lobby::new();
    static RING: swap::Ring<u32, 2, 4> = swap::Ring::new();
    static LANES: fan_in::Ring<u32, 1, 4> = fan_in::Ring::new();
    for seed in seeds() {
        if seed % 2 == 0 {
            let (tx, rx) = RING.try_split().unwrap();
            let (tx, mut rx) = LOBBY.ends(tx, rx).unwrap();
            while rx.try_recv().is_ok() {}
            let (mut s, mut r) = (sends(&tx), receives(&rx));
            ready(&mut s);
            pressed(&mut s);
            clones(&mut s);
            forces(&mut s);
            receiver_pressed(&mut r);
            closes(&mut r);
            changes_policy(&mut s, Sender::set_overflow);
            changes_policy(&mut r, Receiver::set_overflow);
            s.waits.retain(|&(what, _)| what != "many");
            run(shape(seed, "lobby", false, 4), (vec![tx], s), (rx, r));
        } else {
            let (opener, rx) = LANES.try_split().unwrap();
            let (opener, mut rx) = LOBBY.lanes(opener, rx).unwrap();
            while rx.try_recv().is_ok() {}
            let senders: Vec<_> = (0..2).map(|_| opener.open(NonZeroU32::MIN).unwrap()).collect();
            let (mut s, r) = (sends(&senders[0]), receives(&rx));
            ready(&mut s);
            pressed(&mut s);
            reserves(&mut s);
            s.another = Some(Rc::new(move |_| opener.open(NonZeroU32::MIN).ok()));
            run(shape(seed, "lobby lanes", false, 4), (senders, s), (rx, r));
        }
    }
}
