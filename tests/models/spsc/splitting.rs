//! A shared ring: who gets its ends, and what they find.

use std::sync::Mutex;

use super::*;

models! {
    stepwise;
    one_pair_of_ends [150, 150] &["won", "refused"] => super::one_pair_of_ends::<L>;
    ends_for_one_of_two [4618, 4618] &["won", "refused", "found the item"] => super::ends_for_one_of_two::<L>;
    split_again_capacity_1 [6813, 3487] EARLY => super::split_again::<L, 1>;
    split_again_capacity_2 [6137, 2332] EARLY => super::split_again::<L, 2>;
    split_again_capacity_3 [6137, 2332] EARLY => super::split_again::<L, 3>;
    emptied_after_another_split_capacity_1 [2149, 1830] EARLY => super::emptied_after_another_split::<L, 1>;
    emptied_after_another_split_capacity_2 [1550, 753] EARLY => super::emptied_after_another_split::<L, 2>;
    emptied_after_another_split_capacity_3 [1550, 753] EARLY => super::emptied_after_another_split::<L, 3>;
}

const EARLY: &[&str] = &["refused", "split early"];

/// A shared ring hands out one pair of ends at a time, and to one of those who ask.
///
/// [K1] [K2] between two who ask at once, [O1] [P6] and [O2] [C6] after the ends of the first are gone.
fn one_pair_of_ends<L: Layout>(cx: &Context) {
    let ring: &'static Ring<u32, 1, L> = Box::leak(Box::new(Ring::new()));
    // The model checker learns of the ring while one thread has it.
    drop(ring.try_split().unwrap());
    // Beyond the model checker's sight: it must not order anything.
    let out = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let ask = {
        let (cx, out) = (cx.clone(), std::sync::Arc::clone(&out));
        move |number| {
            cx.step();
            match ring.try_split() {
                Ok((mut producer, mut consumer)) => {
                    cx.note("won");
                    assert_eq!(out.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "two pairs of ends");
                    assert!(ring.try_split().is_err());
                    producer.push(number).unwrap();
                    assert_eq!(consumer.pop(), Ok(number));
                    out.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    true
                }
                Err(InUse) => {
                    cx.note("refused");
                    false
                }
            }
        }
    };
    let other = thread::spawn({
        let ask = ask.clone();
        move || ask(1)
    });
    let won = ask(2);
    let lost = !other.join().unwrap();
    assert!(won || !lost, "nobody got the ends");
    assert!(ring.try_split().is_ok());
}

/// Ends that are made anew go on where the last ones stopped, whichever threads those were dropped in.
///
/// [P6] [O1] and [C6] [O2].
fn split_again<L: Layout, const N: usize>(cx: &Context) {
    let ring: &'static Ring<u32, N, L> = Box::leak(Box::new(Ring::new()));
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    // Beyond the model checker's sight: they must not order anything.
    let (stored, popped) = (std::sync::Arc::new(Mutex::new(Vec::new())), std::sync::Arc::new(Mutex::new(Vec::new())));
    let pusher = thread::spawn({
        let (stored, cx) = (std::sync::Arc::clone(&stored), cx.clone());
        move || {
            for number in 0..2 {
                cx.step();
                if producer.push(number).is_ok() {
                    stored.lock().unwrap().push(number);
                }
            }
        }
    });
    let popper = thread::spawn({
        let (popped, cx) = (std::sync::Arc::clone(&popped), cx.clone());
        move || {
            cx.step();
            let item = consumer.pop();
            popped.lock().unwrap().extend(item);
        }
    });
    cx.step();
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split early" } else { "refused" });
    let late = early.is_err();
    if late {
        pusher.join().unwrap();
        popper.join().unwrap();
    }
    let (mut producer, mut consumer) = early.unwrap_or_else(|InUse| ring.try_split().unwrap());
    let mut all = popped.lock().unwrap().clone();
    all.extend(consumer.drain());
    assert_eq!(all, *stored.lock().unwrap());
    assert_eq!(producer.push_iter(0..), N);
    assert!(consumer.drain().map(|number| number as usize).eq(0..N));
}

/// Of two who ask while the ends go, one at a time gets them, and finds what the last ones left.
///
/// [K1] [K2], [P6] [O1], [C6] [O2].
fn ends_for_one_of_two<L: Layout>(cx: &Context) {
    let ring: &'static Ring<u32, 1, L> = Box::leak(Box::new(Ring::new()));
    let (mut producer, consumer) = ring.try_split().unwrap();
    // Beyond the model checker's sight: they must not order anything.
    let out = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let found = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let ask = {
        let (cx, out, found) = (cx.clone(), std::sync::Arc::clone(&out), std::sync::Arc::clone(&found));
        move || {
            cx.step();
            let Ok((_producer, mut consumer)) = ring.try_split() else {
                cx.note("refused");
                return;
            };
            cx.note("won");
            assert_eq!(out.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "two pairs of ends");
            match consumer.pop() {
                Ok(number) => {
                    assert_eq!(number, 7);
                    cx.note("found the item");
                    assert_eq!(found.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "found twice");
                }
                Err(error) => {
                    assert_eq!(error, PopError::Empty);
                    assert_eq!(found.load(std::sync::atomic::Ordering::SeqCst), 1, "not found");
                }
            }
            out.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        }
    };
    let first = thread::spawn(ask.clone());
    let second = thread::spawn(ask.clone());
    cx.step();
    producer.push(7).unwrap();
    drop(producer);
    drop(consumer);
    first.join().unwrap();
    second.join().unwrap();
    if found.load(std::sync::atomic::Ordering::SeqCst) == 0 {
        ask();
    }
    assert_eq!(found.load(std::sync::atomic::Ordering::SeqCst), 1);
}

/// Whoever gets the ends anew may drop what is inside, and then the ring itself.
///
/// [P6] [O1] and [C6] [O2].
fn emptied_after_another_split<L: Layout, const N: usize>(cx: &Context) {
    let ledger = Ledger::new();
    let owner = Box::into_raw(Box::new(Ring::<Tracked, N, L>::new()));
    // SAFETY: it lives until the end of this function, and nobody has more than shared references.
    let ring: &'static Ring<Tracked, N, L> = unsafe { &*owner };
    let (mut producer, mut consumer) = ring.try_split().unwrap();
    assert!(producer.push(ledger.item()).is_ok());
    let pusher = thread::spawn({
        let (ledger, cx) = (ledger.clone(), cx.clone());
        move || {
            cx.step();
            drop(producer.push(ledger.item()));
        }
    });
    let popper = thread::spawn({
        let cx = cx.clone();
        move || {
            cx.step();
            drop(consumer.pop().unwrap());
        }
    });
    cx.step();
    let early = ring.try_split();
    cx.note(if early.is_ok() { "split early" } else { "refused" });
    if early.is_err() {
        pusher.join().unwrap();
        popper.join().unwrap();
    }
    let (mut producer, mut consumer) = early.unwrap_or_else(|InUse| ring.try_split().unwrap());
    let left = ledger.alive();
    assert_eq!(consumer.clear(), left);
    assert_eq!(ledger.alive(), 0);
    assert_eq!(producer.push_iter(ledger.items(N)), N);
    drop((producer, consumer));
    // SAFETY: it was made from a box above, and no ends are left to touch it.
    drop(unsafe { Box::from_raw(owner) });
    ledger.settle();
}
