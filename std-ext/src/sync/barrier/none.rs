//! Where there is none.

/// Whether there may be one, as far as the compiler knows.
pub(crate) const POSSIBLE: bool = false;

#[cfg(feature = "std")]
pub(crate) const fn ask() -> bool {
    false
}

pub(crate) const fn is_there() -> bool {
    false
}

pub(crate) const fn light() {}

pub(crate) const fn heavy() -> bool {
    false
}

#[cfg(feature = "std")]
pub(crate) const fn number_if_any() -> usize {
    0
}

#[cfg(feature = "std")]
pub(crate) const fn number(_most: usize) -> usize {
    0
}
