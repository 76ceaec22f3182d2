//! What errors say: each something of its own, in one line, with the figures that it has.
//!
//! Claims: misuse.

use std::error::Error;
use std::time::Duration;

use forebay_core::admission::{Rate, RateError, ThresholdError};
use forebay_core::credit::{CreditError, FrameError, ItemRefused, MAX_WINDOW, NotHeld, Refused};
use forebay_core::pacer::{Rates, RatesError};
use forebay_core::{CapacityError, InUse, NeverEvicts, PopError, PushError, WatermarkError};

#[test]
fn each_error_says_something_of_its_own() {
    let errors: &[&dyn Error] = &[
        &CapacityError::Zero,
        &CapacityError::TooLarge,
        &CapacityError::TooShort,
        &CapacityError::OutOfMemory,
        &InUse,
        &NeverEvicts,
        &PopError::Empty,
        &PopError::Closed,
        &PushError::Full(()),
        &PushError::Shed(()),
        &PushError::Closed(()),
        &WatermarkError::LowNotBelowHigh { high: 1, low: 1 },
        &WatermarkError::HighAboveCapacity { high: 1, capacity: 0 },
        &RateError::KeepsNone,
        &RateError::KeepsMoreThanAll { keep: 1, of: 0 },
        &RateError::KeepsMoreThanAll { keep: 1, of: 1 },
        &RateError::TooFine { of: 1 },
        &ThresholdError { class: 1 },
        &CreditError::ZeroWindow,
        &CreditError::WindowTooLarge { window: 1 },
        &CreditError::ZeroTime,
        &Refused::WrongKind,
        &Refused::OtherSession { session: 1 },
        &Refused::Old,
        &Refused::Backward,
        &Refused::Beyond,
        &ItemRefused::Old,
        &ItemRefused::Beyond,
        &NotHeld { held: 1 },
        &FrameError::Length { length: 1 },
        &FrameError::Version { version: 1 },
        &FrameError::Kind { kind: 1 },
        &RatesError::ZeroPeriod,
        &RatesError::PeriodTooLong { period: 1 },
        &RatesError::TimeTooLong { period: Duration::from_secs(1) },
        &RatesError::ZeroRate,
        &RatesError::LeastAboveGreatest { least: 1, greatest: 1 },
        &RatesError::TooFast { greatest: 1 },
        &RatesError::StartOutside { start: 1, least: 1, greatest: 1 },
    ];
    let mut messages: Vec<String> = errors.iter().map(|error| error.to_string()).collect();
    for message in &messages {
        assert!(message.len() > 10 && message.len() < 120 && !message.contains('\n'), "{message}");
    }
    messages.sort();
    assert!(messages.is_sorted_by(|a, b| a < b), "two are the same");
}

#[test]
fn figures_are_told() {
    let says = |error: &dyn Error, figures: &[u64]| {
        let message = error.to_string();
        let numbers = message.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse::<u64>().ok());
        assert!(numbers.eq(figures.iter().copied()), "{message}");
    };
    says(&WatermarkError::LowNotBelowHigh { high: 7, low: 9 }, &[9, 7]);
    says(&WatermarkError::HighAboveCapacity { high: 9, capacity: 7 }, &[9, 7]);
    says(&RateError::KeepsMoreThanAll { keep: 11, of: 10 }, &[11, 10]);
    says(&RateError::KeepsMoreThanAll { keep: 1, of: 0 }, &[1, 0]);
    says(&RateError::TooFine { of: 5000 }, &[5000, Rate::MAX.into()]);
    says(&ThresholdError { class: 3 }, &[3]);
    says(&CreditError::WindowTooLarge { window: MAX_WINDOW + 1 }, &[u64::from(MAX_WINDOW) + 1, MAX_WINDOW.into()]);
    says(&Refused::OtherSession { session: 8 }, &[8]);
    says(&NotHeld { held: 5 }, &[5]);
    says(&FrameError::Length { length: 9 }, &[10, 9]);
    says(&FrameError::Version { version: 2 }, &[2, 1]);
    says(&FrameError::Kind { kind: 7 }, &[7]);
    let longest = Rates::MAX_PERIOD.into();
    says(&RatesError::PeriodTooLong { period: u32::MAX }, &[u32::MAX.into(), longest]);
    says(&RatesError::TimeTooLong { period: Duration::from_micros(2_147_483_648) }, &[2147, 483_648, 2147, 483_647]);
    says(&RatesError::LeastAboveGreatest { least: 9, greatest: 7 }, &[9, 7]);
    says(&RatesError::TooFast { greatest: 1 << 24 }, &[1 << 24, Rates::MAX.into()]);
    says(&RatesError::StartOutside { start: 1, least: 2, greatest: 4 }, &[1, 2, 4]);
}
