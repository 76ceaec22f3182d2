//! One producer too many.

#![forbid(unsafe_code)]

use core::fmt;

/// As many producers are out as the ring was made for. One that is dropped makes room for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TooManyProducers;

impl fmt::Display for TooManyProducers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("as many producers are out as the ring was made for: drop one, or make the ring for more")
    }
}

impl core::error::Error for TooManyProducers {}
