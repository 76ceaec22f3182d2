//! What the tasks do, in any runtime.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use forebay::channel::{self, Desk, PressureEnd, Receiver, RecvError, RoomEnd, SendError, Sender, Shared};
use forebay::{Overflow, PopError, Pressure, PushError};
use forebay_tests::course::OVERFLOWS;
use forebay_tests::crowd::{self, Account, Dice, End, Item, Over, Plan, Record, Rx, Tx};
use forebay_tests::random::Random;
use futures_util::future::{Either, select};
use futures_util::{SinkExt, StreamExt, stream};

use super::{Executor, LIMIT, Task};

/// Which ends threads have.
#[derive(Clone, Copy)]
pub(crate) enum Threads {
    None,
    /// One of the senders.
    Senders,
    Receiver,
}

const SENDERS: usize = 4;
const ITEMS: usize = 300;
/// Of the senders, of the one that they come from, and of the two that watch.
const SEATS: usize = SENDERS + 3;

fn dice(seed: u64, whose: u64) -> Dice {
    let mut random = Random::new(100 * seed + whose);
    Box::new(move |below| random.below(below))
}

/// Waits for something for a short while.
async fn or_sleep<E: Executor, F: Future + Unpin>(future: F, dice: &mut Dice) -> Result<F::Output, F> {
    match select(future, E::sleep(Duration::from_micros(dice(400) as u64))).await {
        Either::Left((output, _)) => Ok(output),
        Either::Right(((), future)) => Err(future),
    }
}

/// Sends an item in some way. `None`: it came back, or was dropped with its future.
async fn send<E: Executor, P: Tx + RoomEnd + PressureEnd, D: Desk>(
    sender: &mut Sender<P, D>,
    item: Item,
    dice: &mut Dice,
) -> Result<Option<P::Sent>, SendError<Item>> {
    let number = item.number();
    match dice(7) {
        0 | 1 => sender.send(item).await.map(Some),
        2 => match or_sleep::<E, _>(sender.send(item), dice).await {
            Ok(done) => done.map(Some),
            Err(late) => {
                assert_eq!(late.into_inner().map(|item| item.number()), Some(number), "it comes back");
                Ok(None)
            }
        },
        3 => match or_sleep::<E, _>(sender.send(item), dice).await {
            Ok(done) => done.map(Some),
            // Dropped, and the item with it.
            Err(_late) => Ok(None),
        },
        4 => {
            let _ = or_sleep::<E, _>(sender.ready(), dice).await;
            match sender.try_send(item) {
                Ok(sent) => Ok(Some(sent)),
                Err(PushError::Full(_)) => Ok(None),
                Err(PushError::Closed(item)) => Err(SendError::Closed(item)),
                Err(PushError::Shed(item)) => Err(SendError::Shed(item)),
            }
        }
        5 => {
            let _ = or_sleep::<E, _>(sender.pressure_changed(), dice).await;
            sender.send(item).await.map(Some)
        }
        _ => {
            let _ = or_sleep::<E, _>(sender.closed(), dice).await;
            sender.send(item).await.map(Some)
        }
    }
}

/// Sends all items, until the channel is closed.
async fn send_all<E: Executor, P: Tx + RoomEnd + PressureEnd, D: Desk>(
    mut sender: Sender<P, D>,
    mut record: Record,
    plan: Plan,
    mut dice: Dice,
) -> Record {
    for sent in 0.. {
        if sent >= plan.items {
            if matches!(plan.end, End::Senders) {
                break;
            }
            // Others are to come, too.
            E::sleep(Duration::from_micros(10)).await;
        }
        let item = record.item();
        let number = item.number();
        match send::<E, _, _>(&mut sender, item, &mut dice).await {
            Ok(Some(sent)) => record.sent(number, sent),
            Ok(None) => {}
            Err(SendError::Shed(_)) => record.shed(),
            Err(SendError::Closed(item)) => {
                assert_eq!(item.number(), number);
                sender.closed().await;
                break;
            }
            Err(SendError::Timeout(_)) => unreachable!("the channel has no deadline"),
        }
        if dice(plan.renewal) == 0 {
            if let Some(another) = P::another(&sender) {
                sender = another;
            }
        }
    }
    record.ends(&sender)
}

/// Receives in some way: nothing, one, or several.
async fn receive<E: Executor, C: Rx + PressureEnd + Unpin, D: Desk + Unpin>(
    receiver: &mut Receiver<C, D>,
    dice: &mut Dice,
) -> Result<Vec<C::Item>, RecvError> {
    let mut items = Vec::new();
    match dice(6) {
        0 => items.push(receiver.recv().await?),
        1 => items.push(receiver.next().await.ok_or(RecvError)?),
        2 => {
            if let Ok(item) = or_sleep::<E, _>(receiver.recv(), dice).await {
                items.push(item?);
            }
        }
        3 => {
            if receiver.recv_many(&mut items, 1 + dice(4)).await == 0 {
                return Err(RecvError);
            }
        }
        4 => {
            if let Ok(0) = or_sleep::<E, _>(receiver.recv_many(&mut items, 1 + dice(4)), dice).await {
                return Err(RecvError);
            }
        }
        _ => {
            let _ = or_sleep::<E, _>(receiver.pressure_changed(), dice).await;
            match receiver.try_recv() {
                Ok(item) => items.push(item),
                Err(PopError::Empty) => {}
                Err(PopError::Closed) => return Err(RecvError),
            }
        }
    }
    Ok(items)
}

/// Receives until it is over, or goes.
async fn receive_all<E: Executor, C: Rx + PressureEnd + Unpin, D: Desk + Unpin>(
    account: &Mutex<Account>,
    mut receiver: Receiver<C, D>,
    end: End,
    mut dice: Dice,
) -> Option<Receiver<C, D>> {
    let count = || account.lock().unwrap().count();
    loop {
        match end {
            End::Close(after) if after <= count() && !C::close(&mut receiver) => return None,
            End::Drop(after) if after <= count() => return None,
            _ => {}
        }
        match receive::<E, _, _>(&mut receiver, &mut dice).await {
            Ok(items) => items.into_iter().for_each(|item| account.lock().unwrap().received(C::item(item))),
            Err(RecvError) => return Some(receiver),
        }
    }
}

/// Tasks, or tasks and threads, that do at random all that their ends can do.
pub(crate) fn crowd<E: Executor>(threads: Threads, end: usize) {
    crowd_over::<E, _, _>(|capacity, _| channel::mpsc(capacity).unwrap(), threads, end);
}

/// The same over a ring that goes by each policy, with as many seats as are needed, or with some for clones beside.
pub(crate) fn crowd_over_swap<E: Executor>(end: usize) {
    let make = |capacity, overflow| channel::swap(capacity, SEATS + capacity % 2, overflow).unwrap();
    crowd_over::<E, _, _>(make, Threads::None, end);
}

/// The same over classes. Each sender's are of one class, so that they are in order.
pub(crate) fn crowd_over_classes<E: Executor>(end: usize) {
    let class = |item: &Item| item.sender() % 2;
    let make = move |capacity, overflow| channel::priority::<2, _, _>(capacity, overflow, class).unwrap();
    crowd_over::<E, _, _>(make, Threads::None, end);
}

fn crowd_over<E: Executor, P: Tx + RoomEnd + PressureEnd, C: Rx + PressureEnd + Unpin>(
    make: impl Fn(usize, Overflow) -> (Sender<P, Shared>, Receiver<C, Shared>) + Send + 'static,
    threads: Threads,
    end: usize,
) {
    crowd::within(LIMIT, move || {
        for (seed, (capacity, overflow)) in (0..).zip([1, 2, 16].into_iter().zip(OVERFLOWS)) {
            let after = Random::new(seed).below(SENDERS * ITEMS / 2);
            let end = [End::Senders, End::Close(after), End::Drop(after)][end];
            let plan = Plan { senders: SENDERS, items: ITEMS, end, watched: true, renewal: 20 };
            run::<E, _, _>(make(capacity, overflow), threads, plan, seed);
        }
    });
}

fn run<E: Executor, P: Tx + RoomEnd + PressureEnd, C: Rx + PressureEnd + Unpin>(
    (sender, receiver): (Sender<P, Shared>, Receiver<C, Shared>),
    threads: Threads,
    plan: Plan,
    seed: u64,
) {
    let another = |sender: &Sender<P, Shared>| P::another(sender).expect("a seat");
    let account = Arc::new(Mutex::new(Account::new()));
    account.lock().unwrap().begins(&sender, &receiver);
    let ended = Arc::new(Mutex::new(None));
    let (mut tasks, mut others) = (Vec::<Task>::new(), Vec::new());
    for number in 0..SENDERS {
        let (sender, account, dice) = (another(&sender), Arc::clone(&account), dice(seed, number as u64));
        let record = account.lock().unwrap().record();
        if number == 0 && matches!(threads, Threads::Senders) {
            others.push(thread::spawn(move || {
                let (_sender, record) = crowd::send_all(sender, record, plan, dice);
                account.lock().unwrap().enter(record);
            }));
        } else {
            tasks.push(Box::pin(async move {
                let record = send_all::<E, _, _>(sender, record, plan, dice).await;
                account.lock().unwrap().enter(record);
            }));
        }
    }
    if !matches!(plan.end, End::Senders) {
        let (mut watches_pressure, mut watches_end) = (another(&sender), another(&sender));
        tasks.push(Box::pin(async move {
            while watches_pressure.pressure_changed().await != Pressure::Closed {}
            watches_pressure.closed().await;
        }));
        tasks.push(Box::pin(async move { watches_end.closed().await }));
    }
    drop(sender);
    let dice = dice(seed, 99);
    let (of_receiver, ended_there) = (Arc::clone(&account), Arc::clone(&ended));
    if matches!(threads, Threads::Receiver) {
        others.push(thread::spawn(move || {
            // All that it has is entered in the end: others enter theirs meanwhile.
            let mut receiver = receiver;
            receive_by_thread(&of_receiver, &mut receiver, plan.end);
            *ended_there.lock().unwrap() = matches!(plan.end, End::Senders | End::Close(_)).then_some(receiver);
        }));
    } else {
        tasks.push(Box::pin(async move {
            let receiver = receive_all::<E, _, _>(&of_receiver, receiver, plan.end, dice).await;
            *ended_there.lock().unwrap() = receiver;
        }));
    }
    E::run(tasks);
    others.into_iter().for_each(|thread| thread.join().unwrap());
    let complete = ended.lock().unwrap().take().map(|receiver| Over::Complete(receiver.end().evicted()));
    account.lock().unwrap().check(complete.unwrap_or(Over::Gone));
}

/// Blocks for items, until it is over or the receiver is to go.
fn receive_by_thread<C: Rx, D: Desk>(account: &Mutex<Account>, receiver: &mut Receiver<C, D>, end: End) {
    for count in 0.. {
        match end {
            End::Close(after) if after == count => assert!(C::close(receiver)),
            End::Drop(after) if after == count => break,
            _ => {}
        }
        match receiver.blocking_recv() {
            Ok(item) => account.lock().unwrap().received(C::item(item)),
            Err(RecvError) => break,
        }
    }
}

/// Streams that are forwarded into sinks, over several channels: all that goes in comes out, in order.
pub(crate) fn streams_and_sinks<E: Executor>() {
    crowd::within(LIMIT, || {
        for capacity in [1, 2, 16] {
            let (first, through) = channel::spsc::<usize>(capacity).unwrap();
            let (second, mut last) = channel::mpsc::<usize>(capacity).unwrap();
            let beside = second.clone();
            let out = Arc::new(Mutex::new(Vec::new()));
            let received = Arc::clone(&out);
            E::run(vec![
                Box::pin(async move { stream::iter((0..1000).map(Ok)).forward(first.into_sink()).await.unwrap() }),
                Box::pin(async move { through.map(Ok).forward(second.into_sink()).await.unwrap() }),
                Box::pin(async move {
                    let mut sink = beside.into_sink();
                    sink.send_all(&mut stream::iter((1000..1500).map(Ok))).await.unwrap();
                    sink.send(1500).await.unwrap();
                    sink.feed(1501).await.unwrap();
                    sink.close().await.unwrap();
                }),
                Box::pin(async move {
                    while let Some(number) = last.next().await {
                        received.lock().unwrap().push(number);
                    }
                }),
            ]);
            let (one, other): (Vec<usize>, Vec<usize>) =
                out.lock().unwrap().iter().partition(|&&number: &&usize| number < 1000);
            assert!(one.into_iter().eq(0..1000));
            assert!(other.into_iter().eq(1000..1502));
        }
    });
}
