//! The checker finds fault with queues that are wrong, and none with those that are right.
//!
//! All of these are a `VecDeque` behind a lock, so what they do right is beyond doubt. What each does wrong it does seldom, or
//! only if another thread comes in between two of its steps.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{hint, thread};

use forebay_core::Overflow;
use forebay_tests::history::record::Call;
use forebay_tests::history::ring::{Id, Op, Pop, Push, Rest};
use forebay_tests::history::{mpsc, spsc, swap};
use forebay_tests::swap::OVERFLOWS;

use crate::drive::{self, ENOUGH, Random, Tally, check, check_samples, drive};
use crate::ring::{Consuming, End, Plan, Producing, left, outcomes, samples, session, split};

/// What a queue does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// Nothing either: the policy is read before anything else.
    ReadsPolicyFirst,
    /// Nothing, if it is an `mpsc`: a push takes a slot before it puts its item in.
    TakesSlotFirst,
    /// Nothing, if it is a `swap` made for one producer: a push looks whether the ring is closed in a step of its own.
    LooksForCloseFirst,
    /// Nothing either, if it is a `swap`: a pop that lost a race leaves items behind, and a receive that waits drops them when it finds
    /// nothing else.
    LeavesBehind,
    /// So it does, and a receive that waits drops them whatever it finds.
    DropsWhatIsRoom,
    /// So it does, and a receive that does not wait looks again, too.
    LooksAgain,
    /// So it does, and a receive that waits drops what it finds.
    DropsWhileWaiting,
    NewestFirst,
    LosesItem,
    GivesItemTwice,
    FalseFull,
    FalseEmpty,
    /// Two items of one producer change places.
    OutOfOrder,
    EvictsNewest,
    EvictsWithRoom,
    EvictsInTwoSteps,
    /// Two pushes that evict get each other's victim.
    VictimsMixedUp,
    OneTooMany,
    /// Whether there is room is looked at in a step of its own.
    LooksFirst,
    ShedNotCounted,
    EvictionNotCounted,
    MissingToldTwice,
    SwitchIgnored,
    /// A forced push goes by the policy, too.
    ForcesByPolicy,
    /// A push puts back the flag as it was before.
    CloseLost,
    /// Only one that evicts does.
    CloseLostToEviction,
    /// What makes its own room comes in.
    EvictsAfterClose,
    StoresAfterClose,
    /// The consumer is told of the end while the only producer may still have a push under way.
    ClosedBeforeNoticed,
    EmptyAfterClose,
    /// Another split takes nothing in.
    StaysClosed,
    /// What was counted before another split is forgotten.
    CountsForgotten,
    ClosedBeforeEnd,
    /// The consumer sees nothing inside, then no producer, and does not look again.
    LastItemLost,
    FullAfterConsumer,
    /// What the consumer leaves inside is not as it was.
    LeavesDisorder,
    /// It is right for as many pushes as a history has that is recorded from the beginning.
    LosesItemLate,
}

/// More than there are pushes in a history that is recorded from the beginning.
const LATE: usize = 300;

impl Fault {
    const fn leaves_behind(self) -> bool {
        matches!(self, Self::LeavesBehind | Self::DropsWhatIsRoom | Self::LooksAgain | Self::DropsWhileWaiting)
    }
}

/// So often does a receive that waits look.
const LOOKS: usize = 3;

/// Which ring it claims to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Spsc,
    Mpsc,
    Swap,
    /// Made for one producer.
    SwapForOne,
}

struct Model {
    items: VecDeque<Id>,
    /// What was left behind, and how many slots between that and the items have been freed.
    left: VecDeque<Id>,
    freed: usize,
    policy: Overflow,
    /// What pushes obey.
    obeyed: Overflow,
    producers: usize,
    consumer: bool,
    closed: bool,
    /// A push was refused as the ring was closed.
    noticed: bool,
    /// Slots that were taken and not filled.
    held: usize,
    victims: Vec<Id>,
    evicted: usize,
    shed: usize,
    missing: usize,
    /// How many pushes there were.
    pushes: usize,
}

impl Model {
    /// What was left behind is gone, and its slots are free.
    fn drop_left(&mut self) {
        self.left.clear();
        self.freed = 0;
    }
}

struct Queue {
    kind: Kind,
    fault: Fault,
    capacity: usize,
    seats: usize,
    dice: AtomicU32,
    model: Mutex<Model>,
}

impl Queue {
    fn new(kind: Kind, fault: Fault, plan: &Plan, seed: u64) -> Self {
        let policy = plan.policies[0];
        let model = Model {
            items: VecDeque::new(),
            left: VecDeque::new(),
            freed: 0,
            policy,
            obeyed: policy,
            producers: plan.producers,
            consumer: true,
            closed: false,
            noticed: false,
            held: 0,
            victims: Vec::new(),
            evicted: 0,
            shed: 0,
            missing: 0,
            pushes: 0,
        };
        let dice = AtomicU32::new(u32::try_from(seed % 1_000_000).expect("a small number"));
        Self { kind, fault, capacity: plan.capacity, seats: plan.producers, dice, model: Mutex::new(model) }
    }

    fn lock(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Now and then.
    fn errs(&self, fault: Fault) -> bool {
        self.fault == fault && Random::new(self.dice.fetch_add(1, Ordering::Relaxed).into()).below(8) == 0
    }

    /// Others come in between.
    fn stand_still(&self) {
        match Random::new(self.dice.fetch_add(1, Ordering::Relaxed).into()).below(4) {
            0 => (0..3).for_each(|_| thread::yield_now()),
            1 => thread::yield_now(),
            _ => (0..200).for_each(|_| hint::spin_loop()),
        }
    }

    /// The ends of another split come.
    fn split(&self, producers: usize) {
        let mut model = self.lock();
        (model.producers, model.consumer) = (producers, true);
        model.closed &= self.fault == Fault::StaysClosed;
        model.noticed = false;
        if self.fault == Fault::CountsForgotten {
            (model.evicted, model.shed) = (0, 0);
        }
    }

    fn push(&self, id: Id, is_forced: bool) -> Push {
        let mut model = self.lock();
        model.pushes += 1;
        let (mut obeyed, mut looks_closed) = (model.obeyed, None);
        let evicts = |model: &Model| model.items.len() == self.capacity && model.obeyed == Overflow::DropOldest;
        match self.fault {
            Fault::ReadsPolicyFirst => {
                drop(model);
                self.stand_still();
                model = self.lock();
            }
            Fault::TakesSlotFirst if !model.closed && model.items.len() + model.held < self.capacity => {
                model.held += 1;
                drop(model);
                self.stand_still();
                model = self.lock();
                model.held -= 1;
                model.items.push_back(id);
                return Push::Stored;
            }
            Fault::CloseLost => {
                let closed = model.closed;
                drop(model);
                self.stand_still();
                model = self.lock();
                model.closed = closed;
            }
            Fault::CloseLostToEviction if !model.closed && evicts(&model) => {
                drop(model);
                self.stand_still();
                model = self.lock();
                model.closed &= !evicts(&model);
            }
            Fault::LooksForCloseFirst => {
                looks_closed = Some(model.closed);
                drop(model);
                self.stand_still();
                model = self.lock();
            }
            Fault::EvictsAfterClose if evicts(&model) => looks_closed = Some(false),
            Fault::LooksFirst if !model.closed && model.items.len() < self.capacity => {
                drop(model);
                self.stand_still();
                self.lock().items.push_back(id);
                return Push::Stored;
            }
            _ => {}
        }
        let is_closed = self.kind != Kind::Spsc && looks_closed.unwrap_or(model.closed);
        if is_closed && !self.errs(Fault::StoresAfterClose) {
            model.noticed = true;
            return Push::Closed;
        }
        let slots = model.left.len() + model.freed + model.items.len();
        if slots == self.capacity && !model.left.is_empty() {
            let victim = model.left.pop_front().expect("there is one");
            model.freed *= usize::from(!model.left.is_empty());
            model.items.push_back(id);
            return Push::Evicted(victim);
        }
        let (len, most) = (model.items.len() + model.held, self.capacity + usize::from(self.errs(Fault::OneTooMany)));
        let evicts_early = len > 0 && len + 1 == most && model.obeyed == Overflow::DropOldest;
        let is_full = len >= most
            || len + 1 == most && self.errs(Fault::FalseFull)
            || evicts_early && self.errs(Fault::EvictsWithRoom);
        if !is_full {
            let is_lost = self.errs(Fault::LosesItem) || model.pushes > LATE && self.errs(Fault::LosesItemLate);
            if !is_lost {
                model.items.push_back(id);
                self.mix_up(&mut model);
            }
            return Push::Stored;
        }
        if self.kind == Kind::Spsc && !model.consumer {
            return if self.fault == Fault::FullAfterConsumer { Push::Full } else { Push::Closed };
        }
        if self.fault != Fault::ReadsPolicyFirst {
            obeyed = model.obeyed;
        }
        if is_forced && !self.errs(Fault::ForcesByPolicy) {
            obeyed = Overflow::DropOldest;
        }
        match obeyed {
            Overflow::Reject => Push::Full,
            Overflow::DropIncoming => {
                model.shed += usize::from(!self.errs(Fault::ShedNotCounted));
                Push::Shed
            }
            Overflow::DropOldest => self.evict(model, id),
        }
    }

    fn evict<'q>(&'q self, mut model: MutexGuard<'q, Model>, id: Id) -> Push {
        let newest = self.errs(Fault::EvictsNewest);
        let victim = if newest { model.items.pop_back() } else { model.items.pop_front() };
        let victim = victim.expect("it is full");
        if !self.errs(Fault::EvictionNotCounted) {
            model.evicted += 1;
        }
        model.missing += 1;
        if self.fault == Fault::EvictsInTwoSteps {
            drop(model);
            self.stand_still();
            model = self.lock();
        }
        model.items.push_back(id);
        if self.fault == Fault::VictimsMixedUp {
            model.victims.push(victim);
            drop(model);
            self.stand_still();
            return Push::Evicted(self.lock().victims.pop().expect("there are as many as pushes that evict"));
        }
        Push::Evicted(victim)
    }

    /// The last two items change places if they are of one producer.
    fn mix_up(&self, model: &mut Model) {
        let [.., before, last] = model.items.make_contiguous() else { return };
        if *before / 10_000 == *last / 10_000 && self.errs(Fault::OutOfOrder) {
            std::mem::swap(before, last);
        }
    }

    fn pop(&self) -> (Pop, usize) {
        let mut model = self.lock();
        let is_closed = |model: &Model| match self.kind {
            Kind::Spsc => false,
            Kind::Mpsc => model.closed && model.held == 0,
            Kind::Swap if self.seats > 1 => model.closed && self.fault != Fault::EmptyAfterClose,
            Kind::Swap | Kind::SwapForOne => {
                model.closed && (model.noticed || self.fault == Fault::ClosedBeforeNoticed)
            }
        };
        let is_ended = |model: &Model| model.producers == 0 || is_closed(model);
        if self.errs(Fault::ClosedBeforeEnd) && is_ended(&model) {
            return (Pop::Closed, 0);
        }
        if model.items.is_empty() || self.errs(Fault::FalseEmpty) {
            if self.fault == Fault::LastItemLost {
                drop(model);
                self.stand_still();
                model = self.lock();
            }
            model.drop_left();
            return (if is_ended(&model) { Pop::Closed } else { Pop::Empty }, 0);
        }
        if self.fault.leaves_behind() && model.missing > 0 && model.left.is_empty() {
            let before = model.evicted;
            drop(model);
            self.stand_still();
            model = self.lock();
            if model.evicted > before {
                // The race is lost.
                let count = (self.capacity / 2).min(model.items.len() - 1);
                model.left = model.items.drain(..count).collect();
                (model.evicted, model.missing) = (model.evicted + count, model.missing + count);
            }
        }
        let item = match self.fault {
            Fault::NewestFirst if self.errs(self.fault) => model.items.pop_back(),
            Fault::GivesItemTwice if self.errs(self.fault) => model.items.front().copied(),
            _ => model.items.pop_front(),
        };
        model.freed += usize::from(!model.left.is_empty());
        let missing = model.missing;
        if !self.errs(Fault::MissingToldTwice) {
            model.missing = 0;
        }
        (Pop::Item(item.expect("it is not empty")), missing)
    }

    /// A pop, and another one as long as there is nothing.
    fn receive(&self) -> (Pop, usize) {
        if self.fault == Fault::DropsWhatIsRoom {
            self.lock().drop_left();
        }
        for _ in 1..LOOKS {
            let (outcome, missing) = self.pop();
            if outcome != Pop::Empty {
                return (outcome, missing);
            }
            self.stand_still();
            if self.errs(Fault::DropsWhileWaiting) {
                self.pop();
            }
        }
        self.pop()
    }

    fn switch(&self, policy: Overflow) {
        let mut model = self.lock();
        model.policy = policy;
        if !self.errs(Fault::SwitchIgnored) {
            model.obeyed = policy;
        }
    }
}

struct Producer<'q>(&'q Queue);

impl Producing for Producer<'_> {
    fn push(&mut self, id: Id) -> Push {
        self.0.push(id, false)
    }

    fn force(&mut self, id: Id) -> Option<Push> {
        self.0.kind.is_swap().then(|| self.0.push(id, true))
    }

    fn switch(&mut self, policy: Overflow) {
        self.0.switch(policy);
    }
}

impl Drop for Producer<'_> {
    fn drop(&mut self) {
        self.0.lock().producers -= 1;
    }
}

struct Consumer<'q>(&'q Queue);

impl Consuming for Consumer<'_> {
    fn pop(&mut self) -> (Pop, usize) {
        if self.0.fault == Fault::LooksAgain { self.0.receive() } else { self.0.pop() }
    }

    fn pop_batch(&mut self, _most: usize) -> Option<Vec<Op>> {
        self.0.fault.leaves_behind().then(|| {
            let (outcome, missing) = self.0.receive();
            vec![Op::Look, Op::Pop(outcome, missing)]
        })
    }

    fn len(&self) -> usize {
        self.0.lock().items.len()
    }

    fn switch(&mut self, policy: Overflow) {
        self.0.switch(policy);
    }

    fn close(&mut self) {
        self.0.lock().closed = true;
    }

    fn rest(&mut self) -> Rest {
        let model = self.0.lock();
        Rest { len: model.items.len(), evicted: model.evicted, shed: model.shed, policy: model.policy }
    }
}

impl Drop for Consumer<'_> {
    fn drop(&mut self) {
        let mut model = self.0.lock();
        model.consumer = false;
        model.closed = true;
        if self.0.errs(Fault::LeavesDisorder) {
            model.items.make_contiguous().reverse();
        }
    }
}

impl Kind {
    fn policies(self) -> &'static [Overflow] {
        match self {
            Self::Spsc => &[Overflow::Reject],
            Self::Mpsc => &[Overflow::Reject, Overflow::DropIncoming],
            Self::Swap | Self::SwapForOne => &OVERFLOWS,
        }
    }

    fn ends(self) -> &'static [End] {
        match self {
            Self::Spsc => &[End::ProducersGo, End::ConsumerGoes],
            _ => &[End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses],
        }
    }

    fn plan(self, seed: u64) -> Plan {
        let producers: &[usize] = if matches!(self, Self::Spsc | Self::SwapForOne) { &[1] } else { &[1, 2, 3] };
        Plan::of(seed, producers, self.policies(), self.ends())
    }

    const fn is_swap(self) -> bool {
        matches!(self, Self::Swap | Self::SwapForOne)
    }
}

fn work(kind: Kind, fault: Fault, seed: u64) -> (Plan, Vec<Vec<Call<Op>>>) {
    let plan = kind.plan(seed);
    let queue = Queue::new(kind, fault, &plan, seed);
    let producers = || (0..plan.producers).map(|_| Producer(&queue)).collect();
    let mut windows = session(&plan, seed, producers(), Consumer(&queue));
    if kind.is_swap() {
        queue.split(plan.producers);
        windows.push(split(plan.producers));
        windows.append(&mut session(&plan.again(seed, kind.ends()), seed + 1, producers(), Consumer(&queue)));
    }
    windows.push(left(Consumer(&queue)));
    (plan, windows)
}

fn judge(kind: Kind, plan: &Plan, windows: &[Vec<Call<Op>>], tally: &mut Tally) -> Result<(), String> {
    let (capacity, producers) = (plan.capacity, u8::try_from(plan.producers).expect("few producers"));
    match kind {
        Kind::Spsc => check(&spsc::Spsc { capacity, asks: false }, spsc::State::new(), windows, tally),
        Kind::Mpsc => check(&mpsc::Mpsc { capacity }, mpsc::State::new(producers), windows, tally),
        Kind::Swap | Kind::SwapForOne => {
            check(&swap::Swap { capacity, seats: plan.producers }, swap::State::new(producers), windows, tally)
        }
    }
    .map_err(|why| format!("{plan:?}, {why}"))
}

fn is_right(kind: Kind, fault: Fault) {
    let mut outcomes = outcomes(kind.policies());
    outcomes.extend(fault.leaves_behind().then_some("left behind"));
    drive(&format!("a queue as {kind:?}, {fault:?}"), &outcomes, |seed, tally| {
        let (plan, windows) = work(kind, fault, seed);
        judge(kind, &plan, &windows, tally)
    });
}

/// It takes some sessions until the queue errs, and some more until that shows.
fn is_found(kind: Kind, fault: Fault) {
    is_found_by(kind, fault, "", |seed, tally| {
        let (plan, windows) = work(kind, fault, seed);
        judge(kind, &plan, &windows, tally)
    });
}

/// The same in samples of long runs.
fn is_found_in_samples(fault: Fault) {
    is_found_by(Kind::Mpsc, fault, ", in samples", |seed, tally| {
        let plan = Kind::Mpsc.plan(seed);
        let queue = Queue::new(Kind::Mpsc, fault, &plan, seed);
        let producers = (0..plan.producers).map(|_| Producer(&queue)).collect();
        let windows = samples(&plan, seed, producers, Consumer(&queue));
        let producers = u8::try_from(plan.producers).expect("few producers");
        let spec = mpsc::Mpsc { capacity: plan.capacity };
        check_samples(&spec, mpsc::State::new(producers), &windows, tally)
    });
}

fn is_found_by(kind: Kind, fault: Fault, how: &str, session: impl Fn(u64, &mut Tally) -> Result<(), String>) {
    drive::is_found(&format!("{fault:?} as {kind:?}{how}"), session);
}

#[test]
fn right() {
    is_right(Kind::Spsc, Fault::None);
    is_right(Kind::Mpsc, Fault::None);
    is_right(Kind::Swap, Fault::None);
    is_right(Kind::SwapForOne, Fault::None);
}

#[test]
fn right_with_a_policy_read_before() {
    is_right(Kind::Mpsc, Fault::ReadsPolicyFirst);
    is_right(Kind::Swap, Fault::ReadsPolicyFirst);
}

#[test]
fn right_with_what_is_left_behind() {
    is_right(Kind::Swap, Fault::LeavesBehind);
}

/// A queue that is right at first: only samples of a long run can show what is wrong with it.
#[test]
fn loses_item_late() {
    for seed in 0..50 {
        let (plan, windows) = work(Kind::Mpsc, Fault::LosesItemLate, seed);
        judge(Kind::Mpsc, &plan, &windows, &mut Tally::default()).expect("there are too few pushes in it");
    }
    is_found_in_samples(Fault::LosesItemLate);
}

#[test]
fn in_samples() {
    for fault in [Fault::FalseEmpty, Fault::FalseFull, Fault::GivesItemTwice, Fault::LosesItem, Fault::OutOfOrder] {
        is_found_in_samples(fault);
    }
}

/// What `mpsc` promises less than `swap`, and only that.
#[test]
fn right_for_mpsc_alone() {
    is_right(Kind::Mpsc, Fault::TakesSlotFirst);
    is_found(Kind::Swap, Fault::TakesSlotFirst);
}

/// What a `swap` made for one producer promises less than one made for several, and only that.
#[test]
fn right_for_one_producer_alone() {
    is_right(Kind::SwapForOne, Fault::LooksForCloseFirst);
    is_found(Kind::Swap, Fault::LooksForCloseFirst);
}

macro_rules! found {
    ($($name:ident: $fault:ident, $kind:ident;)*) => {$(
        #[test]
        fn $name() {
            is_found(Kind::$kind, Fault::$fault);
        }
    )*};
}

found! {
    close_lost: CloseLost, Swap;
    close_lost_of_mpsc: CloseLost, Mpsc;
    close_lost_of_swap_for_one: CloseLost, SwapForOne;
    close_lost_to_eviction: CloseLostToEviction, Swap;
    closed_before_end: ClosedBeforeEnd, Swap;
    closed_before_end_of_mpsc: ClosedBeforeEnd, Mpsc;
    closed_before_noticed: ClosedBeforeNoticed, SwapForOne;
    counts_forgotten: CountsForgotten, Swap;
    drops_what_is_room: DropsWhatIsRoom, Swap;
    drops_while_waiting: DropsWhileWaiting, Swap;
    empty_after_close: EmptyAfterClose, Swap;
    eviction_not_counted: EvictionNotCounted, Swap;
    evicts_after_close: EvictsAfterClose, Swap;
    evicts_after_close_of_swap_for_one: EvictsAfterClose, SwapForOne;
    evicts_in_two_steps: EvictsInTwoSteps, Swap;
    evicts_newest: EvictsNewest, Swap;
    evicts_with_room: EvictsWithRoom, Swap;
    false_empty: FalseEmpty, Swap;
    false_empty_of_mpsc: FalseEmpty, Mpsc;
    false_empty_of_spsc: FalseEmpty, Spsc;
    false_full: FalseFull, Swap;
    false_full_of_mpsc: FalseFull, Mpsc;
    false_full_of_spsc: FalseFull, Spsc;
    forces_by_policy: ForcesByPolicy, Swap;
    full_after_consumer: FullAfterConsumer, Spsc;
    gives_item_twice: GivesItemTwice, Mpsc;
    last_item_lost: LastItemLost, Spsc;
    last_item_lost_of_mpsc: LastItemLost, Mpsc;
    leaves_disorder: LeavesDisorder, Mpsc;
    looks_again: LooksAgain, Swap;
    looks_first: LooksFirst, Mpsc;
    loses_item: LosesItem, Mpsc;
    missing_told_twice: MissingToldTwice, Swap;
    newest_first: NewestFirst, Spsc;
    newest_first_of_mpsc: NewestFirst, Mpsc;
    one_too_many: OneTooMany, Swap;
    one_too_many_of_spsc: OneTooMany, Spsc;
    out_of_order: OutOfOrder, Mpsc;
    shed_not_counted: ShedNotCounted, Mpsc;
    stays_closed: StaysClosed, Swap;
    stays_closed_for_one: StaysClosed, SwapForOne;
    stores_after_close: StoresAfterClose, Swap;
    stores_after_close_of_mpsc: StoresAfterClose, Mpsc;
    stores_after_close_of_swap_for_one: StoresAfterClose, SwapForOne;
    switch_ignored: SwitchIgnored, Swap;
    victims_mixed_up: VictimsMixedUp, Swap;
}

/// A test whose threads never meet, or that lacks an outcome, is no test.
#[test]
fn too_little_is_noticed() {
    let outcomes = BTreeMap::from([("stored", 1)]);
    let enough = Tally { windows: 1000, overlaps: 1000, outcomes, ..Tally::default() };
    assert!(enough.is_enough(&["stored"], ENOUGH).is_ok());
    assert!(enough.is_enough(&["stored", "evicted"], ENOUGH).is_err());
    assert!(Tally::default().is_enough(&[], 0).is_err());
    assert!(Tally { overlaps: ENOUGH - 1, ..enough }.is_enough(&["stored"], ENOUGH).is_err());
}
