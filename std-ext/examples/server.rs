//! A server that takes entries over HTTP and writes them by one writer, and refuses in time what the writer can't keep up with.
//!
//! ```text
//! cargo run --release --example server -- --demo     # beside a load of more than it can take, for 5 seconds
//! cargo run --release --example server               # until Ctrl-C: curl --data 'an entry' 127.0.0.1:PORT
//! ```
//!
//! # The pattern
//! Each request is a task of its own, and all of them send into one bounded channel, behind which there is one writer: a file, a
//! database, another service. When more comes than the writer can take, someone has to buffer. If it is this server, every request
//! that it accepts waits longer than the one before, until its callers have given up on what it is still busy with, and the memory is
//! gone; then those suffer that had sent little. So the buffer belongs to the callers, and they must be told:
//!
//! 1. *Ask before there is work.* A request begins with `sender.pressure()`, one load. Unless it is `Open` the answer is 503 with
//!    `Retry-After`, and no byte of the body has been read. Refusing is cheap; it is the only thing that may happen at any rate.
//! 2. *Watermarks, not full.* The level rises below full, so that those who are being read meanwhile still find room, and falls only when
//!    the queue is half empty, so that callers aren't told one thing and the other with each entry. If others were faster all the same,
//!    `send` waits: that is short, as the queue is.
//! 3. *Accepted is a promise.* The answer is 202 once `send` has returned, and not before. What `send` gives back is refused.
//! 4. *The end keeps the promise.* The receiver closes the channel: from there on `send` gives everything back, while what was
//!    accepted is received to the last entry, and written. So accepted == written, whenever the end comes.
//!
//! The delay of an entry is bounded by what the queue holds, whatever the load: see `p99` in the demo.

#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::future::{IntoFuture, pending};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::routing::post;
use clap::Parser;
use forebay::channel::{self, MpscReceiver, MpscSender};
use forebay::{Pressure, Watermarks, mpsc};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::time::{interval_at, sleep};

/// Takes entries over HTTP on a port of 127.0.0.1, and writes them as lines, as many as a slow device would. What is too much for it is
/// refused with 503 before it is read. Figures go to standard error, once a second.
#[derive(Debug, Parser)]
#[command(name = "server")]
struct Args {
    /// Show it beside a load that is too much, for 5 seconds or as many as given
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "5",
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    demo: Option<u64>,
}

/// Entries that the channel holds, and where its level rises and falls.
const CAPACITY: usize = 256;
const HIGH: usize = 192;
const LOW: usize = 96;
/// Entries that are written at once at most, and how long the device takes for each, if nothing else is said.
const BATCH: usize = 32;
const WORK: Duration = Duration::from_micros(500);
/// The longest entry, in bytes.
const LONGEST: usize = 64 << 10;
/// What is told whom is refused: seconds.
const RETRY_AFTER: &str = "1";

/// The load of the demo: as many connections, which together make so many requests at most. After a refusal they come back far
/// earlier than they were told to.
const CONNECTIONS: usize = 32;
const MOST: usize = 10_000_000;
const IMPATIENCE: Duration = Duration::from_millis(5);

/// What a request hands to the writer.
struct Entry {
    text: Bytes,
    since: Instant,
}

/// What all requests share.
#[derive(Clone)]
struct Service {
    /// A sender is for one task at a time: each request has a clone.
    entries: Arc<Mutex<MpscSender<Entry>>>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    accepted: AtomicU64,
    refused: AtomicU64,
    written: AtomicU64,
    /// How long each entry took from its acceptance until it was written, since somebody looked last.
    delays: Mutex<Vec<Duration>>,
}

/// What became of all requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Outcome {
    accepted: u64,
    refused: u64,
    written: u64,
    /// How many clients were told that they were accepted. `None`: nobody has counted.
    told: Option<u64>,
}

impl Outcome {
    /// All that was accepted was written, and those who sent it know.
    fn holds(&self) -> bool {
        self.accepted == self.written && self.told.is_none_or(|told| told == self.accepted)
    }
}

fn count(counter: &AtomicU64, more: u64) {
    // Relaxed: it orders nothing. Here and below.
    counter.fetch_add(more, Ordering::Relaxed);
}

impl Service {
    fn sender(&self) -> MpscSender<Entry> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn refuse(&self) -> Result<StatusCode, Refusal> {
        count(&self.counts.refused, 1);
        Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)]))
    }

    /// A line about the time since the last one.
    fn line(&self, seconds: u64, before: &mut [u64; 3]) -> String {
        let Counts { accepted, refused, written, delays } = &*self.counts;
        let now = [accepted, refused, written].map(|counter| counter.load(Ordering::Relaxed));
        let [accepted, refused, written] = std::array::from_fn(|number| now[number] - before[number]);
        *before = now;
        let mut delays = std::mem::take(&mut *delays.lock().unwrap_or_else(PoisonError::into_inner));
        delays.sort_unstable();
        let p99 = delays.get(delays.len().saturating_sub(1) * 99 / 100).map_or(0, Duration::as_millis);
        let sender = self.sender();
        let (inside, level) = (sender.len().min(CAPACITY), format!("{:?}", sender.pressure()).to_lowercase());
        let bar = "#".repeat(inside * 20 / CAPACITY);
        format!(
            "{seconds:3} s  accepted {accepted:6}  refused {refused:6}  written {written:6}  p99 {p99:4} ms  \
             [{bar:20}] {inside:3}/{CAPACITY} {level}"
        )
    }
}

type Refusal = (StatusCode, [(HeaderName, &'static str); 1]);

/// Takes an entry in, or refuses it.
async fn append(State(service): State<Service>, request: Request) -> Result<StatusCode, Refusal> {
    let mut sender = service.sender();
    if sender.pressure() != Pressure::Open {
        return service.refuse();
    }
    let Ok(text) = to_bytes(request.into_body(), LONGEST).await else { return Ok(StatusCode::PAYLOAD_TOO_LARGE) };
    match sender.send(Entry { text, since: Instant::now() }).await {
        Ok(()) => {
            count(&service.counts.accepted, 1);
            Ok(StatusCode::ACCEPTED)
        }
        Err(_closed) => service.refuse(),
    }
}

/// Writes what comes until the end, and what has been accepted by then.
async fn write(
    mut entries: MpscReceiver<Entry>,
    work: Duration,
    counts: Arc<Counts>,
    end: impl Future<Output = ()>,
    mut out: impl Write,
) -> io::Result<()> {
    let mut end = std::pin::pin!(end);
    let (mut batch, mut closed) = (Vec::with_capacity(BATCH), false);
    loop {
        select! {
            taken = entries.recv_many(&mut batch, BATCH) => if taken == 0 {
                return out.flush();
            },
            () = &mut end, if !closed => {
                entries.close();
                closed = true;
                continue;
            }
        }
        // The device.
        sleep(work * batch.len() as u32).await;
        for entry in &batch {
            out.write_all(&entry.text)?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        count(&counts.written, batch.len() as u64);
        let mut delays = counts.delays.lock().unwrap_or_else(PoisonError::into_inner);
        delays.extend(batch.drain(..).map(|entry| entry.since.elapsed()));
    }
}

/// Serves until the end, and writes what was accepted until then. Meanwhile `load` runs beside it, which is told where, and counts.
async fn serve<L: Future<Output = Option<u64>>>(
    work: Duration,
    end: impl Future<Output = ()>,
    out: impl Write + Send + 'static,
    load: impl FnOnce(SocketAddr) -> L,
) -> io::Result<Outcome> {
    let (sender, mut ring) = mpsc::ring(CAPACITY).map_err(io::Error::other)?;
    let marks = Watermarks::new(HIGH, LOW).map_err(io::Error::other)?;
    ring.set_watermarks(marks).map_err(io::Error::other)?;
    let (sender, receiver) = channel::over(sender, ring);
    let service = Service { entries: Arc::new(Mutex::new(sender)), counts: Arc::default() };

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    eprintln!("server: http://{address} takes entries by POST, and writes {} a second", 1.0 / work.as_secs_f64());

    // Nothing is ever sent: the end is when the sender goes.
    let (running, mut stopped) = channel::mpsc::<Infallible>(1).map_err(io::Error::other)?;
    let mut stopping = running.clone();
    let writer = write(receiver, work, service.counts.clone(), async move { stopping.closed().await }, out);
    let writer = tokio::spawn(writer);
    let mut stopping = running.clone();
    let app = Router::new().route("/", post(append)).with_state(service.clone());
    let http = axum::serve(listener, app).with_graceful_shutdown(async move { stopping.closed().await });
    let http = tokio::spawn(http.into_future());
    drop(running);

    let figures = async {
        let (second, mut before) = (Duration::from_secs(1), [0; 3]);
        let mut ticks = interval_at(tokio::time::Instant::now() + second, second);
        for seconds in 1.. {
            ticks.tick().await;
            eprintln!("{}", service.line(seconds, &mut before));
        }
    };
    let (told, ()) = tokio::join!(load(address), async {
        select! { () = end => {}, () = figures => {} }
        // Now nobody is let in, nothing more is accepted, and what was accepted is written.
        stopped.close();
    });
    http.await??;
    writer.await??;
    let Counts { accepted, refused, written, .. } = &*service.counts;
    let [accepted, refused, written] = [accepted, refused, written].map(|counter| counter.load(Ordering::Relaxed));
    Ok(Outcome { accepted, refused, written, told })
}

/// Makes requests over many connections as long as they last, and counts how many were accepted.
async fn load(address: SocketAddr) -> Option<u64> {
    let clients: Vec<_> = (0..CONNECTIONS).map(|number| tokio::spawn(client(address, number))).collect();
    let mut told = 0;
    for client in clients {
        told += client.await.expect("a client does not panic");
    }
    Some(told)
}

async fn client(address: SocketAddr, number: usize) -> u64 {
    let mut told = 0;
    let Ok(stream) = TcpStream::connect(address).await else { return told };
    let Ok((mut requests, connection)) = http1::handshake(TokioIo::new(stream)).await else { return told };
    let connection = tokio::spawn(connection);
    for turn in 0..MOST / CONNECTIONS {
        let request =
            Request::post("/").header(header::HOST, "localhost").body(Body::from(format!("{number}: {turn}")));
        // Without an answer: the server has ended.
        let Ok(response) = requests.send_request(request.expect("it is one")).await else { break };
        match response.status() {
            StatusCode::ACCEPTED => told += 1,
            _ => sleep(IMPATIENCE).await,
        }
        if requests.ready().await.is_err() {
            break;
        }
    }
    drop(requests);
    let _ = connection.await;
    told
}

/// Serves beside a load that is too much for it.
async fn demo(time: Duration, work: Duration) -> io::Result<Outcome> {
    serve(work, sleep(time), io::sink(), load).await
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Args::parse().demo {
        Some(seconds) => demo(Duration::from_secs(seconds), WORK).await,
        None => {
            let end = async {
                if tokio::signal::ctrl_c().await.is_err() {
                    pending().await
                }
            };
            serve(WORK, end, io::stdout(), |_| async { None }).await
        }
    };
    match ended {
        Ok(outcome @ Outcome { accepted, refused, written, .. }) => {
            let relation = if outcome.holds() { "==" } else { "!=" };
            eprintln!("server: accepted {accepted} {relation} written {written}, refused {refused}");
            ExitCode::from(u8::from(!outcome.holds()))
        }
        Err(error) => {
            eprintln!("server: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_is_accepted_is_written_and_told_and_the_rest_is_refused() {
        let work = Duration::from_millis(2);
        // On a machine that is busy with other things the load may be too little at first.
        for seconds in [1, 4, 16, 64] {
            let start = Instant::now();
            let outcome = demo(Duration::from_secs(seconds), work).await.unwrap();
            assert!(outcome.holds() && outcome.told.is_some() && outcome.accepted > 0, "{outcome:?}");
            // The device is a sleep for each, so no load can make more of it.
            assert!(u128::from(outcome.written) <= start.elapsed().as_micros() / work.as_micros(), "{outcome:?}");
            if outcome.refused > 0 {
                return;
            }
        }
        panic!("nothing was refused");
    }

    /// One request with a body that is not there: who is refused need not send it.
    #[tokio::test]
    async fn who_is_refused_is_so_before_the_body_is_read() {
        let (sender, receiver) = channel::mpsc(1).unwrap();
        let service = Service { entries: Arc::new(Mutex::new(sender)), counts: Arc::default() };
        let request = |body| append(State(service.clone()), Request::new(body));
        assert_eq!(request(Body::from("one")).await, Ok(StatusCode::ACCEPTED));
        // It never comes: a receiver is a stream, and this sender sends nothing.
        let (_silent, body) = channel::mpsc::<io::Result<Bytes>>(1).unwrap();
        let never = Body::from_stream(body);
        let (status, [(name, seconds)]) = request(never).await.unwrap_err();
        assert_eq!((status, name, seconds), (StatusCode::SERVICE_UNAVAILABLE, header::RETRY_AFTER, RETRY_AFTER));
        drop(receiver);
        assert!(request(Body::from("three")).await.is_err());
        let Counts { accepted, refused, .. } = &*service.counts;
        assert_eq!((accepted.load(Ordering::Relaxed), refused.load(Ordering::Relaxed)), (1, 2));
    }
}
