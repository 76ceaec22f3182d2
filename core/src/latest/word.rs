//! The word in the middle: which buffer lies there, and whether its value is fresh.

#![forbid(unsafe_code)]

/// Which of the three buffers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    First = 0,
    Second = 1,
    Third = 2,
}

impl Index {
    /// The two others.
    pub(crate) const fn others(self) -> (Self, Self) {
        match self {
            Self::First => (Self::Second, Self::Third),
            Self::Second => (Self::First, Self::Third),
            Self::Third => (Self::First, Self::Second),
        }
    }
}

/// The word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) index: Index,
    /// Whether there is a value that the reader hasn't got yet.
    pub(crate) fresh: bool,
}

impl Word {
    const FRESH: u8 = 0b100;
    const INDEX: u8 = 0b011;

    /// Of a buffer that nobody has written to.
    pub(crate) const NEW: Self = Self { index: Index::First, fresh: false };

    pub(crate) const fn to_bits(self) -> u8 {
        self.index as u8 | if self.fresh { Self::FRESH } else { 0 }
    }

    pub(crate) const fn from_bits(bits: u8) -> Self {
        let index = match bits & Self::INDEX {
            0 => Index::First,
            1 => Index::Second,
            _ => Index::Third,
        };
        Self { index, fresh: bits & Self::FRESH != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Index; 3] = [Index::First, Index::Second, Index::Third];

    #[test]
    fn bits_are_the_word() {
        let mut seen = [false; 8];
        for index in ALL {
            for fresh in [false, true] {
                let word = Word { index, fresh };
                assert_eq!(Word::from_bits(word.to_bits()), word);
                assert!(!core::mem::replace(&mut seen[usize::from(word.to_bits())], true));
            }
        }
        assert_eq!(Word::NEW.to_bits(), 0);
    }

    #[test]
    fn the_others_are_the_others() {
        for index in ALL {
            let (one, other) = index.others();
            assert!(ALL.iter().all(|&any| [index, one, other].iter().filter(|&&of| of == any).count() == 1));
        }
    }
}
