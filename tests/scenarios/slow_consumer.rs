//! A sends 100 items a second, B takes 25, and the queue between them holds 50, with watermarks at 40 and 20.
//!
//! In virtual time, over a specification of the queue.
//!
//! Claims: rate.

use forebay_core::pacer::{Pacer, Rates};
use forebay_tests::virtual_time::{Beat, Queue, Release, Run, Shape};

const SECOND: u64 = 1_000_000;
const OFFERED: u32 = 100;
const SERVED: u64 = 25;
const SECONDS: u64 = 60;

fn shape(release: Release) -> Shape {
    Shape { capacity: 50, high: 40, low: 20, release }
}

/// Nothing is lost, B is never without work after 2 s, A sends what B takes, and the level seldom changes.
fn paced(release: Release, start: u32) {
    let rates = Rates::new(SECOND as u32, 1, OFFERED).and_then(|rates| rates.starting_at(start)).expect("right");
    let mut run = Run::new(shape(release), vec![Pacer::new(rates)], Beat::new(SERVED, SECOND), 0);
    run.until(2 * SECOND);
    let sent = run.sent[0];
    for second in 3..=SECONDS {
        let served = run.served;
        run.until(second * SECOND);
        assert!((24..=26).contains(&(run.served - served)), "in second {second}: {run:?}");
    }
    let mean = (run.sent[0] - sent) as f64 / (SECONDS - 2) as f64;
    assert!((24. ..=26.).contains(&mean), "{mean} a second");
    assert_eq!(run.refused, 0);
    assert!(run.queue.deepest <= 50);
    assert!(run.queue.transitions <= 135, "{} changes of the level", run.queue.transitions);
    // What the law promises is far less than what the watermarks alone would give.
    assert!(run.queue.transitions <= 30, "{} changes of the level", run.queue.transitions);
}

#[test]
fn a_producer_that_starts_at_its_own_rate() {
    paced(Release::AtRoom, OFFERED);
    paced(Release::AtLow, OFFERED);
}

#[test]
fn a_producer_that_starts_at_the_right_rate() {
    paced(Release::AtRoom, SERVED as u32);
    paced(Release::AtLow, SERVED as u32);
}

/// What the bound of 135 changes is made of: sending at full speed while the level is `Open`, and not at all otherwise.
#[test]
fn stop_and_go_changes_the_level_as_often_as_the_watermarks_allow() {
    let mut queue = Queue::new(shape(Release::AtLow));
    for now in 0..SECONDS * 100 {
        if !queue.pressure().is_raised() {
            queue.push(()).expect("there is room below the high watermark");
        }
        if now % 4 == 3 {
            queue.pop();
        }
    }
    // 2 / (20/75 + 20/25) a second.
    assert!((105..=115).contains(&queue.transitions), "{} changes of the level", queue.transitions);
}

/// What happens to a producer that doesn't care.
#[test]
fn without_a_pacer_three_of_four_are_refused() {
    let mut queue = Queue::new(shape(Release::AtRoom));
    let mut refused = 0;
    for now in 0..SECONDS * 100 {
        refused += u64::from(queue.push(()).is_err());
        if now % 4 == 3 {
            queue.pop();
        }
    }
    assert_eq!(refused, SECONDS * 75 - 49);
}
