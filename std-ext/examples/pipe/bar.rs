//! A bar as full as a ring, with its watermarks.

use forebay::Watermarks;

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) unicode: bool,
    pub(crate) colour: bool,
}

const WIDTH: usize = 20;

/// A bar as full as the ring: green, yellow from the high mark (without marks, from the half), red when full.
/// The marks are drawn over it.
pub(crate) fn bar(depth: u64, capacity: u64, marks: Option<Watermarks>, look: Look) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let steps = if look.unicode { 8 } else { 1 };
    let scaled = |records: u64, steps: usize| {
        (u128::from(records) * (WIDTH * steps) as u128 / u128::from(capacity.max(1))) as usize
    };
    // Rounded down, so that only a full ring has a full bar; but one record shows.
    let filled = scaled(depth, steps).min(WIDTH * steps).max(usize::from(depth > 0));

    let (block, open, close, mark) = if look.unicode { ("█", "▕", "▏", "│") } else { ("#", "[", "]", "|") };
    let cells = (0..WIDTH).map(|cell| match filled.saturating_sub(cell * steps) {
        0 => " ",
        part if part < steps => EIGHTHS[part],
        _ => block,
    });
    let mut cells: Vec<&str> = cells.collect();
    for records in marks.into_iter().flat_map(|marks| [marks.low(), marks.high()]) {
        cells[scaled(records as u64, 1).min(WIDTH - 1)] = mark;
    }
    if !look.colour {
        return format!("{open}{}{close}", cells.concat());
    }
    let colour = match () {
        () if depth >= capacity => 31,
        () if depth >= marks.map_or(capacity.div_ceil(2), |marks| marks.high() as u64) => 33,
        () => 32,
    };
    format!("{open}\x1b[{colour}m{}\x1b[0m{close}", cells.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASCII: Look = Look { unicode: false, colour: false };
    const FINE: Look = Look { unicode: true, colour: false };

    #[test]
    fn only_a_full_ring_has_a_full_bar_and_only_an_empty_one_an_empty_bar() {
        assert_eq!(bar(0, 1000, None, ASCII), "[                    ]");
        assert_eq!(bar(1, 1000, None, ASCII), "[#                   ]");
        assert_eq!(bar(500, 1000, None, ASCII), "[##########          ]");
        assert_eq!(bar(999, 1000, None, ASCII), "[################### ]");
        assert_eq!(bar(1000, 1000, None, ASCII), "[####################]");
        assert_eq!(bar(1, 1, None, ASCII), "[####################]");
        assert_eq!(bar(1, 1000, None, FINE), "▕▏                   ▏");
        assert_eq!(bar(999, 1000, None, FINE), "▕███████████████████▉▏");
        assert_eq!(bar(u64::MAX, u64::MAX, None, FINE), "▕████████████████████▏");
    }

    #[test]
    fn a_bar_is_as_wide_whatever_its_look() {
        for depth in 0..=64 {
            assert_eq!(bar(depth, 64, None, FINE).chars().count(), 22);
            assert_eq!(bar(depth, 64, None, ASCII).chars().count(), 22);
            let coloured = bar(depth, 64, None, Look { colour: true, ..FINE });
            assert_eq!(coloured.chars().count(), 22 + "\x1b[31m\x1b[0m".len());
        }
    }

    #[test]
    fn marks_are_seen_whatever_the_depth() {
        let bar = |depth, high, low, look| bar(depth, 100, Some(Watermarks::new(high, low).unwrap()), look);
        assert_eq!(bar(0, 80, 20, ASCII), "[    |           |   ]");
        assert_eq!(bar(50, 80, 20, ASCII), "[####|#####      |   ]");
        assert_eq!(bar(100, 80, 20, ASCII), "[####|###########|###]");
        assert_eq!(bar(100, 100, 0, ASCII), "[|##################|]");
        assert_eq!(bar(90, 80, 20, FINE), "▕████│███████████│█  ▏");
        let coloured = Look { colour: true, ..ASCII };
        for (depth, colour) in [(79, "[32m"), (80, "[33m"), (99, "[33m"), (100, "[31m")] {
            assert!(bar(depth, 80, 20, coloured).contains(colour), "{depth}");
        }
    }
}
