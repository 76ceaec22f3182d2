//! A pacer with any rates that is told of any levels at any times.
//!
//! The input is the period, the three rates, the burst and the time it begins, in 28 bytes, and a byte for each time that it is asked.
//! Inputs whose rates are refused are rejected.
//!
//! Claims: rate.

#![no_main]

use forebay_core::Pressure;
use forebay_core::pacer::Rates;
use forebay_tests::pacer::Case;
use libfuzzer_sys::{Corpus, fuzz_target};

/// More tell nothing new, and take longer.
const MAX_STEPS: usize = 500;

const LEVELS: [Pressure; 4] = [Pressure::Open, Pressure::Slow, Pressure::Stop, Pressure::Closed];

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&header, steps)) = data.split_first_chunk::<28>() else { return Corpus::Reject };
    let (words, _) = header.as_chunks::<4>();
    let [period, a, b, c, burst, high, low] = [0, 1, 2, 3, 4, 5, 6].map(|at| u32::from_le_bytes(words[at]));
    let mut rates = [a, b, c];
    rates.sort_unstable();
    let Ok(_) = Rates::new(period, rates[0], rates[2]) else { return Corpus::Reject };
    // A level, whether an item is sent, and how much later it is: up to 2^62 ticks.
    let told: Vec<_> = steps
        .iter()
        .take(MAX_STEPS)
        .map(|&step| (LEVELS[usize::from(step % 4)], (1 << (step >> 2 & 62)) - 1, step & 4 != 0))
        .collect();
    Case { period, rates, burst, epoch: u64::from(high) << 32 | u64::from(low), told: &told }.run();
    Corpus::Keep
});
