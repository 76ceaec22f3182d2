//! Positions beside plain arithmetic, in rings of any capacity and at any count of laps, near the wrap above all: those of `spsc`, the
//! tickets of `mpsc`, and the words of `swap`, whose files are built into this target, with laps that come around every eighth.
//!
//! The input is which of them, and some numbers of 8 bytes. Every input is valid.
//!
//! Claims: order.

#![no_main]

use forebay_core::CapacityError;
use libfuzzer_sys::{Corpus, fuzz_target};

/// What the files take from the core.
mod sync {
    pub(crate) type Index = u32;
    pub(crate) type Word = u64;
    pub(crate) const LAPS_WRAP: bool = true;
    pub(crate) const MOST_LAP_BITS: u32 = 3;
}

#[path = "../../core/src/position.rs"]
#[allow(dead_code, unexpected_cfgs, reason = "a part of it is looked at")]
mod position;
#[path = "../../core/src/mpsc/ticket.rs"]
#[allow(dead_code, reason = "a part of it is looked at")]
mod ticket;
#[path = "../../core/src/swap/word.rs"]
#[allow(dead_code, reason = "a part of it is looked at")]
mod word;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&kind, data)) = data.split_first() else { return Corpus::Reject };
    let mut numbers = Numbers(data);
    match kind % 4 {
        0 => positions(&mut numbers),
        1 => tickets(&mut numbers),
        2 => words(&mut numbers),
        _ => tails(&mut numbers),
    }
    Corpus::Keep
});

/// The numbers of the input; then zeros.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> usize {
        let (number, rest) = self.0.split_at(self.0.len().min(8));
        self.0 = rest;
        let mut bytes = [0; 8];
        bytes[..number.len()].copy_from_slice(number);
        u64::from_le_bytes(bytes) as usize
    }

    /// A number of any magnitude, from 0 to the greatest.
    fn up_to(&mut self, greatest: usize) -> usize {
        let number = self.next();
        // As often near the greatest as near 0.
        let small = number >> 7 >> (number % 64);
        let small = if greatest == usize::MAX { small } else { small % (greatest + 1) };
        if number & 64 == 0 { small } else { greatest - small }
    }
}

/// Of `spsc`.
fn positions(numbers: &mut Numbers<'_>) {
    use position::{Capacity, Position};

    let n = 1 + numbers.up_to(Capacity::MAX - 1);
    let capacity = Capacity::new(n).expect("not too large");
    assert_eq!(capacity.get(), n);
    // In two laps.
    let after = |steps: u128| {
        let steps = steps % (2 * n as u128);
        let idx = (steps % n as u128) as usize;
        Position::from_word(2 * idx + usize::from(steps >= n as u128))
    };
    let (start, count) = (numbers.up_to(2 * n - 1) as u128, numbers.up_to(n));
    let at = after(start);
    assert_eq!(at.idx() as u128, start % n as u128);
    assert_eq!(Position::from_word(at.to_word()), at);
    assert_eq!(at.next(capacity), after(start + 1));
    assert_eq!(at.lap_later(), after(start + n as u128));
    let end = at.advance(count, capacity);
    assert_eq!(end, after(start + count as u128));
    assert_eq!(capacity.distance(at, end), count);
    let far = numbers.up_to(2 * n - 1);
    assert_eq!(capacity.distance(at, after(start + far as u128)), far);
    let (first, second) = capacity.pieces(at, count);
    assert!(first + second == count && at.idx() + first <= n && second <= at.idx());
    assert!(second == 0 || at.idx() + first == n);
}

/// Of `mpsc`.
fn tickets(numbers: &mut Numbers<'_>) {
    use ticket::{Grant, Slots, Ticket};

    let n = 1 + numbers.up_to(Slots::MAX - 1);
    let slots = Slots::new(n).expect("not too many");
    assert_eq!(slots.count(), n);
    let lap = n.next_power_of_two() as u128 * 4;
    // As many laps as there are in a word.
    let laps = (usize::MAX as u128 + 1) / lap;
    let after =
        |steps: u128| Ticket::from_word((steps / n as u128 % laps * lap) as usize | 4 * (steps % n as u128) as usize);
    let (first, turn) = (numbers.up_to((laps - 1) as usize) as u128, numbers.up_to(n - 1));
    let start = first * n as u128 + turn as u128;
    let ticket = after(start);
    assert_eq!(slots.turn(ticket), turn);
    assert_eq!(slots.next(ticket), after(start + 1));
    assert_eq!(slots.previous(slots.next(ticket)), ticket);
    assert_eq!(slots.next(slots.previous(ticket)), ticket);
    assert_eq!(slots.lap_after(ticket), after(start + n as u128));
    assert_eq!(slots.lap_before(slots.lap_after(ticket)), ticket);
    let count = numbers.up_to(n);
    let to = slots.advance(ticket, count);
    assert_eq!(to, after(start + count as u128));
    assert_eq!((slots.distance(ticket, to), slots.held(ticket, to)), (count, n - count));
    assert_eq!((ticket.is_before(to), to.is_before(ticket)), (count > 0, false));
    // Less than half of all laps away.
    let far = (numbers.up_to((laps / 2 - 2) as usize) as u128 * n as u128) + numbers.up_to(n - 1) as u128;
    let to = after(start + far);
    assert_eq!((ticket.is_before(to), to.is_before(ticket)), (far > 0, false));
    assert_eq!(slots.distance(ticket, to) as u128, far & usize::MAX as u128);
    let slot = numbers.up_to(n - 1);
    let (grant, later) = (slots.grant(ticket, slot), slots.lap_after(ticket));
    assert_eq!((slots.granted(ticket, grant), slots.granted(later, grant)), (Some(slot), None));
    assert_eq!((slots.slot(ticket, grant), slots.slot(later, grant)), (slot, slot));
    assert_eq!(slots.again(grant), slots.grant(later, slot));
    assert_eq!(Grant::from_word(grant.to_word()), grant);
}

/// A shape of `swap`, and its position after so many steps.
fn shape(slots: usize, producers: usize) -> (word::Shape, impl Fn(u128) -> word::Position) {
    let shape = word::Shape::new(slots, producers).expect("not too many");
    let after = move |steps: u128| {
        let lap = (steps / slots as u128 % 8) as u64;
        shape.in_lap(lap << 61, (steps % slots as u128) as usize)
    };
    (shape, after)
}

/// Of `swap`.
fn words(numbers: &mut Numbers<'_>) {
    use word::{BAR, State};

    let n = 1 + numbers.up_to((1 << 40) - 1);
    let producers = 1 + numbers.up_to((1 << 40) - 1);
    let (shape, after) = shape(n, producers);
    let start = numbers.up_to(8 * n - 1) as u128;
    let at = after(start);
    assert_eq!(at.idx() as u128, start % n as u128);
    assert_eq!(shape.position(shape.to_word(at)), at);
    assert_eq!(shape.next(at), after(start + 1));
    assert_eq!(shape.previous(shape.next(at)), at);
    assert_eq!(shape.next(shape.previous(at)), at);
    assert_eq!(shape.lap_later(at), after(start + n as u128));
    assert_eq!(shape.lap_before(shape.lap_later(at)), at);
    let count = numbers.up_to(n - 1);
    assert_eq!(shape.advance(at, count), after(start + count as u128));
    // All that can be told apart.
    let far = numbers.up_to(8 * n - 1);
    assert_eq!(shape.distance(at, after(start + far as u128)), far);
    // Less than half of the laps away.
    let far = numbers.up_to(3 * n);
    assert_eq!(at.is_before(after(start + far as u128)), far > 0);
    assert!(!after(start + far as u128).is_before(at));
    let cell = numbers.up_to(shape.cells() - 1);
    for bar in [0, BAR] {
        let (free, full) = (shape.free(at, cell) | bar, shape.full(at, cell) | bar);
        assert_eq!((shape.cell(free), shape.cell(full)), (cell, cell));
        assert_eq!((shape.full_cell(free), shape.full_cell(full)), (None, Some(cell)));
        assert_eq!(shape.state(free, at), if bar == 0 { State::Free } else { State::Barred });
        assert_eq!(shape.state(full, at), State::Full);
        let [earlier, later] = [shape.lap_before(at), shape.lap_later(at)];
        assert_eq!(shape.state(full, later), if bar == 0 { State::Before } else { State::Barred });
        assert_eq!((shape.state(free, earlier), shape.state(full, earlier)), (State::Later, State::Later));
        assert_eq!(shape.after_last(full, at.idx()), shape.next(at));
        assert_eq!(shape.after_last(free, at.idx()), shape.next(earlier));
        assert_eq!(shape.freed(full, at, cell), shape.free(later, cell) | bar);
    }
}

/// The search of `swap` for its tail, from positions that are a few laps behind, in rings whose oldest items were taken.
fn tails(numbers: &mut Numbers<'_>) {
    let n = 1 + numbers.up_to(63);
    let (shape, after) = shape(n, 1);
    let (behind, inside) = (numbers.up_to(5 * n), numbers.up_to(n));
    // There were laps before.
    let from = (8 * n + numbers.up_to(8 * n - 1)) as u128;
    let tail = from + behind as u128;
    let head = tail - inside as u128;
    let words: Vec<u64> = (0..n as u128)
        .map(|idx| {
            // The last position of this slot that was published.
            let last = tail - 1 - (tail - 1 + n as u128 - idx) % n as u128;
            if last >= head { shape.full(after(last), 0) } else { shape.free(shape.lap_later(after(last)), 0) }
        })
        .collect();
    let (found, word) = shape.seek_tail(after(from), |at| words[at.idx()]);
    assert_eq!(found, after(tail));
    assert_eq!(word, words[found.idx()]);
    let published = shape.published_from(after(head), |at| words[at.idx()]);
    assert_eq!(published, inside);
}
