//! The checker finds fault with rings of lanes that are wrong, and none with those that are right: as `selftest` for the others.

use std::array;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{hint, thread};

use forebay_core::Refusal;
use forebay_tests::history::fan_in::{LANES, Lane, Op, Open, Pop, Rest, State};
use forebay_tests::history::record::Call;
use forebay_tests::history::ring::{Id, Push};

use crate::drive::{self, Random, Tally, check, drive};
use crate::lanes::{Consuming, OUTCOMES, Opening, Plan, Producing, left, session};

/// What a ring does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// Nothing either: an item is seen in its lane before the consumer finds the lane.
    HintsLate,
    /// Nothing either: an opener looks at one lane after another.
    LooksAtEach,
    NewestFirst,
    LosesItem,
    GivesItemTwice,
    /// An item of one lane comes out as another one's.
    WrongLane,
    /// What is in the other lanes takes room from this one.
    SharedRoom,
    OneTooMany,
    /// Only one lane is looked at before "empty" is said.
    FalseEmpty,
    /// "Closed" while there are openers.
    ClosedBeforeOpeners,
    /// The consumer sees nothing inside, then no producer, and does not look again.
    LastItemLost,
    /// A producer that goes takes its items with it.
    ItemsGoWithProducer,
    /// A lane is free before its items were taken out.
    FreeBeforeDrained,
    /// A lane is never free again.
    NeverFree,
    /// Two openers get the same lane.
    OpenedTwice,
    ShedNotCounted,
    /// A lane starts with the policy of the one before.
    OldPolicy,
    FullAfterConsumer,
    OpensAfterConsumer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    Free,
    Held,
    Gone,
}

struct LaneModel {
    holder: Holder,
    items: VecDeque<Id>,
    /// How many of them the consumer can find.
    hinted: usize,
    policy: Refusal,
}

struct Model {
    lanes: Vec<LaneModel>,
    next: usize,
    openers: usize,
    consumer: bool,
    shed: usize,
}

struct Ring {
    fault: Fault,
    capacity: usize,
    dice: AtomicU32,
    model: Mutex<Model>,
}

impl Ring {
    fn new(fault: Fault, plan: &Plan, seed: u64) -> Self {
        let lane = |_| LaneModel { holder: Holder::Free, items: VecDeque::new(), hinted: 0, policy: Refusal::Reject };
        let lanes = (0..plan.lanes).map(lane).collect();
        let model = Model { lanes, next: 0, openers: plan.openers, consumer: true, shed: 0 };
        let dice = AtomicU32::new(u32::try_from(seed % 1_000_000).expect("a small number"));
        Self { fault, capacity: plan.capacity, dice, model: Mutex::new(model) }
    }

    fn lock(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn roll(&self, below: usize) -> usize {
        Random::new(self.dice.fetch_add(1, Ordering::Relaxed).into()).below(below)
    }

    /// Now and then.
    fn errs(&self, fault: Fault) -> bool {
        self.fault == fault && self.roll(8) == 0
    }

    /// Others come in between.
    fn stand_still(&self) {
        match self.roll(4) {
            0 => (0..3).for_each(|_| thread::yield_now()),
            1 => thread::yield_now(),
            _ => (0..200).for_each(|_| hint::spin_loop()),
        }
    }

    fn open(&self) -> Result<usize, Open> {
        let mut model = self.lock();
        if !model.consumer && !self.errs(Fault::OpensAfterConsumer) {
            return Err(Open::Closed);
        }
        for number in 0..model.lanes.len() {
            if self.fault == Fault::LooksAtEach {
                drop(model);
                self.stand_still();
                model = self.lock();
                if !model.consumer {
                    return Err(Open::Closed);
                }
            }
            let lane = &mut model.lanes[number];
            let is_free = match lane.holder {
                Holder::Free => true,
                Holder::Held => self.errs(Fault::OpenedTwice),
                Holder::Gone => self.errs(Fault::FreeBeforeDrained),
            };
            if is_free {
                lane.holder = Holder::Held;
                if self.fault != Fault::OldPolicy {
                    lane.policy = Refusal::Reject;
                }
                return Ok(number);
            }
        }
        Err(Open::AllTaken)
    }

    fn push(&self, number: usize, id: Id) -> Push {
        let mut model = self.lock();
        let all: usize = model.lanes.iter().map(|lane| lane.items.len()).sum();
        let len = if self.fault == Fault::SharedRoom { all } else { model.lanes[number].items.len() };
        if len >= self.capacity + usize::from(self.errs(Fault::OneTooMany)) {
            if !model.consumer && self.fault != Fault::FullAfterConsumer {
                return Push::Closed;
            }
            if model.lanes[number].policy == Refusal::Reject {
                return Push::Full;
            }
            model.shed += usize::from(!self.errs(Fault::ShedNotCounted));
            return Push::Shed;
        }
        if self.errs(Fault::LosesItem) {
            return Push::Stored;
        }
        model.lanes[number].items.push_back(id);
        if self.fault == Fault::HintsLate {
            drop(model);
            self.stand_still();
            model = self.lock();
        }
        let lane = &mut model.lanes[number];
        lane.hinted = lane.items.len();
        Push::Stored
    }

    fn pop(&self) -> Pop {
        let mut model = self.lock();
        let count = model.lanes.len();
        let looks = if self.errs(Fault::FalseEmpty) { 1 } else { count };
        for _ in 0..looks {
            let number = model.next % count;
            model.next += 1;
            let lane = &mut model.lanes[number];
            if lane.hinted == 0 {
                if lane.holder == Holder::Gone && lane.items.is_empty() && self.fault != Fault::NeverFree {
                    lane.holder = Holder::Free;
                }
                continue;
            }
            lane.hinted -= 1;
            let item = match self.fault {
                Fault::NewestFirst if self.errs(self.fault) => lane.items.pop_back(),
                Fault::GivesItemTwice if self.errs(self.fault) => {
                    lane.hinted += 1;
                    lane.items.front().copied()
                }
                _ => lane.items.pop_front(),
            };
            let told = if self.errs(Fault::WrongLane) { (number + 1) % LANES } else { number };
            return Pop::Item(Lane::try_from(told).expect("few lanes"), item.expect("it was hinted at"));
        }
        if self.fault == Fault::LastItemLost {
            drop(model);
            self.stand_still();
            model = self.lock();
        }
        let openers = if self.fault == Fault::ClosedBeforeOpeners { 0 } else { model.openers };
        let is_ended = openers == 0 && model.lanes.iter().all(|lane| lane.holder != Holder::Held);
        if is_ended { Pop::Closed } else { Pop::Empty }
    }
}

struct Opener<'q>(&'q Ring);

struct Producer<'q>(&'q Ring, usize);

struct Consumer<'q>(&'q Ring);

impl<'q> Opening for Opener<'q> {
    type Lane = Producer<'q>;

    fn open(&mut self) -> Result<Producer<'q>, Open> {
        self.0.open().map(|number| Producer(self.0, number))
    }
}

impl Drop for Opener<'_> {
    fn drop(&mut self) {
        self.0.lock().openers -= 1;
    }
}

impl Producing for Producer<'_> {
    fn lane(&self) -> Lane {
        Lane::try_from(self.1).expect("few lanes")
    }

    fn push(&mut self, id: Id) -> Push {
        self.0.push(self.1, id)
    }

    fn push_batch(&mut self, ids: &[Id]) -> Vec<Push> {
        // None that would be refused, which a batch does not tell.
        let has_room = || self.0.lock().lanes[self.1].items.len() < self.0.capacity;
        let pushes = ids.iter().map_while(|&id| has_room().then(|| self.0.push(self.1, id)));
        pushes.take_while(|push| *push == Push::Stored).collect()
    }

    fn len(&self) -> usize {
        self.0.lock().lanes[self.1].items.len()
    }

    fn switch(&mut self, policy: Refusal) {
        self.0.lock().lanes[self.1].policy = policy;
    }
}

impl Drop for Producer<'_> {
    fn drop(&mut self) {
        let mut model = self.0.lock();
        let lane = &mut model.lanes[self.1];
        lane.holder = Holder::Gone;
        if self.0.errs(Fault::ItemsGoWithProducer) {
            lane.items.clear();
            lane.hinted = 0;
        }
    }
}

impl Consuming for Consumer<'_> {
    fn pop(&mut self) -> Pop {
        self.0.pop()
    }

    fn len(&self, lane: Lane) -> Option<usize> {
        let model = self.0.lock();
        let lane = &model.lanes[usize::from(lane)];
        (lane.holder != Holder::Free).then_some(lane.items.len())
    }

    fn switch(&mut self, lane: Lane, policy: Refusal) -> bool {
        let mut model = self.0.lock();
        let lane = &mut model.lanes[usize::from(lane)];
        if lane.holder != Holder::Free {
            lane.policy = policy;
        }
        lane.holder != Holder::Free
    }

    fn rest(&mut self) -> Rest {
        let model = self.0.lock();
        let seen = |lane: &LaneModel| (lane.holder != Holder::Free).then_some((lane.items.len(), lane.policy));
        Rest { lanes: array::from_fn(|number| model.lanes.get(number).and_then(seen)), shed: model.shed }
    }
}

impl Drop for Consumer<'_> {
    fn drop(&mut self) {
        self.0.lock().consumer = false;
    }
}

fn work(fault: Fault, seed: u64) -> (Plan, Vec<Vec<Call<Op>>>) {
    let plan = Plan::of(seed);
    let ring = Ring::new(fault, &plan, seed);
    let openers = (0..plan.openers).map(|_| Opener(&ring)).collect();
    let mut windows = session(&plan, seed, openers, Consumer(&ring));
    windows.push(left(Consumer(&ring)));
    (plan, windows)
}

fn judge(plan: &Plan, windows: &[Vec<Call<Op>>], tally: &mut Tally) -> Result<(), String> {
    let openers = u8::try_from(plan.openers).expect("few");
    check(&plan.spec(false), State::new(openers), windows, tally).map_err(|why| format!("{plan:?}, {why}"))
}

fn is_right(fault: Fault) {
    drive(&format!("lanes, {fault:?}"), OUTCOMES, |seed, tally| {
        let (plan, windows) = work(fault, seed);
        judge(&plan, &windows, tally)
    });
}

fn is_found(fault: Fault) {
    drive::is_found(&format!("{fault:?} as lanes"), |seed, tally| {
        let (plan, windows) = work(fault, seed);
        judge(&plan, &windows, tally)
    });
}

#[test]
fn right() {
    is_right(Fault::None);
}

/// What is said of all lanes is less than one step, in these two ways.
#[test]
fn right_if_hints_are_late() {
    is_right(Fault::HintsLate);
}

#[test]
fn right_if_an_opener_looks_at_each() {
    is_right(Fault::LooksAtEach);
}

macro_rules! found {
    ($($name:ident: $fault:ident;)*) => {$(
        #[test]
        fn $name() {
            is_found(Fault::$fault);
        }
    )*};
}

found! {
    closed_before_openers: ClosedBeforeOpeners;
    false_empty: FalseEmpty;
    free_before_drained: FreeBeforeDrained;
    full_after_consumer: FullAfterConsumer;
    gives_item_twice: GivesItemTwice;
    items_go_with_producer: ItemsGoWithProducer;
    last_item_lost: LastItemLost;
    loses_item: LosesItem;
    never_free: NeverFree;
    newest_first: NewestFirst;
    old_policy: OldPolicy;
    one_too_many: OneTooMany;
    opened_twice: OpenedTwice;
    opens_after_consumer: OpensAfterConsumer;
    shared_room: SharedRoom;
    shed_not_counted: ShedNotCounted;
    wrong_lane: WrongLane;
}
