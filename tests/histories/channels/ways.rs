//! The ways to send and to receive: as threads that wait for some microseconds, and as tasks that give up after one poll.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use forebay::channel::{
    ReceiveEnd, Receiver, RecvTimeoutError, ReserveEnd, SendEnd, SendError, SendMany, SendTimeoutError, Sender, Shared,
};
use forebay_core::{PopError, PushError, Pushed};

use crate::drive::Random;

/// What a future comes to in one poll.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

/// How long a thread waits.
fn short(random: &mut Random) -> Duration {
    Duration::from_micros(random.below(60) as u64)
}

/// What a send comes to, unless it has given up.
pub(super) type Sent<S, T> = Option<Result<S, PushError<T>>>;

fn refused<T>(error: SendError<T>) -> PushError<T> {
    match error {
        SendError::Closed(value) => PushError::Closed(value),
        SendError::Shed(value) => PushError::Shed(value),
        SendError::Timeout(_) => unreachable!("no channel here was built to give up"),
    }
}

fn in_time<S, T>(outcome: Result<S, SendTimeoutError<T>>) -> Sent<S, T> {
    match outcome {
        Ok(sent) => Some(Ok(sent)),
        Err(SendTimeoutError::Closed(value)) => Some(Err(PushError::Closed(value))),
        Err(SendTimeoutError::Shed(value)) => Some(Err(PushError::Shed(value))),
        Err(SendTimeoutError::Timeout(_)) => None,
    }
}

/// Sends what may wait.
pub(super) fn send<P: SendEnd>(
    end: &mut Sender<P, Shared>,
    value: P::Item,
    random: &mut Random,
) -> Sent<P::Sent, P::Item> {
    match random.below(3) {
        0 => in_time(end.send_timeout(value, short(random))),
        1 => once(end.send(value)).map(|done| done.map_err(refused)),
        _ => in_time(once(end.send(value).within(std::future::ready(()))).expect("its time is over")),
    }
}

/// Sends what may wait, or doesn't.
pub(super) fn send_or_try<P: SendEnd>(
    end: &mut Sender<P, Shared>,
    value: P::Item,
    random: &mut Random,
) -> Sent<P::Sent, P::Item> {
    if random.below(2) == 0 { Some(end.try_send(value)) } else { send(end, value, random) }
}

/// Sends into room that was kept for it.
pub(super) fn reserve<P: ReserveEnd>(
    end: &mut Sender<P, Shared>,
    value: P::Item,
    random: &mut Random,
) -> Sent<P::Sent, P::Item> {
    let permit = if random.below(2) == 0 {
        end.try_reserve()
    } else {
        once(end.reserve()).unwrap_or(Err(SendError::Timeout(()))).map_err(|error| match error {
            SendError::Closed(()) => PushError::Closed(()),
            _ => PushError::Full(()),
        })
    };
    match permit {
        Ok(permit) => Some(permit.send(value).map_err(refused)),
        Err(PushError::Closed(())) => Some(Err(PushError::Closed(value))),
        Err(_) => None,
    }
}

/// Sends several, as many as there is room for. Answers with how many were sent, and why another one was not, unless it has given up.
pub(super) fn send_many<P: SendEnd>(
    end: &mut Sender<P, Shared>,
    values: impl Iterator<Item = P::Item>,
) -> (usize, Option<PushError<P::Item>>) {
    let mut many: SendMany<'_, P, _, _> = end.send_many(values);
    let error = once(&mut many).and_then(Result::err).map(refused);
    (many.sent(), error)
}

/// Receives by waiting.
pub(super) fn receive<C: ReceiveEnd>(end: &mut Receiver<C, Shared>, random: &mut Random) -> Result<C::Item, PopError> {
    if random.below(2) == 0 {
        end.recv_timeout(short(random)).map_err(|error| match error {
            RecvTimeoutError::Timeout => PopError::Empty,
            RecvTimeoutError::Closed => PopError::Closed,
        })
    } else {
        once(end.recv()).map_or(Err(PopError::Empty), |received| received.map_err(|_| PopError::Closed))
    }
}

/// Receives several. Answers with whether it may have found nothing at first, too.
pub(super) fn receive_many<C: ReceiveEnd>(
    end: &mut Receiver<C, Shared>,
    most: usize,
    random: &mut Random,
) -> (bool, Vec<C::Item>) {
    if random.below(2) == 0 {
        return (false, end.drain().take(most).collect());
    }
    let mut items = vec![];
    once(end.recv_many(&mut items, most));
    (true, items)
}

/// What another one a send has put out, if it tells.
pub(super) trait Became<T> {
    fn other(self) -> Option<T>;
}

impl<T> Became<T> for () {
    fn other(self) -> Option<T> {
        None
    }
}

impl<T> Became<T> for Pushed<T> {
    fn other(self) -> Option<T> {
        self.evicted()
    }
}
