//! The specification of the signal: whoever looks at the pressure of a ring is told when it has changed since the last look, and
//! not again.

use forebay::channel::PressureEnd;
use forebay_core::seam::{Pop, Push};
use forebay_core::{Overflow, Pressure, PushError, Pushed, Seen, Watermarks};

use crate::gauge::Gauge;
use crate::rings::{Another, Kind, Visitor, each};

/// Rings, and what is done with each.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// Above 0.
    pub capacity: usize,
    /// 1 to the capacity.
    pub high: usize,
    /// Below the high mark.
    pub low: usize,
    /// What is done: an operation, and how often or by whom.
    pub ops: &'a [u8],
}

impl Case<'_> {
    /// Runs the case, and panics where a ring's signal differs from its specification.
    pub fn run(&self) {
        let marks = Watermarks::new(self.high, self.low).expect("right");
        each(self.capacity, Some(marks), &mut Runs(self));
    }
}

struct Runs<'a>(&'a Case<'a>);

impl Visitor<u32> for Runs<'_> {
    fn visit<P, C>(&mut self, kind: Kind, push: P, another: Another<P>, pop: C)
    where
        P: Push<Item = u32> + PressureEnd + 'static,
        C: Pop<Item = u32> + 'static,
    {
        let Self(case) = self;
        let mut gauge = Gauge::new(case.capacity);
        gauge.set_marks(case.high, case.low);
        let mut run = Run { kind, push, another, pop: Some(pop), len: 0, gauge, level: Pressure::Open, changes: 0 };
        run.go_by_the_marks();
        let mut observers = [(Seen::default(), 0); 2];
        observers.iter_mut().for_each(|(seen, changes)| {
            let _ = run.push.pressure_since(seen);
            *changes = run.changes;
        });
        for &op in case.ops {
            let (op, argument) = (op % 8, usize::from(op / 8));
            match op {
                0..=2 => (0..=argument % 4).for_each(|_| run.push(argument / 4 % 2 == 1)),
                3..=5 => (0..=argument % 4).for_each(|_| run.pop()),
                6 if argument == 31 => run.close(),
                _ => run.look(&mut observers[argument % 2]),
            }
        }
        run.close();
        observers.iter_mut().for_each(|observer| run.look(observer));
    }
}

struct Run<P, C> {
    kind: Kind,
    push: P,
    another: Option<P>,
    pop: Option<C>,
    len: usize,
    gauge: Gauge,
    level: Pressure,
    /// How often the level has changed.
    changes: u32,
}

impl<P: Push<Item = u32> + PressureEnd, C: Pop<Item = u32>> Run<P, C> {
    fn push(&mut self, by_another: bool) {
        let push = self.another.as_mut().filter(|_| by_another).unwrap_or(&mut self.push);
        match push.push(0) {
            Ok(Pushed::Stored) => self.len += 1,
            Ok(Pushed::Evicted(_)) => assert_eq!(self.kind.overflow, Overflow::DropOldest),
            Err(PushError::Full(_)) => assert_eq!(self.kind.overflow, Overflow::Reject),
            Err(PushError::Shed(_)) => assert_eq!(self.kind.overflow, Overflow::DropIncoming),
            Err(PushError::Closed(_)) => assert!(self.pop.is_none()),
        }
        self.gauge.pushed(self.len);
        self.check();
    }

    /// Each end goes by other marks after a lap.
    fn go_by_the_marks(&mut self) {
        let pop = self.pop.as_mut().expect("it is there");
        for push in [&mut self.push].into_iter().chain(&mut self.another) {
            for _ in 0..2 * pop.capacity() {
                assert!(matches!((push.push(0), pop.pop()), (Ok(Pushed::Stored), Ok(0))));
            }
        }
        assert!(pop.pop().is_err());
        self.check();
    }

    fn pop(&mut self) {
        let Some(pop) = &mut self.pop else { return };
        assert_eq!(pop.pop().is_ok(), self.len > 0);
        self.len = self.len.saturating_sub(1);
        self.gauge.popped(self.len);
        self.check();
    }

    fn close(&mut self) {
        self.pop = None;
        self.gauge.closed();
        self.check();
    }

    /// What the ends say at any time.
    fn check(&mut self) {
        let Self { kind, push, .. } = self;
        let level = self.gauge.level();
        assert_eq!(PressureEnd::pressure(push), level, "{kind:?} with {} inside", self.len);
        self.changes += u32::from(self.level != level);
        self.level = level;
    }

    /// One of two that look now and then, and what it has seen.
    fn look(&self, (seen, changes): &mut (Seen, u32)) {
        let told = (*changes != self.changes).then_some(self.level);
        assert_eq!(self.push.pressure_since(seen), told, "{:?} after {} changes", self.kind, self.changes);
        assert_eq!(self.push.pressure_since(seen), None, "{:?} tells it twice", self.kind);
        *changes = self.changes;
    }
}
