//! A consumer that meets the producers: who comes later sees what it did before, and who has come before is counted.

use super::*;

models! {
    a_push_is_counted_or_sees_capacity_1 [None, 15] &["counted", "sees"] => |cx| super::a_push_is_counted_or_sees(1, 1, cx);
    a_push_is_counted_or_sees_capacity_2 [None, 15] &["counted", "sees"] => |cx| super::a_push_is_counted_or_sees(2, 1, cx);
    one_of_two_pushes_is_not_counted [Some(3), 1693] &["counted", "sees"] => |cx| super::a_push_is_counted_or_sees(2, 2, cx);
    the_end_is_known_or_sees [None, 38] &["known", "sees"] => |cx| super::the_end_is_known_or_sees(1, cx);
    the_end_of_two_is_known_or_sees [Some(3), 1076] &["known", "sees"] => |cx| super::the_end_is_known_or_sees(2, cx);
}

/// Each producer does something, and then looks at the flag. Answers with whether it was set.
fn looks_after(
    producers: Vec<Producer<'static, u32>>,
    flag: &Arc<AtomicUsize>,
    work: impl Fn(Producer<'static, u32>) -> Option<Producer<'static, u32>> + Copy + Send + 'static,
) -> Vec<thread::JoinHandle<(usize, Option<Producer<'static, u32>>)>> {
    let look = |producer| {
        let flag = flag.clone();
        thread::spawn(move || {
            let producer = work(producer);
            // Relaxed: where they have met, that is enough.
            (flag.load(Ordering::Relaxed), producer)
        })
    };
    producers.into_iter().map(look).collect()
}

/// Where a meeting counts no push, all pushes see what was before it.
///
/// [MP3] [MC8].
fn a_push_is_counted_or_sees(capacity: usize, count: usize, cx: &Context) {
    let (producer, consumer) = numbers(capacity, 1);
    let flag = Arc::new(AtomicUsize::new(0));
    let pushers = looks_after(vec![producer; count], &flag, |mut producer| {
        producer.push(0).unwrap();
        Some(producer)
    });
    // Relaxed: the meeting orders it.
    flag.store(1, Ordering::Relaxed);
    let is_empty = consumer.meet();
    cx.note(if is_empty { "sees" } else { "counted" });
    for pusher in pushers {
        let (seen, _producer) = pusher.join().unwrap();
        assert!(seen == 1 || !is_empty, "a push that was not counted has not seen what was before");
    }
}

/// Where the pop after a meeting does not know of the end, the last producer to go sees what was before that.
///
/// [MP7] [MP8] [MC5] [MC8].
fn the_end_is_known_or_sees(count: usize, cx: &Context) {
    let (producer, mut consumer) = numbers(1, 1);
    let flag = Arc::new(AtomicUsize::new(0));
    let leavers = looks_after(vec![producer; count], &flag, |producer| {
        drop(producer);
        None
    });
    // Relaxed: the meeting orders it.
    flag.store(1, Ordering::Relaxed);
    assert!(consumer.meet());
    let is_over = consumer.pop() == Err(PopError::Closed);
    cx.note(if is_over { "known" } else { "sees" });
    let seen: usize = leavers.into_iter().map(|leaver| leaver.join().unwrap().0).sum();
    assert!(is_over || seen > 0, "nobody knows of the other");
}
