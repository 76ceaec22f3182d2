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

/// Does nothing for a while, now and then, so that the other side catches up.
#[derive(Default)]
#[allow(dead_code, reason = "not all builds have images that rest")]
pub struct Rests(u32);

#[allow(dead_code, reason = "as above")]
impl Rests {
    /// Whether it rests now. If not, it will next for fewer than `most` times, by a chance of one in `one_in`; both are powers of two.
    pub fn now(&mut self, random: &mut Random, one_in: u32, most: u32) -> bool {
        if self.0 > 0 {
            self.0 -= 1;
            return true;
        }
        if random.below(one_in) == 0 {
            self.0 = random.below(most);
        }
        false
    }
}
