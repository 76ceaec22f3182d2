//! Whose turn it is, and for how long: the arithmetic of deficit round robin, without any lane in it.

#![forbid(unsafe_code)]

use core::mem;

/// What a lane may still spend.
///
/// It is below what its next item costs, plus its weight: that is the bound of the algorithm, whatever weights are changed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    deficit: u64,
    /// Its weight in its last turn, if that did not suffice for an item, or 0.
    awaits: u32,
    /// The number of the round of that turn.
    round: usize,
}

impl Account {
    pub(super) const EMPTY: Self = Self { deficit: 0, awaits: 0, round: 0 };

    /// A turn begins: the lane gets its weight. If it waits for an item, it keeps what it has, and gets what it would have got in the
    /// rounds that were skipped since its last turn; otherwise what was left is forfeited. (An empty lane waits for none.)
    #[inline]
    pub(super) fn begin(&mut self, weight: u32, round: usize) {
        if self.awaits == 0 {
            self.deficit = u64::from(weight);
            return;
        }
        let skipped = u64::try_from(round.wrapping_sub(self.round).wrapping_sub(1)).unwrap_or(u64::MAX);
        // It does not come near to an overflow: that many rounds are skipped only if they don't suffice for an item.
        self.deficit = u64::from(self.awaits)
            .saturating_mul(skipped)
            .saturating_add(self.deficit)
            .saturating_add(u64::from(weight));
    }

    /// Pays for an item, if it can.
    #[inline]
    pub(super) fn pay(&mut self, cost: u32) -> bool {
        match self.deficit.checked_sub(u64::from(cost)) {
            Some(rest) => {
                self.deficit = rest;
                self.awaits = 0;
                true
            }
            None => false,
        }
    }

    /// It could not pay, and its turn is over. Answers with how many more turns it takes.
    #[cold]
    pub(super) fn save_up(&mut self, cost: u32, weight: u32, round: usize) -> u64 {
        (self.awaits, self.round) = (weight.max(1), round);
        u64::from(cost).saturating_sub(self.deficit).div_ceil(u64::from(self.awaits))
    }

    /// Whether nothing is left to spend in this turn.
    #[inline]
    pub(super) const fn is_spent(&self) -> bool {
        self.deficit == 0
    }
}

/// The rounds: in each of them every busy lane has one turn.
///
/// Rounds in which every lane would only save up are skipped: so an item is found after two rounds at most, whatever it costs.
#[derive(Debug)]
pub(super) struct Rounds {
    number: usize,
    /// Whether some item was served in this round.
    served: bool,
    /// How many more turns the first of the lanes needs that had one in this round and could not pay.
    least: u64,
}

impl Rounds {
    pub(super) const fn new() -> Self {
        Self { number: 0, served: false, least: u64::MAX }
    }

    #[inline]
    pub(super) const fn number(&self) -> usize {
        self.number
    }

    #[inline]
    pub(super) const fn serve(&mut self) {
        self.served = true;
    }

    /// A lane could not pay, and needs so many more turns.
    #[inline]
    pub(super) fn wait(&mut self, turns: u64) {
        self.least = self.least.min(turns);
    }

    /// All lanes have had their turns.
    #[inline]
    pub(super) fn end(&mut self) {
        let skip = if mem::take(&mut self.served) { 1 } else { self.skipped() };
        self.number = self.number.wrapping_add(skip);
        self.least = u64::MAX;
    }

    /// How many rounds further the next one is, after one that served nothing.
    #[cold]
    fn skipped(&self) -> usize {
        if self.least == u64::MAX { 1 } else { usize::try_from(self.least).unwrap_or(usize::MAX) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_saves_up_for_what_it_cannot_pay() {
        let mut account = Account::EMPTY;
        account.begin(3, 7);
        assert!(!account.pay(8));
        assert_eq!(account.save_up(8, 3, 7), 2);
        account.begin(3, 8);
        assert!(!account.pay(8));
        assert_eq!(account.save_up(8, 3, 8), 1);
        account.begin(3, 9);
        assert!(account.pay(8) && !account.is_spent() && account.pay(1) && account.is_spent());
        account.begin(3, 10);
        assert_eq!(account.deficit, 3, "nothing is saved without a need");
    }

    #[test]
    fn rounds_that_serve_nothing_are_skipped() {
        let (mut slow, mut fast, mut rounds) = (Account::EMPTY, Account::EMPTY, Rounds::new());
        slow.begin(1, rounds.number());
        assert!(!slow.pay(u32::MAX));
        rounds.wait(slow.save_up(u32::MAX, 1, rounds.number()));
        fast.begin(1000, rounds.number());
        assert!(!fast.pay(1_000_000));
        rounds.wait(fast.save_up(1_000_000, 1000, rounds.number()));
        rounds.end();
        assert_eq!(rounds.number(), 999);
        slow.begin(1, rounds.number());
        assert!(!slow.pay(u32::MAX));
        assert_eq!(slow.save_up(u32::MAX, 1, rounds.number()), u64::from(u32::MAX) - 1000);
        fast.begin(1000, rounds.number());
        assert!(fast.pay(1_000_000) && fast.is_spent());
        rounds.serve();
        rounds.end();
        assert_eq!(rounds.number(), 1000);
    }

    #[test]
    fn a_raised_weight_buys_one_turn_and_no_more() {
        let mut account = Account::EMPTY;
        account.begin(1, 0);
        assert!(!account.pay(5000));
        assert_eq!(account.save_up(5000, 1, 0), 4999);
        account.begin(u32::MAX, 4999);
        assert_eq!(account.deficit, 4999 + u64::from(u32::MAX));
    }
}
