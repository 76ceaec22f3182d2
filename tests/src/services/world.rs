//! Three services and Z, in virtual time: nothing sleeps, and every run can be repeated.

use std::num::NonZeroU32;

use forebay_core::seam::Push;
use forebay_core::{Refusal, Watermarks, fan_in, mpsc};

use super::SECOND;
use super::arrivals::Arrivals;
use super::service::{Hold, Request, Service};

/// How requests get to Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// A lane for each service, of this weight and capacity.
    Lanes {
        /// Of each.
        weights: [u32; SERVICES],
        /// Of each, in requests.
        capacity: usize,
    },
    /// One ring for all, which drops what comes when it is full.
    Shared {
        /// In requests.
        capacity: usize,
    },
}

/// How many services there are: A, B and C.
pub const SERVICES: usize = 3;

/// What Z takes requests from.
enum Door {
    Lanes(fan_in::OwnedConsumer<Request>),
    Shared(Box<mpsc::OwnedConsumer<Request>>),
}

/// All of it.
pub struct World {
    /// A, B and C.
    pub services: Vec<Service>,
    door: Door,
    /// What Z has been asked for and is at, and when it will be done.
    at: Option<(Request, u64)>,
    /// How long Z works on a request.
    work: u64,
    /// The most requests that were at Z at the same time, but for the one that it was at.
    pub deepest: usize,
    /// What has been shed at Z, as its ring counts it.
    shed: usize,
    now: u64,
}

/// A service as it begins.
pub struct Plan {
    /// When its requests come.
    pub arrivals: Arrivals,
    /// How many requests its own buffer holds.
    pub buffer: usize,
    /// What holds it back.
    pub hold: Hold,
    /// The most requests a second that it would send.
    pub greatest_rate: u64,
}

impl World {
    /// Z serves so many requests a second.
    #[must_use]
    pub fn new(served: u64, road: Road, plans: [Plan; SERVICES]) -> Self {
        let (ways, door) = pave(road, plans.each_ref().map(|plan| plan.hold));
        let services = plans.into_iter().zip(ways).enumerate();
        let services = services.map(|(number, (plan, way))| {
            Service::new(number, plan.arrivals, plan.buffer, plan.hold, plan.greatest_rate, way)
        });
        let mut services: Vec<Service> = services.collect();
        services.iter_mut().for_each(|service| service.hear(0));
        Self { services, door, at: None, work: SECOND / served, deepest: 0, shed: 0, now: 0 }
    }

    /// What happens until an instant.
    ///
    /// # Panics
    /// If the conservation law doesn't hold then at one of the queues: the services' own buffers, each lane of Z, or the ring that they
    /// share.
    pub fn until(&mut self, end: u64) {
        while let Some(next) = self.next().filter(|&next| next < end) {
            self.now = next;
            // Whoever is done at this instant was done before whatever else happens.
            self.finish();
            self.services.iter_mut().filter(|service| service.next() <= next).for_each(|service| service.act(next));
            self.deepest = self.deepest.max(self.depth());
            self.begin();
        }
        self.now = end;
        self.check();
    }

    fn next(&self) -> Option<u64> {
        self.services.iter().map(Service::next).chain(self.at.map(|(_, done)| done)).min()
    }

    fn finish(&mut self) {
        if let Some((request, _)) = self.at.take_if(|&mut (_, done)| done <= self.now) {
            self.services[request.of].answers.push((request.made, self.now - request.made));
        }
        self.begin();
    }

    fn begin(&mut self) {
        if self.at.is_some() {
            return;
        }
        let request = match &mut self.door {
            Door::Lanes(lanes) => lanes.pop().ok().map(|(_, request)| request),
            Door::Shared(ring) => ring.pop().ok(),
        };
        if let Some(request) = request {
            self.services[request.of].taken(self.now);
            self.at = Some((request, self.now + self.work));
        }
    }

    /// How many requests wait at Z.
    fn depth(&self) -> usize {
        match &self.door {
            Door::Lanes(lanes) => lanes.len(),
            Door::Shared(ring) => ring.len(),
        }
    }

    /// How many requests can wait at Z.
    #[must_use]
    pub fn capacity(&self) -> usize {
        match &self.door {
            Door::Lanes(lanes) => lanes.capacity(),
            Door::Shared(ring) => ring.capacity(),
        }
    }

    /// The conservation law of each queue.
    fn check(&mut self) {
        self.services.iter().for_each(Service::check);
        match &mut self.door {
            Door::Lanes(lanes) => {
                for (lane, service) in lanes.lanes().zip(&self.services) {
                    let counts = service.counts;
                    assert_eq!(lane.shed(), counts.shed, "what the lane has counted");
                    assert_eq!(counts.sent, counts.taken + counts.shed + lane.len(), "{counts:?}");
                }
            }
            Door::Shared(ring) => {
                self.shed += ring.lost();
                let sum = |count: fn(&Service) -> usize| self.services.iter().map(count).sum::<usize>();
                assert_eq!(self.shed, sum(|service| service.counts.shed), "what the ring has counted");
                assert_eq!(
                    sum(|service| service.counts.sent),
                    sum(|service| service.counts.taken) + self.shed + ring.len()
                );
            }
        }
    }
}

/// The ways to Z, and its door.
fn pave(road: Road, holds: [Hold; SERVICES]) -> (Vec<Box<dyn Push<Item = Request>>>, Door) {
    match road {
        Road::Lanes { weights, capacity } => {
            let (opener, consumer) = fan_in::HeapRing::new(SERVICES, capacity).expect("small").into_ends();
            let lanes = weights.into_iter().zip(holds).map(|(weight, hold)| {
                let weight = NonZeroU32::new(weight).expect("no weight is 0");
                let mut lane = opener.open(weight).expect("a free lane");
                let marks = Watermarks::high_and_half(capacity * 4 / 5).expect("not 0");
                lane.set_watermarks(marks).expect("below the capacity");
                // Whoever heeds nothing loses what doesn't fit.
                if hold == Hold::Nothing {
                    lane.set_refusal(Refusal::DropIncoming);
                }
                Box::new(lane) as Box<dyn Push<Item = Request>>
            });
            (lanes.collect(), Door::Lanes(consumer))
        }
        Road::Shared { capacity } => {
            let (producer, consumer) = mpsc::HeapRing::new(capacity).expect("small").into_ends();
            consumer.set_refusal(Refusal::DropIncoming);
            let way = |_| Box::new(producer.clone()) as Box<dyn Push<Item = Request>>;
            ((0..SERVICES).map(way).collect(), Door::Shared(Box::new(consumer)))
        }
    }
}
