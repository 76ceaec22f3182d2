//! A send that finds room, and a receive that finds an item, make no system call: as threads, as tasks, and without waiting.
//!
//! A thread that may make none, or the system ends it, does so, in a process of its own. Only on Linux on x86-64.
//!
//! Claims: progress.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::ffi::{c_int, c_ulong};
use std::hint::{black_box, spin_loop};
use std::num::NonZeroU32;
use std::process::{Command, exit};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use std::{env, thread};

use forebay::channel::{self, Desk, ReceiveEnd, Receiver, SendEnd, Sender};
use forebay::{Overflow, spsc};

unsafe extern "C" {
    fn prctl(option: c_int, a: c_ulong, b: c_ulong, c: c_ulong, d: c_ulong) -> c_int;
}

/// As linux/filter.h has it.
#[repr(C)]
struct Instruction {
    code: u16,
    jumps: [u8; 2],
    operand: u32,
}

#[repr(C)]
struct Program {
    len: u16,
    first: *const Instruction,
}

/// From now on the system ends this thread at its next call. `false`: the system can't.
fn forbid_calls() -> bool {
    const SET_NO_NEW_PRIVILEGES: c_int = 38;
    const SET_SECCOMP: c_int = 22;
    const FILTER: c_ulong = 2;
    // "Return 0", which is: end the thread, whatever it asks for.
    let end_thread = Instruction { code: 0x06, jumps: [0, 0], operand: 0 };
    let program = Program { len: 1, first: &raw const end_thread };
    // SAFETY: it takes numbers only.
    let may_filter = unsafe { prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) } == 0;
    // SAFETY: the program is read during the call.
    may_filter && unsafe { prctl(SET_SECCOMP, FILTER, (&raw const program) as c_ulong, 0, 0) } == 0
}

fn goes<P: SendEnd<Item = u32>, C: ReceiveEnd, D: Desk>((sender, receiver): &mut (Sender<P, D>, Receiver<C, D>)) {
    let mut cx = Context::from_waker(Waker::noop());
    for number in 0..1000 {
        assert!(sender.blocking_send(number % 2).is_ok() && receiver.blocking_recv().is_ok());
        assert!(sender.try_send(number % 2).is_ok() && receiver.try_recv().is_ok());
        assert!(matches!(black_box(std::pin::pin!(sender.send(number % 2))).poll(&mut cx), Poll::Ready(Ok(_))));
        assert!(matches!(receiver.poll_recv(&mut cx), Poll::Ready(Ok(_))));
    }
}

/// All channels, once before it is forbidden, so that what is made once has been.
fn sends_and_receives(is_forbidden: &mut dyn FnMut()) {
    let mut dense = channel::spsc(8).unwrap();
    let (producer, consumer) = spsc::flagged_ring(8).unwrap();
    let mut flagged = channel::over(producer, consumer);
    let mut mpsc = channel::mpsc(8).unwrap();
    let mut swap = channel::swap(8, 2, Overflow::DropOldest).unwrap();
    let (opener, receiver) = channel::fan_in(2, 8).unwrap();
    let mut fan_in = (opener.open(NonZeroU32::MIN).unwrap(), receiver);
    let mut priority = channel::priority::<2, _, _>(8, Overflow::Reject, |&number: &u32| number as usize % 2).unwrap();
    let mut latest = channel::latest();
    let mut conflated = channel::conflated(2, |&number: &u32| number as usize % 2).unwrap();
    for _ in 0..2 {
        goes(&mut dense);
        goes(&mut flagged);
        goes(&mut mpsc);
        goes(&mut swap);
        goes(&mut fan_in);
        goes(&mut priority);
        goes(&mut latest);
        goes(&mut conflated);
        is_forbidden();
    }
    DONE.store(true, Ordering::Release);
    // To end is a call.
    loop {
        spin_loop();
    }
}

/// Makes a call.
fn yields(is_forbidden: &mut dyn FnMut()) {
    is_forbidden();
    thread::yield_now();
    DONE.store(true, Ordering::Release);
}

static DONE: AtomicBool = AtomicBool::new(false);

const CAN_NOT: i32 = 3;

/// Which of these a process of its own is to do.
const VARIABLE: &str = "FOREBAY_WITHOUT_CALLS";

/// What is to be done, before and after it is forbidden.
type Deed = fn(&mut dyn FnMut());

/// By their names, and how long they may take.
const DEEDS: [(&str, Deed, Duration); 2] = [
    ("yields", yields, Duration::from_millis(500)),
    ("sends and receives", sends_and_receives, Duration::from_secs(60)),
];

/// In a process of its own: ends it with 0 if that was done without a call.
fn do_alone(deed: Deed, limit: Duration) -> ! {
    thread::spawn(move || {
        let mut first = true;
        deed(&mut || {
            if std::mem::replace(&mut first, false) && !forbid_calls() {
                exit(CAN_NOT);
            }
        });
    });
    let begin = Instant::now();
    while !DONE.load(Ordering::Acquire) && begin.elapsed() < limit {
        thread::sleep(Duration::from_millis(5));
    }
    exit(i32::from(!DONE.load(Ordering::Acquire)));
}

/// What came of a deed in a process of its own, which runs this test alone.
fn code_of(deed: &str) -> Option<i32> {
    let program = env::current_exe().unwrap();
    Command::new(program).args(["--exact", "none_where_nobody_waits"]).env(VARIABLE, deed).status().unwrap().code()
}

#[test]
fn none_where_nobody_waits() {
    if let Ok(wanted) = env::var(VARIABLE) {
        let (_, deed, limit) = DEEDS.into_iter().find(|(name, ..)| *name == wanted).expect("one of these");
        do_alone(deed, limit);
    }
    let noticed = code_of("yields");
    if noticed == Some(CAN_NOT) {
        assert!(env::var("CI").is_err(), "the system lets no thread forbid itself to call it");
        println!("skipped: the system lets no thread forbid itself to call it");
        return;
    }
    assert_eq!(noticed, Some(1), "a call is noticed");
    assert_eq!(code_of("sends and receives"), Some(0), "there was a system call");
}
