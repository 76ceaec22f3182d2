//! `select!` and `timeout` of tokio, as servers use them.

use std::time::Duration;

use forebay::Pressure;
use forebay::channel::{self, SendError};
use forebay_tests::crowd::within;
use tokio::time::{interval, timeout};

use super::LIMIT;

fn runtimes() -> [tokio::runtime::Runtime; 2] {
    let mut several = tokio::runtime::Builder::new_multi_thread();
    [
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(),
        several.worker_threads(3).enable_time().build().unwrap(),
    ]
}

/// A loop that waits for several things, and drops the futures of those that did not come, loses nothing.
#[test]
fn branches_that_are_dropped_lose_nothing() {
    within(LIMIT, || {
        for runtime in runtimes() {
            runtime.block_on(async {
                let (mut numbers, mut of_numbers) = channel::mpsc::<u32>(2).unwrap();
                let (mut letters, mut of_letters) = channel::spsc::<char>(1).unwrap();
                let tasks = [
                    tokio::spawn(async move {
                        for number in 0..2000 {
                            numbers.send(number).await.unwrap();
                        }
                    }),
                    tokio::spawn(async move {
                        for letter in ('a'..='z').cycle().take(2000) {
                            letters.send(letter).await.unwrap();
                        }
                    }),
                ];
                let (mut numbers, mut letters) = (Vec::new(), Vec::new());
                let mut ticks = interval(Duration::from_millis(1));
                let (mut more_numbers, mut more_letters) = (true, true);
                while more_numbers || more_letters {
                    tokio::select! {
                        number = of_numbers.recv(), if more_numbers => match number {
                            Ok(number) => numbers.push(number),
                            Err(_) => more_numbers = false,
                        },
                        letter = of_letters.recv(), if more_letters => match letter {
                            Ok(letter) => letters.push(letter),
                            Err(_) => more_letters = false,
                        },
                        _ = ticks.tick() => {}
                    }
                }
                for task in tasks {
                    task.await.unwrap();
                }
                assert!(numbers.into_iter().eq(0..2000));
                assert!(letters.into_iter().eq(('a'..='z').cycle().take(2000)));
            });
        }
    });
}

/// What was not sent in time is not received, and what was is.
#[test]
fn timeouts_are_exact() {
    within(LIMIT, || {
        for runtime in runtimes() {
            runtime.block_on(async {
                let (sender, mut receiver) = channel::mpsc::<(u32, u32)>(1).unwrap();
                let senders: Vec<_> = (0..3)
                    .map(|number| {
                        let mut sender = sender.clone();
                        tokio::spawn(async move {
                            let mut sent = Vec::new();
                            for item in 0..300 {
                                let time = Duration::from_micros(u64::from(item % 7) * 100);
                                if let Ok(done) = timeout(time, sender.send((number, item))).await {
                                    done.unwrap();
                                    sent.push((number, item));
                                }
                            }
                            sent
                        })
                    })
                    .collect();
                drop(sender);
                let mut received = Vec::new();
                loop {
                    match timeout(Duration::from_micros(300), receiver.recv()).await {
                        Ok(Ok(item)) => received.push(item),
                        Ok(Err(_)) => break,
                        Err(_) => {}
                    }
                }
                for sender in senders {
                    let sent = sender.await.unwrap();
                    let number = sent.first().map(|first: &(u32, u32)| first.0);
                    assert!(received.iter().filter(|item| Some(item.0) == number).eq(&sent));
                }
            });
        }
    });
}

/// A sender that works as long as there is no pressure, and stops at the end, by one `select!`.
#[test]
fn pressure_and_the_end_beside_a_send() {
    within(LIMIT, || {
        for runtime in runtimes() {
            runtime.block_on(async {
                let (mut sender, mut receiver) = channel::mpsc::<u32>(4).unwrap();
                let mut watch = sender.clone();
                let worker = tokio::spawn(async move {
                    let (mut levels, mut number) = (Vec::new(), 0);
                    loop {
                        tokio::select! {
                            level = watch.pressure_changed() => {
                                levels.push(level);
                                if level == Pressure::Closed {
                                    return (levels, number);
                                }
                            }
                            sent = sender.send(number) => match sent {
                                Ok(()) => number += 1,
                                Err(SendError::Closed(back)) => {
                                    assert_eq!(back, number);
                                    sender.closed().await;
                                    // The watch is told as well.
                                }
                                Err(SendError::Shed(_) | SendError::Timeout(_)) => unreachable!("it waits"),
                            }
                        }
                        tokio::task::yield_now().await;
                    }
                });
                let mut received = Vec::new();
                for _ in 0..200 {
                    received.push(receiver.recv().await.unwrap());
                    tokio::task::yield_now().await;
                }
                receiver.close();
                while let Ok(number) = receiver.recv().await {
                    received.push(number);
                }
                let (levels, sent) = worker.await.unwrap();
                assert_eq!(levels.last(), Some(&Pressure::Closed));
                assert!(received.into_iter().eq(0..sent));
            });
        }
    });
}
