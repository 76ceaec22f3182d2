//! The example `pipe` as its users have it: the real program, real files, bytes compared.

mod bytes;
mod control;
mod demo;
mod endings;
#[cfg(unix)]
mod fair;
mod inputs;
mod levels;
mod losses;
mod rules;
#[cfg(unix)]
mod signals;
mod tool;
