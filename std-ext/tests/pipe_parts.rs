//! The unit tests of the example `pipe`: an example is built by `cargo test`, but its own tests are not run.

#![allow(dead_code, reason = "the parts are put together in the example's main.rs")]

#[path = "../examples/pipe/args.rs"]
mod args;
#[path = "../examples/pipe/bar.rs"]
mod bar;
#[path = "../examples/pipe/control.rs"]
mod control;
#[path = "../examples/pipe/demo.rs"]
mod demo;
#[path = "../examples/pipe/ends.rs"]
mod ends;
#[path = "../examples/pipe/executor.rs"]
mod executor;
#[path = "../examples/pipe/halt.rs"]
mod halt;
#[path = "../examples/pipe/input.rs"]
mod input;
#[path = "../examples/pipe/ledger.rs"]
mod ledger;
#[path = "../examples/pipe/level.rs"]
mod level;
#[path = "../examples/pipe/output.rs"]
mod output;
#[path = "../examples/pipe/pace.rs"]
mod pace;
#[path = "../examples/pipe/policy.rs"]
mod policy;
#[path = "../examples/pipe/reader.rs"]
mod reader;
#[path = "../examples/pipe/records.rs"]
mod records;
#[path = "../examples/pipe/relay.rs"]
mod relay;
#[path = "../examples/pipe/ring.rs"]
mod ring;
#[path = "../examples/pipe/rules.rs"]
mod rules;
#[path = "../examples/pipe/screen.rs"]
mod screen;
#[path = "../examples/pipe/spares.rs"]
mod spares;
#[path = "../examples/pipe/units.rs"]
mod units;
#[path = "../examples/pipe/view.rs"]
mod view;
#[path = "../examples/pipe/writer.rs"]
mod writer;
