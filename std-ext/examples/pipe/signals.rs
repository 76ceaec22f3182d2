//! The signals that end a relay: the first in order, the second at once.

use std::io;
use std::sync::Arc;

use crate::halt::Halt;
use crate::screen::Screen;

/// Listens for SIGINT and SIGTERM as long as the process lives.
#[cfg(unix)]
pub(crate) fn listen(halt: &Arc<Halt>, screen: &Screen) -> io::Result<()> {
    use std::thread;
    use std::time::{Duration, Instant};

    use signal_hook::iterator::Signals;

    /// What is inside when the first one comes has this time to get out.
    const GRACE: Duration = Duration::from_secs(5);

    let heard = [SIGINT, SIGTERM].into_iter().filter(|&signal| !is_ignored(signal));
    let mut signals = Signals::new(heard)?;
    let (halt, screen) = (halt.clone(), screen.clone());
    thread::spawn(move || {
        for signal in signals.forever() {
            if !halt.ask(signal, Instant::now() + GRACE) {
                screen.clear();
                end_by(signal);
            }
            screen.say(format_args!(
                "{}: reading no more; what is inside has {} s to get out; a second signal ends this at once",
                name(signal),
                GRACE.as_secs()
            ));
        }
    });
    Ok(())
}

/// Whether whoever started us wants us not to notice it: a shell does that with SIGINT for what runs in its background.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    // Linux tells, and elsewhere there is no way to ask without touching it.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (signal - 1)) != 0
}

/// Ends the process as the signal itself would have, so that whoever waits for it knows.
#[cfg(unix)]
pub(crate) fn end_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

#[cfg(unix)]
use signal_hook::consts::{SIGINT, SIGTERM};

#[cfg(not(unix))]
const SIGINT: i32 = 2;

#[cfg(not(unix))]
pub(crate) fn listen(_: &Arc<Halt>, _: &Screen) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn end_by(_: i32) {}

/// The two that are listened for.
pub(crate) const fn name(signal: i32) -> &'static str {
    if signal == SIGINT { "SIGINT" } else { "SIGTERM" }
}
