//! forebay's ring with a lane for each producer.

use std::num::NonZeroU32;
use std::time::Duration;

use forebay::fan_in::{self, OwnedConsumer, OwnedProducer};

use crate::queue::{Item, MpscJob, MpscQueue, Producers, Role, Rx, Tx};

/// A fan-in ring whose lanes have this weight, and hold together as many items as the others do; or each of them, if there is
/// room.
pub(crate) struct Lanes<const WEIGHT: u32, const ROOMY: bool>;

impl<T: Item, const WEIGHT: u32, const ROOMY: bool> MpscQueue<T> for Lanes<WEIGHT, ROOMY> {
    const NAME: &'static str = match (WEIGHT, ROOMY) {
        (1, false) => "forebay fan_in",
        (16, false) => "forebay fan_in weight 16",
        (1, true) => "forebay fan_in roomy",
        (16, true) => "forebay fan_in roomy weight 16",
        _ => panic!("another weight needs a name"),
    };
    const ROLE: Role = Role::Ours;

    fn with<J: MpscJob<T>>(capacity: usize, job: J) -> Duration {
        let weight = NonZeroU32::new(WEIGHT).expect("not 0");
        let each = if ROOMY { capacity } else { capacity / J::PRODUCERS };
        let (opener, rx) = fan_in::ring(J::PRODUCERS, each).expect("there is memory for the ring");
        let lanes = (0..J::PRODUCERS).map(|_| opener.open(weight).expect("there is a lane for each")).collect();
        job.run(All { lanes, turn: WEIGHT as usize, offered: 0 }, rx)
    }
}

/// All lanes, until each has its producer.
struct All<T> {
    lanes: Vec<OwnedProducer<T>>,
    turn: usize,
    offered: usize,
}

impl<T: Item> Tx<T> for All<T> {
    /// Items go in as they will come out: by turns.
    fn offer(&mut self, item: T) -> bool {
        let lane = self.offered / self.turn % self.lanes.len();
        self.offered += 1;
        self.lanes[lane].push(item).is_ok()
    }
}

impl<T: Item> Producers<T> for All<T> {
    type Producer = OwnedProducer<T>;

    fn another(&mut self) -> OwnedProducer<T> {
        self.lanes.pop().expect("there is one for each")
    }
}

impl<T: Item> Tx<T> for OwnedProducer<T> {
    #[inline(always)]
    fn offer(&mut self, item: T) -> bool {
        self.push(item).is_ok()
    }
}

impl<T: Item> Rx<T> for OwnedConsumer<T> {
    #[inline(always)]
    fn take(&mut self) -> Option<T> {
        self.pop().ok().map(|(_, item)| item)
    }
}
