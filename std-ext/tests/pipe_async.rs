//! The tests of the example `pipe` once more, with `--async`.

#[path = "pipe/bytes.rs"]
mod bytes;
#[path = "pipe/control.rs"]
mod control;
#[path = "pipe/demo.rs"]
mod demo;
#[path = "pipe/endings.rs"]
mod endings;
#[cfg(unix)]
#[path = "pipe/fair.rs"]
mod fair;
#[path = "pipe/inputs.rs"]
mod inputs;
#[path = "pipe/levels.rs"]
mod levels;
#[path = "pipe/losses.rs"]
mod losses;
#[path = "pipe/rules.rs"]
mod rules;
#[cfg(unix)]
#[path = "pipe/signals.rs"]
mod signals;
#[path = "pipe/tool.rs"]
mod tool;
