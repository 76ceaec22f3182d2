//! How full a queue is, as far as its producers need to know.

#![forbid(unsafe_code)]

/// How hard a queue asks its producers to slow down.
///
/// The levels are ordered: what asks for more is greater, so `pressure >= Pressure::Slow` is "not as fast as before", and the
/// greatest of several queues' levels is the one to obey. A level is a snapshot and may be stale as soon as it is read.
///
/// [`pacer`](crate::pacer) makes a rate of it, and shows how a source is
/// [stopped and started](crate::pacer#a-source-that-knows-stop-and-go-only) that knows no more than that; [`credit`](crate::credit)
/// takes it over a wire.
///
/// # Memory
/// One byte.
///
/// # Examples
/// ```
/// use forebay_core::Pressure;
///
/// let levels = [Pressure::Open, Pressure::Stop, Pressure::Slow];
/// assert_eq!(levels.into_iter().max(), Some(Pressure::Stop));
/// assert!(Pressure::Slow.is_raised() && !Pressure::Open.is_raised());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[repr(u8)]
pub enum Pressure {
    /// There is room, and it is not running out: send at any rate.
    #[default]
    Open = 0,
    /// The depth has reached the high watermark, and has not fallen to the low one since: send more slowly than before.
    Slow = 1,
    /// The queue has been full, and has not fallen to the low watermark since: send nothing until the level is another one.
    Stop = 2,
    /// The queue takes nothing in any more, and never will.
    Closed = 3,
}

impl Pressure {
    /// Whether producers are asked to slow down, to stop, or to give up.
    #[must_use]
    pub const fn is_raised(self) -> bool {
        !matches!(self, Self::Open)
    }

    /// The level whose number this is; the greatest for numbers above it.
    pub(crate) const fn from_u8(number: u8) -> Self {
        match number {
            0 => Self::Open,
            1 => Self::Slow,
            2 => Self::Stop,
            _ => Self::Closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_order_and_come_back() {
        let levels = [Pressure::Open, Pressure::Slow, Pressure::Stop, Pressure::Closed];
        assert!(levels.is_sorted());
        for level in levels {
            assert_eq!(Pressure::from_u8(level as u8), level);
            assert_eq!(level.is_raised(), level as u8 > 0);
        }
        assert_eq!(Pressure::from_u8(u8::MAX), Pressure::Closed);
    }
}
