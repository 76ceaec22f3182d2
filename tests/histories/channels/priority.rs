//! The channel by importance.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use forebay::channel::{self, CloseEnd, PrioritySender, ReceiveEnd, Receiver, Shared};
use forebay_core::priority::{self, ByClass, HeapRing, Keep};
use forebay_core::{Overflow, PopError, Pushed};
use forebay_tests::history::priority::{CLASSES, Op, Priority, State, class_of};
use forebay_tests::history::record::Call;
use forebay_tests::history::ring::Id;
use forebay_tests::swap::OVERFLOWS;

use super::faulty::Lossy;
use super::ways::{self, Became};
use crate::drive::{self, Lie, Random, Tally, check, check_samples, drive};
use crate::latest::lies;
use crate::priority::{Popping, Pushing, counts, samples, session, steps, steps_of_pop};
use crate::ring::End;

type ClassOf = fn(&Id) -> usize;
type ByImportance = ByClass<'static, Id, CLASSES, Keep<Id, CLASSES>>;

impl Pushing for PrioritySender<Id, ClassOf, CLASSES> {
    fn push(&mut self, id: Id, random: &mut Random) -> Vec<Op> {
        let overflow = self.overflow();
        let pushed = |sent: Pushed<Id>| sent.other().map_or(Pushed::Stored, Pushed::Evicted);
        let outcome = ways::send_or_try(self, id, random);
        outcome.map_or_else(Vec::new, |outcome| steps(id, outcome.map(pushed), overflow))
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn inside(&self, class: usize) -> usize {
        self.end().get_ref().inside(class)
    }
}

/// A consumer's end, that of the ring or a faulty one over it.
struct Receiving<C: ReceiveEnd>(Receiver<C, Shared>, fn(&C) -> &ByImportance);

impl<C: CloseEnd + ReceiveEnd<Item = (usize, Id)> + Send> Popping for Receiving<C> {
    fn take(&mut self) -> Result<(usize, Id), PopError> {
        self.0.try_recv()
    }

    fn pop(&mut self, random: &mut Random) -> Vec<Op> {
        match random.below(5) {
            0 | 1 => steps_of_pop(self.take()),
            2 | 3 => steps_of_pop(ways::receive(&mut self.0, random)),
            _ => {
                let (_, items) = ways::receive_many(&mut self.0, 2, random);
                let no_more = (items.len() < 2).then_some(Op::NoMore);
                items.into_iter().flat_map(|item| steps_of_pop(Ok(item))).chain(no_more).collect()
            }
        }
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn close(&mut self) {
        self.0.close();
    }

    fn counts(&self, class: usize) -> [usize; 4] {
        counts(self.1(self.0.end()).end(), class)
    }
}

/// What is done in a session.
#[derive(Clone, Copy, Debug)]
struct Plan {
    capacity: usize,
    producers: u8,
    overflow: Overflow,
    end: End,
}

impl Plan {
    fn of(seed: u64) -> Self {
        let mut random = Random::new(seed ^ 0x5eed);
        Self {
            capacity: [1, 2, 3, 5][random.below(4)],
            producers: [1, 2, 3][random.below(3)],
            overflow: OVERFLOWS[random.below(OVERFLOWS.len())],
            end: [End::ProducersGo, End::ConsumerGoes, End::ConsumerCloses][random.below(3)],
        }
    }

    /// The ends of a channel over a consumer's end that is made from the ring's.
    fn ends<C: ReceiveEnd<Item = (usize, Id)>>(
        &self,
        over: impl FnOnce(ByImportance) -> C,
        end: fn(&C) -> &ByImportance,
    ) -> (Vec<PrioritySender<Id, ClassOf, CLASSES>>, Receiving<C>) {
        let ring = HeapRing::<Id, CLASSES>::with_overflow(self.capacity, self.overflow).expect("a small ring");
        let (producer, consumer): (priority::OwnedProducer<_, CLASSES>, _) = ring.into_ends();
        producer.set_bypass(NonZeroUsize::MAX);
        let class_of: ClassOf = |&id| class_of(id);
        let (sender, receiver) = channel::over(producer.by(class_of), over(consumer.by_class()));
        (vec![sender; self.producers.into()], Receiving(receiver, end))
    }

    fn session(&self, seed: u64) -> Vec<Vec<Call<Op>>> {
        session(self.ends(|end| end, |end| end), self.end, 0, seed)
    }

    fn check(&self, windows: &[Vec<Call<Op>>], tally: &mut Tally) -> Result<(), String> {
        let Self { capacity, producers, .. } = *self;
        check(&Priority { capacity }, State::new(capacity, producers), windows, tally)
            .map_err(|why| format!("{self:?}, {why}"))
    }
}

#[test]
fn histories() {
    let always = ["place taken", "evicted", "stored", "full", "shed", "item", "empty", "length", "inside", "no more"];
    let outcomes: Vec<&str> = always.into_iter().chain(["push closed", "pop closed"]).collect();
    drive("channel, priority", &outcomes, |seed, tally| {
        let plan = Plan::of(seed);
        plan.check(&plan.session(seed), tally)
    });
    drive("channel, priority, sampled", &always, |seed, tally| {
        let plan = Plan::of(seed);
        let windows = samples(plan.ends(|end| end, |end| end), seed);
        let spec = Priority { capacity: plan.capacity };
        check_samples(&spec, State::new(plan.capacity, plan.producers), &windows, tally)
            .map_err(|why| format!("{plan:?}, {why}"))
    });
}

#[test]
fn each_lie_is_found() {
    let lies: &[(&str, Lie<Op>)] = lies! {
        "another item": Op::Pops(id @ 3..) => Op::Pops(id - 3);
        "less important first": Op::Lacks(class) => Op::Lacks((class + 1) % CLASSES);
        "nothing more": Op::Pops(_) => Op::NoMore;
        "never closed": Op::PopClosed => Op::Nothing;
        "full with room": Op::Takes => Op::NothingLess(CLASSES - 1);
        "refused before the end": Op::NothingLess(_) => Op::PushClosed;
    };
    let plan = RefCell::new(None);
    let session = |seed| plan.borrow_mut().insert(Plan::of(seed)).session(seed);
    drive::each_lie_is_found("channel, priority", lies, session, |windows, tally| {
        plan.borrow().as_ref().expect("there is one").check(windows, tally)
    });
}

/// What waits takes an item, and gives up all the same.
#[test]
fn a_lost_item_is_found() {
    drive::is_found("channel, priority, loses an item", |seed, tally| {
        let plan = Plan::of(seed);
        let ends = plan.ends(|end| Lossy::new(end, seed), Lossy::end);
        plan.check(&session(ends, plan.end, 0, seed), tally)
    });
}
