//! Numbers that vary, the same in each run.

/// Xorshift with 32 bits.
pub struct Random(u32);

impl Random {
    pub const fn new(seed: u32) -> Self {
        Self(if seed == 0 { 1 } else { seed })
    }

    /// A number below `bound`, which is a power of two.
    pub fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 7) & (bound - 1)
    }
}
