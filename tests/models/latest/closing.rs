//! Ends that go: what the other side is told, and when.

use super::*;

models! {
    mod model: [Some(3), stepwise];
    closed_comes_last [1562] &["empty", "closed", "conflated"];
    closed_is_complete [1730] &["open", "closed", "left inside"];
    reader_is_seen_to_go [19] &["there", "gone"];
}

/// A read says `Closed` only after the last value.
///
/// [LW2] [LR2], and the second look behind it.
fn closed_comes_last(cx: &Context) {
    let (mut writer, mut reader) = ends();
    let writing = thread::spawn({
        let cx = cx.clone();
        move || {
            write_numbers(&mut writer, 2, &cx);
            cx.step();
        }
    });
    let (mut last, mut closed) = (0, false);
    for _ in 0..3 {
        cx.step();
        match reader.read() {
            Ok(number) => {
                assert!(!closed, "a value after the end");
                last = number;
            }
            Err(PopError::Empty) => {
                assert!(!closed, "open again");
                cx.note("empty");
            }
            Err(PopError::Closed) => {
                cx.note("closed");
                assert_eq!(last, 2);
                closed = true;
            }
        }
    }
    writing.join().unwrap();
    assert_eq!(reader.read().unwrap_or(last), 2);
    assert_eq!(reader.read(), Err(PopError::Closed));
}

/// Whoever sees that the writer is gone sees its last value, and all that it did.
///
/// [LW2] [LR4].
fn closed_is_complete(cx: &Context) {
    let (mut writer, mut reader) = ends();
    let plain = Arc::new(Plain::new(0));
    let writing = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            let conflated = write_numbers(&mut writer, 2, &cx);
            plain.set(7);
            cx.step();
            conflated.len()
        }
    });
    let mut last = 0;
    for _ in 0..2 {
        cx.step();
        if reader.is_closed() {
            cx.note("closed");
            assert_eq!(plain.get(), 7);
            let conflated = reader.conflated();
            if !reader.is_empty() {
                cx.note("left inside");
                last = reader.read().unwrap();
            }
            assert_eq!(last, 2);
            assert_eq!(reader.read(), Err(PopError::Closed));
            assert_eq!(conflated, writing.join().unwrap());
            return;
        }
        cx.note("open");
        cx.step();
        last = reader.read().unwrap_or(last);
    }
    writing.join().unwrap();
    assert!(reader.is_closed());
    assert_eq!(reader.read().unwrap_or(last), 2);
}

/// Whoever sees that the reader is gone sees what it did before.
///
/// [LR3] [LW3].
fn reader_is_seen_to_go(cx: &Context) {
    let (mut writer, mut reader) = ends();
    writer.write(1);
    let plain = Arc::new(Plain::new(0));
    let reading = thread::spawn({
        let (plain, cx) = (Arc::clone(&plain), cx.clone());
        move || {
            cx.step();
            assert_eq!(reader.read(), Ok(1));
            plain.set(7);
            cx.step();
        }
    });
    cx.step();
    if writer.is_closed() {
        cx.note("gone");
        assert_eq!(plain.get(), 7);
        assert_eq!(writer.write(2), None, "it has read the one before");
        assert_eq!(writer.write(3), Some(2));
    } else {
        cx.note("there");
    }
    reading.join().unwrap();
    assert!(writer.is_closed());
}
